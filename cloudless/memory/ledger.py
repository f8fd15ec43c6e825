"""The ledger in memory: leases on the virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.driver.ledger import CLAIMED, Claimed, Done, Held
from cloudless.memory.world import US

if TYPE_CHECKING:
    from cloudless.memory.world import World


class Lease:
    """free_us: when the key can be claimed again. done_us: from when on it is done, None while it is held.

    A handler that takes time completes or releases at its own time, which may be ahead of the world's; until
    then the key is held.
    """

    __slots__ = ("done_us", "free_us", "owner", "result")

    def __init__(self, owner: str, free_us: int) -> None:
        self.owner = owner
        self.free_us = free_us
        self.done_us: int | None = None
        self.result = ""


class MemoryLedger:
    """See driver.Ledger."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._leases: dict[str, Lease] = {}

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        now_us = self._world.now_us
        lease = self._leases.get(key)
        if lease is not None and lease.free_us > now_us:
            if lease.done_us is not None and lease.done_us <= now_us:
                return Done(lease.result)
            if lease.owner != owner or lease.done_us is not None:
                return Held(((lease.done_us or lease.free_us) - now_us) / US)
        self._leases[key] = Lease(owner, now_us + round(ttl_s * US))
        return CLAIMED

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        now_us = self._world.now_us
        lease = self._leases.get(key)
        if lease is None or lease.owner != owner or lease.done_us is not None or lease.free_us <= now_us:
            return False
        lease.done_us, lease.free_us, lease.result = now_us, now_us + round(remember_s * US), result
        return True

    def state(self) -> dict[str, Any]:
        """Every lease by its key, as JSON."""
        return {key: [one.owner, one.free_us, one.done_us, one.result] for key, one in self._leases.items()}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from the state of another ledger."""
        for key, (owner, free_us, done_us, result) in state.items():
            lease = self._leases[key] = Lease(owner, free_us)
            lease.done_us, lease.result = done_us, result

    def release(self, key: str, owner: str) -> None:
        lease = self._leases.get(key)
        if lease is not None and lease.owner == owner and lease.done_us is None:
            lease.free_us = min(lease.free_us, self._world.now_us)
