"""The ledger of a stage: one table, paid by use, where something claims keys or keeps events.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws.compile.scope import LEDGER
from cloudless_aws.names import ledger_of

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

KEY, EXPIRES = "key", "expires"
"""Attributes that the clients write: clients/ledger.py."""


def ledger(ground: Ground) -> None:
    """The table, where a unit needs it."""
    if not ground.has_ledger:
        return
    ground.document.resource(
        "aws_dynamodb_table",
        LEDGER,
        {
            "name": ledger_of(ground.prefix),
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": KEY,
            "attribute": [{"name": KEY, "type": "S"}],
            "ttl": {"attribute_name": EXPIRES, "enabled": True},
        },
        comment="leases of once_by, overlap and deduplication; events of executions",
    )
