"""Firestore databases and settings of their fields, as Terraform makes them. May import: the standard library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.made import Database
from tests.bridge import Kind, block, known, must, words

_NAME = re.compile(r"\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9]")
"""https://cloud.google.com/firestore/docs/manage-databases#database_id: 4 to 63 characters, and no UUID."""


def _database(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "firestore")
    name = arguments["name"]
    must(_NAME.fullmatch(name), address, f"no id of a database: {name!r}")
    must(arguments["type"] == "FIRESTORE_NATIVE", address, f"type {arguments['type']!r}")
    full = f"{google.root}/databases/{name}"
    must(full not in google.databases, address, f"database {name} is there already")
    body = {
        "locationId": arguments["location_id"],
        "type": arguments["type"],
        "deleteProtectionState": arguments.get("delete_protection_state"),
        "pointInTimeRecoveryEnablement": arguments.get("point_in_time_recovery_enablement"),
        "concurrencyMode": arguments.get("concurrency_mode"),
    }
    google.call(address, "firestore", "projects.databases.create", {"parent": google.root, "databaseId": name}, body)
    google.databases[full] = Database(full, arguments["location_id"])
    return {"id": full, "name": name, "project": google.project}


def _field(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "firestore")
    database = google.databases.get(f"{google.root}/databases/{arguments.get('database', '(default)')}")
    must(database, address, f"no database {arguments.get('database')!r}")
    assert database
    place = (arguments["collection"], arguments["field"])
    body: dict[str, Any] = {}
    if "ttl_config" in arguments:
        known(address, block(address, arguments, "ttl_config"), ())
        body["ttlConfig"] = {}
        database.ttl.add(place)
    if "index_config" in arguments:
        known(address, block(address, arguments, "index_config"), ())
        body["indexConfig"] = {"indexes": []}
        database.unindexed.add(place)
    name = f"{database.name}/collectionGroups/{place[0]}/fields/{place[1]}"
    google.call(address, "firestore", "projects.databases.collectionGroups.fields.patch", {"name": name}, body)
    return {"id": name, "name": name}


KINDS: Mapping[str, Kind[Google]] = {
    "google_firestore_database": Kind(
        _database,
        words(
            "project name location_id type delete_protection_state point_in_time_recovery_enablement concurrency_mode"
        ),
        words("deletion_policy"),
    ),
    "google_firestore_field": Kind(_field, words("project database collection field ttl_config index_config")),
}
