"""The ledger on a table of Azure Storage: a row a key, inserted if absent, changed only over the version that was read.

    <sha-256 of the key> / lease = {key, owner, state: "held" | "done", expires, result}

Tables have no expiry of their own, so what nobody claims again stays.
"""

from __future__ import annotations

import json
from hashlib import sha256

from cloudless.driver.lease import Lease, LeaseLedger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless_azure.clients.table import Entity, Row, Table


class TableLedger(LeaseLedger):
    """See `cloudless.driver.lease`."""

    __slots__ = ("_table",)

    def __init__(self, table: Table, now_s: Callable[[], float]) -> None:
        super().__init__(now_s)
        self._table = table

    def close(self) -> None:
        """Close the connections; the ledger is not used after that."""
        self._table.close()

    def _read(self, key: str) -> Lease | None:
        row = self._table.get(row_of(key))
        return None if row is None else lease_of(row)

    def _write(self, key: str, lease: Lease, over: str | None) -> str | None:
        row, fields = row_of(key), fields_of(key, lease)
        return self._table.insert(row, fields) if over is None else self._table.replace(row, fields, over)

    def _delete(self, key: str, over: str) -> bool:
        return self._table.delete(row_of(key), over)


def row_of(key: str) -> str:
    """Keys of rows take no slash and no control character, and have a length: so a digest."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def fields_of(key: str, lease: Lease) -> Entity:
    """A row's properties. The key is kept for people who look. Texts are ASCII JSON: any character survives."""
    return {
        "key": json.dumps(key),
        "owner": lease.owner,
        "state": lease.state,
        "expires": lease.ends_s,
        "result": json.dumps(lease.result),
    }


def lease_of(row: Row) -> Lease:
    """A row read back."""
    found = row.fields
    return Lease(found["owner"], found["state"], float(found["expires"]), json.loads(found["result"]), version=row.etag)
