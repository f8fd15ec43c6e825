"""Secrets of the program in Secrets Manager.

Terraform makes a secret without a value, and never knows it: a version that somebody puts is in no plan and no state.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-secret-value.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws.names import secret_of

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

RECOVERY_DAYS = 7
"""The least: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html."""


def secrets(ground: Ground) -> None:
    """Every secret that the stage makes."""
    for one in ground.application.secrets:
        if one.existing.get("aws"):
            continue
        name = secret_of(one, ground.application.name, ground.stage.name)
        ground.document.resource(
            "aws_secretsmanager_secret",
            one.name,
            {"name": name, "recovery_window_in_days": RECOVERY_DAYS},
            comment=f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file://…",
        )
