"""Secrets of Secret Manager as Terraform makes them: without a value. May import: the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.labels import check as check_labels
from tests.bridge import Kind, block, known, must, words


def _secret(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "secretmanager")
    id, replication = arguments["secret_id"], arguments["replication"]
    kinds = block(address, arguments, "replication")
    known(address, kinds, words("auto user_managed"))
    must(len(kinds) == 1, address, f"replication {replication}")
    body: dict[str, Any] = {"labels": check_labels(address, arguments.get("labels")) or None}
    if "auto" in kinds:
        must(not block(address, kinds, "auto"), address, "keys of one's own are in no model")
        body["replication"] = {"automatic": {}}
    else:
        managed = block(address, kinds, "user_managed")
        known(address, managed, words("replicas"))
        body["replication"] = {"userManaged": {"replicas": managed["replicas"]}}
    google.call(address, "secretmanager", "projects.secrets.create", {"parent": google.root, "secretId": id}, body)
    full = f"{google.root}/secrets/{id}"
    return {"id": full, "name": f"projects/{google.number}/secrets/{id}", "secret_id": id}


KINDS: Mapping[str, Kind[Google]] = {
    "google_secret_manager_secret": Kind(
        _secret, words("project secret_id replication labels"), words("annotations deletion_protection")
    ),
}
