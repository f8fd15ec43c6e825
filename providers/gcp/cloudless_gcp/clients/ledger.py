"""The ledger on Firestore: a document a key, created if absent, changed only over the version that was read.

    leases/<sha-256 of the key> = {key, owner, state: "held" | "done", expires, result}

The TTL policy on `expires` clears away what ended, within a day or so: https://cloud.google.com/firestore/docs/ttl
"""

from __future__ import annotations

from cloudless.driver.lease import DONE, Lease, LeaseLedger
from cloudless_gcp.clients.denied import Grant, needing
from cloudless_gcp.clients.firestore import path_of, texts, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cloudless_gcp.clients.firestore import Document, Fields, Firestore

COLLECTION = "leases"


class FirestoreLedger(LeaseLedger):
    """See `cloudless.driver.lease`."""

    __slots__ = ("_store",)

    def __init__(self, store: Firestore, now_s: Callable[[], float]) -> None:
        super().__init__(now_s)
        self._store = store

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _read(self, key: str) -> Lease | None:
        with self._needing("get"):
            document = self._store.get(path_of(COLLECTION, key))
        return None if document is None else lease_of(document)

    def _write(self, key: str, lease: Lease, over: str | None) -> str | None:
        with self._needing("update" if lease.state == DONE else "create"):
            return self._store.put(path_of(COLLECTION, key), fields_of(key, lease), over)

    def _delete(self, key: str, over: str) -> bool:
        with self._needing("delete"):
            return self._store.delete(path_of(COLLECTION, key), over)

    def _needing(self, operation: str) -> AbstractContextManager[None]:
        database = self._store.database
        return needing(Grant("claim", "ledger", database, f"datastore.entities.{operation}", database))


def fields_of(key: str, lease: Lease) -> Fields:
    """A document's fields. The key is kept for people who look."""
    said = key.encode("utf-8", "backslashreplace").decode()
    kept = texts(key=said, owner=lease.owner, state=lease.state, result=lease.result)
    return {**kept, **times(expires=lease.ends_s)}


def lease_of(document: Document) -> Lease:
    """A document read back."""
    owner, state, result = (document.text(name) for name in ("owner", "state", "result"))
    return Lease(owner, state, document.seconds("expires"), result, version=document.version)
