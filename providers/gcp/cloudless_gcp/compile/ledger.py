"""The databases of a stage, in Firestore, paid by use: one of leases, and one of what the broker keeps.

They are two since IAM reaches to a database, and not into it: who may claim keys must not write who waits for what.
https://cloud.google.com/firestore/docs/manage-databases#configure_per-database_access_permissions

Documents that ended go by themselves; what is in them is never looked for, so fields that may be long have no index.
https://cloud.google.com/firestore/docs/ttl
https://cloud.google.com/firestore/docs/query-data/index-overview#indexing_limits
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless_gcp import names
from cloudless_gcp.compile.scope import DATABASE, EXECUTIONS, LEDGER
from cloudless_gcp.compile.service import FIRESTORE

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground

EXPIRES = "expires"
LEASES = {"leases": "result"}
"""Collections that the clients write, and a field of each that has no index: clients/ledger.py."""
KEPT = {"executions": "input", "texts": "text"}
"""The same: clients/start.py, clients/mailbox.py."""


def ledger(ground: Ground) -> None:
    """Leases, where a unit claims keys."""
    if ground.has_ledger:
        comment = "leases of once_by, overlap and deduplication"
        _database(ground, LEDGER, names.ledger_id(ground.place), LEASES, comment=comment)


def executions(ground: Ground) -> None:
    """What the broker keeps, where there is one."""
    if ground.has_broker:
        comment = "the broker's: executions, and their events"
        _database(ground, EXECUTIONS, names.executions_id(ground.place), KEPT, comment=comment)


def _database(ground: Ground, label: str, name: str, collections: Mapping[str, str], *, comment: str) -> None:
    arguments = {
        **ground.of(FIRESTORE),
        "location_id": ground.region,
        "name": name,
        "type": "FIRESTORE_NATIVE",
        "delete_protection_state": "DELETE_PROTECTION_DISABLED",
        "deletion_policy": "DELETE",
    }
    made = ground.document.resource(DATABASE, label, arguments, comment=comment)
    for collection, long in collections.items():
        _field(ground, made, collection, EXPIRES, {"ttl_config": {}, "index_config": {}})
        _field(ground, made, collection, long, {"index_config": {}})


def _field(ground: Ground, database: Address, collection: str, name: str, settings: dict[str, Any]) -> None:
    arguments = {"project": ground.project, "database": database["name"], "collection": collection, "field": name}
    ground.document.resource("google_firestore_field", f"{collection}--{name}", {**arguments, **settings})
