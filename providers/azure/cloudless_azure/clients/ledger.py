"""The ledger on a table of Azure Storage: a row a key, inserted if absent, changed only over the version that was read.

    <sha-256 of the key> / lease = {key, owner, state: "held" | "done", expires, result}

Expiry is part of every decision; tables have none of their own, so what nobody claims again stays. The usual way is
two writes a message, and no read.
"""

from __future__ import annotations

import json
from hashlib import sha256

from cloudless.driver.ledger import CLAIMED, Done, Held
from cloudless.errors import Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.driver.ledger import Claimed
    from cloudless_azure.clients.table import Entity, Row, Table

TRIES = 8
"""Reads of a key that keeps changing under us, before its store is called unavailable."""
_HELD = "held"
_DONE = "done"


class Lease:
    """What a row says. etag: the version of the row, for the next write."""

    __slots__ = ("ends_s", "etag", "is_done", "owner", "result")

    def __init__(self, owner: str, ends_s: float, etag: str, *, is_done: bool = False, result: str = "") -> None:
        self.owner = owner
        self.ends_s = ends_s
        self.etag = etag
        self.is_done = is_done
        self.result = result

    def is_held_by(self, owner: str, now_s: float) -> bool:
        """Whether `owner` may complete or release it."""
        return self.owner == owner and not self.is_done and self.ends_s > now_s


class TableLedger:
    """See `cloudless.driver.ledger.Ledger`. Times are the caller's clock. Safe from several threads."""

    __slots__ = ("_leases", "_now_s", "_table")

    def __init__(self, table: Table, now_s: Callable[[], float]) -> None:
        self._table = table
        self._now_s = now_s
        self._leases: dict[tuple[str, str], Lease] = {}  # ours, by key and owner: saves the read before a write

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        ends_s = self._now_s() + ttl_s
        etag = self._table.insert(row_of(key), fields_of(key, owner, _HELD, ends_s))
        for _ in range(TRIES):
            if etag is not None:
                self._leases[key, owner] = Lease(owner, ends_s, etag)
                return CLAIMED
            lease = self._read(key)
            refusal = self._refusal(lease, owner)
            if refusal is not None:
                return refusal
            etag = self._write(key, fields_of(key, owner, _HELD, ends_s), lease)
        raise Unavailable(f"the ledger's entry of {key!r} kept changing, {TRIES} times")

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        for _ in range(TRIES):
            lease, now_s = self._lease(key, owner), self._now_s()
            if lease is None or not lease.is_held_by(owner, now_s):
                return lease is not None and lease.is_done and lease.owner == owner  # our own write, answer lost
            if self._write(key, fields_of(key, owner, _DONE, now_s + remember_s, result), lease):
                return True
        raise Unavailable(f"the ledger's entry of {key!r} kept changing, {TRIES} times")

    def release(self, key: str, owner: str) -> None:
        for _ in range(TRIES):
            lease = self._lease(key, owner)
            if lease is None or not lease.is_held_by(owner, self._now_s()):
                return
            if self._table.delete(row_of(key), lease.etag):
                return

    def close(self) -> None:
        """Close the connections; the ledger is not used after that."""
        self._table.close()

    def _lease(self, key: str, owner: str) -> Lease | None:
        """What we know of the key, as long as it says that the owner holds it; else what the table says."""
        known = self._leases.pop((key, owner), None)
        return known if known and known.is_held_by(owner, self._now_s()) else self._read(key)

    def _refusal(self, lease: Lease | None, owner: str) -> Held | Done | None:
        """Why the key cannot be claimed now; None if it can."""
        rest_s = lease.ends_s - self._now_s() if lease else 0.0
        if lease is None or rest_s <= 0 or lease.is_held_by(owner, self._now_s()):
            return None
        return Done(lease.result) if lease.is_done else Held(rest_s)

    def _write(self, key: str, fields: Entity, over: Lease | None) -> str | None:
        row = row_of(key)
        return self._table.replace(row, fields, over.etag) if over else self._table.insert(row, fields)

    def _read(self, key: str) -> Lease | None:
        row = self._table.get(row_of(key))
        return None if row is None else lease_of(row)


def row_of(key: str) -> str:
    """Keys of rows take no slash and no control character, and have a length: so a digest."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def fields_of(key: str, owner: str, state: str, ends_s: float, result: str = "") -> Entity:
    """A row's properties. The key is kept for people who look. Texts are ASCII JSON: any character survives."""
    return {"key": json.dumps(key), "owner": owner, "state": state, "expires": ends_s, "result": json.dumps(result)}


def lease_of(row: Row) -> Lease:
    """A row read back."""
    fields = row.fields
    return Lease(
        fields["owner"],
        float(fields["expires"]),
        row.etag,
        is_done=fields["state"] == _DONE,
        result=json.loads(fields["result"]),
    )
