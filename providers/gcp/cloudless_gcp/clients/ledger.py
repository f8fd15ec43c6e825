"""The ledger on Firestore: a document a key, created if absent, changed only over the version that was read.

    leases/<sha-256 of the key> = {key, owner, state: "held" | "done", expires, result}

The TTL policy on `expires` clears away what ended, within a day or so: https://cloud.google.com/firestore/docs/ttl
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from cloudless.driver.lease import DONE, Lease, LeaseLedger
from cloudless_gcp.clients.denied import Grant, needing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from cloudless_gcp.clients.firestore import Document, Firestore

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
            document = self._store.get(path_of(key))
        return None if document is None else lease_of(document)

    def _write(self, key: str, lease: Lease, over: str | None) -> str | None:
        with self._needing("update" if lease.state == DONE else "create"):
            return self._store.put(path_of(key), fields_of(key, lease), over)

    def _delete(self, key: str, over: str) -> bool:
        with self._needing("delete"):
            return self._store.delete(path_of(key), over)

    def _needing(self, operation: str) -> AbstractContextManager[None]:
        database = self._store.database
        return needing(Grant("claim", "ledger", database, f"datastore.entities.{operation}", database))


def path_of(key: str) -> str:
    """Document ids take no slash, and neighbouring ones make hot spots: so a digest."""
    return f"{COLLECTION}/{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def fields_of(key: str, lease: Lease) -> dict[str, Any]:
    """A document's fields. The key is kept for people who look."""
    return {
        "key": {"stringValue": key.encode("utf-8", "backslashreplace").decode()},
        "owner": {"stringValue": lease.owner},
        "state": {"stringValue": lease.state},
        "expires": {"timestampValue": datetime.fromtimestamp(lease.ends_s, UTC).isoformat().replace("+00:00", "Z")},
        "result": {"stringValue": lease.result},
    }


def lease_of(document: Document) -> Lease:
    """A document read back."""
    fields = document.fields
    return Lease(
        fields["owner"]["stringValue"],
        fields["state"]["stringValue"],
        datetime.fromisoformat(fields["expires"]["timestampValue"]).timestamp(),
        fields["result"].get("stringValue", ""),
        version=document.version,
    )
