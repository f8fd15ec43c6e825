"""The ledger of a stage: one table in an account of its own, where something claims keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.storage import account
from cloudless_azure.names import LEDGER as TABLE
from cloudless_azure.names import LEDGERS

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground


def ledger(ground: Ground) -> None:
    """The account and its table, where a group needs them."""
    if not ground.has_ledger:
        return
    kept = account(ground, LEDGERS, comment="leases of once_by and overlap, and ids of executions")
    ground.document.resource("azurerm_storage_table", TABLE, {"name": TABLE, "storage_account_id": kept["id"]})
