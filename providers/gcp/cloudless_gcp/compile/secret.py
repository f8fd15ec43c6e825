"""Secrets of the program in Secret Manager.

Terraform makes a secret without a version, and never knows its value: what somebody adds is in no plan and no state.
https://cloud.google.com/secret-manager/docs/add-secret-version
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp import names
from cloudless_gcp.compile.scope import SECRET
from cloudless_gcp.compile.service import SECRETS

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground


def secrets(ground: Ground) -> None:
    """Every secret that the stage makes."""
    for one in ground.application.secrets:
        if one.existing.get("gcp"):
            continue
        id = names.secret_id(ground.place, one.name)
        ground.document.resource(
            SECRET,
            one.name,
            {**ground.of(SECRETS), "secret_id": id, "replication": {"auto": {}}},
            comment=f"gcloud secrets versions add {id} --project {ground.project} --data-file=…",
        )
