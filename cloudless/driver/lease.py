"""The ledger over a store whose entries are written only over the version that was read; or inserted if absent.

    class AcmeLedger(LeaseLedger): …        # how an entry is read, written and deleted

Expiry is part of every decision; whether the store clears away what ended is its own matter. The usual way is two
writes a message, and no read. Part of a bundle: standard library only.
"""

from __future__ import annotations

from cloudless.driver.ledger import CLAIMED, Done, Held
from cloudless.errors import Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.driver.ledger import Claimed

TRIES = 8
"""Reads of a key that keeps changing under us, before its store is called unavailable."""
HELD, DONE = "held", "done"


class Lease:
    """What an entry says. state: HELD or DONE. ends_s: since the epoch. version: of the entry, "" of a new one."""

    __slots__ = ("ends_s", "owner", "result", "state", "version")

    def __init__(self, owner: str, state: str, ends_s: float, result: str = "", *, version: str = "") -> None:
        self.owner = owner
        self.state = state
        self.ends_s = ends_s
        self.result = result
        self.version = version

    def is_held_by(self, owner: str, now_s: float) -> bool:
        """Whether `owner` may complete or release it."""
        return self.owner == owner and self.state == HELD and self.ends_s > now_s


class LeaseLedger:
    """See `cloudless.driver.ledger.Ledger`. Times are the caller's clock. Safe from several threads."""

    __slots__ = ("_leases", "_now_s")

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._leases: dict[tuple[str, str], Lease] = {}  # ours, by key and owner: saves the read before a write

    # --- what a store does ----------------------------------------------------------------------------

    def _read(self, key: str) -> Lease | None:
        """The entry of a key; None where there is none."""
        raise NotImplementedError

    def _write(self, key: str, lease: Lease, over: str | None) -> str | None:
        """Write over that version, or where there is no entry (None). The new version; None where it was too late."""
        raise NotImplementedError

    def _delete(self, key: str, over: str) -> bool:
        """Delete that version; False where it was too late."""
        raise NotImplementedError

    # --- what a ledger does ---------------------------------------------------------------------------

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        if self._taken(key, owner, ttl_s, None):
            return CLAIMED
        for _ in range(TRIES):
            lease = self._read(key)
            refusal = self._refusal(lease, owner)
            if refusal is not None:
                return refusal
            if self._taken(key, owner, ttl_s, lease.version if lease else None):
                return CLAIMED
        raise _restless(key)

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        for _ in range(TRIES):
            lease, now_s = self._known(key, owner), self._now_s()
            if lease is None or not lease.is_held_by(owner, now_s):
                return lease is not None and lease.state == DONE and lease.owner == owner  # our own, its answer lost
            if self._write(key, Lease(owner, DONE, now_s + remember_s, result), lease.version):
                return True
        raise _restless(key)

    def release(self, key: str, owner: str) -> None:
        for _ in range(TRIES):
            lease = self._known(key, owner)
            if lease is None or not lease.is_held_by(owner, self._now_s()) or self._delete(key, lease.version):
                return

    def _taken(self, key: str, owner: str, ttl_s: float, over: str | None) -> bool:
        """Whether the key became the owner's."""
        lease = Lease(owner, HELD, self._now_s() + ttl_s)
        version = self._write(key, lease, over)
        if version is None:
            return False
        lease.version = version
        self._leases[key, owner] = lease
        return True

    def _known(self, key: str, owner: str) -> Lease | None:
        """What we know of the key, as long as it says that the owner holds it; else what the store says."""
        known = self._leases.pop((key, owner), None)
        return known if known and known.is_held_by(owner, self._now_s()) else self._read(key)

    def _refusal(self, lease: Lease | None, owner: str) -> Held | Done | None:
        """Why the key cannot be claimed now; None if it can."""
        now_s = self._now_s()
        if lease is None or lease.ends_s <= now_s or lease.is_held_by(owner, now_s):
            return None
        return Done(lease.result) if lease.state == DONE else Held(lease.ends_s - now_s)


def _restless(key: str) -> Unavailable:
    return Unavailable(f"the ledger's entry of {key!r} kept changing, {TRIES} times")
