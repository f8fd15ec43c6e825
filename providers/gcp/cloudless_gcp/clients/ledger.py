"""The ledger on Firestore: a document a key, created if absent, changed only over the version that was read.

    leases/<sha-256 of the key> = {key, owner, state: "held" | "done", expires, result}

Expiry is part of every decision; the TTL policy on `expires` only clears away (within a day or so:
https://cloud.google.com/firestore/docs/ttl). The usual way is two writes a message, and no read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from cloudless.driver.ledger import CLAIMED, Done, Held
from cloudless.errors import Unavailable
from cloudless_gcp.clients.denied import Grant, needing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from cloudless.driver.ledger import Claimed
    from cloudless_gcp.clients.firestore import Document, Firestore

COLLECTION = "leases"
TRIES = 5
"""Reads of a key that keeps changing under us, before its store is called unavailable."""
_HELD = "held"
_DONE = "done"


class Lease:
    """What a document says. version: of the document, for the next write."""

    __slots__ = ("ends_s", "is_done", "owner", "result", "version")

    def __init__(self, owner: str, ends_s: float, version: str, *, is_done: bool = False, result: str = "") -> None:
        self.owner = owner
        self.ends_s = ends_s
        self.version = version
        self.is_done = is_done
        self.result = result

    def is_held_by(self, owner: str, now_s: float) -> bool:
        """Whether `owner` may complete or release it."""
        return self.owner == owner and not self.is_done and self.ends_s > now_s


class FirestoreLedger:
    """See `cloudless.driver.ledger.Ledger`. Times are the caller's clock. Safe from several threads."""

    __slots__ = ("_leases", "_now_s", "_store")

    def __init__(self, store: Firestore, now_s: Callable[[], float]) -> None:
        self._store = store
        self._now_s = now_s
        self._leases: dict[tuple[str, str], Lease] = {}  # ours, by key and owner: saves the read before a write

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        path = path_of(key)
        if self._write(path, key, owner, ttl_s, None):
            return CLAIMED
        for _ in range(TRIES):
            lease = self._read(path)
            taken = self._taken(lease, owner)
            if taken is not None:
                return taken
            if self._write(path, key, owner, ttl_s, lease.version if lease else None):
                return CLAIMED
        raise Unavailable(f"the ledger's entry of {key!r} kept changing, {TRIES} times")

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        path = path_of(key)
        for _ in range(TRIES):
            lease, now_s = self._lease(path, key, owner), self._now_s()
            if lease is None or not lease.is_held_by(owner, now_s):
                return lease is not None and lease.is_done and lease.owner == owner  # our own write, answer lost
            with self._needing("update"):
                if self._store.put(path, fields_of(key, owner, _DONE, now_s + remember_s, result), lease.version):
                    return True
        raise Unavailable(f"the ledger's entry of {key!r} kept changing, {TRIES} times")

    def release(self, key: str, owner: str) -> None:
        path = path_of(key)
        for _ in range(TRIES):
            lease = self._lease(path, key, owner)
            if lease is None or not lease.is_held_by(owner, self._now_s()):
                return
            with self._needing("delete"):
                if self._store.delete(path, lease.version):
                    return

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _lease(self, path: str, key: str, owner: str) -> Lease | None:
        """What we know of the key, as long as it says that the owner holds it; else what the store says."""
        known = self._leases.pop((key, owner), None)
        return known if known and known.is_held_by(owner, self._now_s()) else self._read(path)

    def _taken(self, lease: Lease | None, owner: str) -> Held | Done | None:
        """Why the key cannot be claimed now; None if it can."""
        rest_s = lease.ends_s - self._now_s() if lease else 0.0
        if lease is None or rest_s <= 0 or lease.is_held_by(owner, self._now_s()):
            return None
        return Done(lease.result) if lease.is_done else Held(rest_s)

    def _write(self, path: str, key: str, owner: str, ttl_s: float, over: str | None) -> bool:
        ends_s = self._now_s() + ttl_s
        with self._needing("create"):
            version = self._store.put(path, fields_of(key, owner, _HELD, ends_s), over)
        if version is None:
            return False
        self._leases[key, owner] = Lease(owner, ends_s, version)
        return True

    def _read(self, path: str) -> Lease | None:
        with self._needing("get"):
            document = self._store.get(path)
        return None if document is None else lease_of(document)

    def _needing(self, operation: str) -> AbstractContextManager[None]:
        database = self._store.database
        return needing(Grant("claim", "ledger", database, f"datastore.entities.{operation}", database))


def path_of(key: str) -> str:
    """Document ids take no slash, and neighbouring ones make hot spots: so a digest."""
    return f"{COLLECTION}/{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def fields_of(key: str, owner: str, state: str, ends_s: float, result: str = "") -> dict[str, Any]:
    """A document's fields. The key is kept for people who look."""
    return {
        "key": {"stringValue": key.encode("utf-8", "backslashreplace").decode()},
        "owner": {"stringValue": owner},
        "state": {"stringValue": state},
        "expires": {"timestampValue": datetime.fromtimestamp(ends_s, UTC).isoformat().replace("+00:00", "Z")},
        "result": {"stringValue": result},
    }


def lease_of(document: Document) -> Lease:
    """A document read back."""
    fields = document.fields
    return Lease(
        fields["owner"]["stringValue"],
        datetime.fromisoformat(fields["expires"]["timestampValue"]).timestamp(),
        document.version,
        is_done=fields["state"]["stringValue"] == _DONE,
        result=fields["result"].get("stringValue", ""),
    )
