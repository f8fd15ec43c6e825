"""The ledger of a stage: a Firestore database, paid by use, where something claims keys, keeps events or executions.

Documents that ended go by themselves; what is in them is never looked for, so fields that may be long have no index.
https://cloud.google.com/firestore/docs/ttl
https://cloud.google.com/firestore/docs/query-data/index-overview#indexing_limits
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless_gcp import names
from cloudless_gcp.compile.scope import DATABASE, LEDGER
from cloudless_gcp.compile.service import FIRESTORE

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground

EXPIRES = "expires"
LEASES, EXECUTIONS, TEXTS = "leases", "executions", "texts"
_LONG = {LEASES: ("result",), EXECUTIONS: ("input",), TEXTS: ("text",)}
"""Collections that the clients write, and fields of theirs without an index: clients/ledger.py, runtime/broker.py."""


def ledger(ground: Ground) -> None:
    """The database, where a unit needs it."""
    if not ground.has_ledger:
        return
    made = ground.document.resource(
        DATABASE,
        LEDGER,
        {
            **ground.of(FIRESTORE),
            "location_id": ground.region,
            "name": names.database_id(ground.prefix),
            "type": "FIRESTORE_NATIVE",
            "delete_protection_state": "DELETE_PROTECTION_DISABLED",
            "deletion_policy": "DELETE",
        },
        comment="leases of once_by, overlap and deduplication; executions, and their events",
    )
    for collection in (LEASES, EXECUTIONS, TEXTS) if ground.programs.all or ground.programs.waiters else (LEASES,):
        _field(ground, made, collection, EXPIRES, {"ttl_config": {}, "index_config": {}})
        for name in _LONG[collection]:
            _field(ground, made, collection, name, {"index_config": {}})


def _field(ground: Ground, database: Address, collection: str, name: str, settings: dict[str, Any]) -> None:
    arguments = {"project": ground.project, "database": database["name"], "collection": collection, "field": name}
    ground.document.resource("google_firestore_field", f"{collection}--{name}", {**arguments, **settings})
