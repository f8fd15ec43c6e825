"""Who holds which session of a queue, and until when.

https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-sessions
"""

from __future__ import annotations

from providers.azure.tests.servicebus.problems import SessionLost, SessionTaken


class Sessions:
    """lock_s: how long a session is held without a renewal. Holders are any objects; their identity counts."""

    def __init__(self, lock_s: float) -> None:
        self._lock_s = lock_s
        self._held: dict[str, tuple[object, float]] = {}
        self.states: dict[str, bytes | None] = {}

    def is_free(self, name: str) -> bool:
        return name not in self._held

    def accept(self, name: str, holder: object, now_s: float) -> float:
        """Take a session; returns when its lock ends. Raises SessionTaken."""
        if name in self._held:
            raise SessionTaken(name)
        self._held[name] = (holder, now_s + self._lock_s)
        return now_s + self._lock_s

    def renew(self, name: str, now_s: float) -> float:
        """Hold it from now; returns when its lock ends. Raises SessionLost."""
        if name not in self._held:
            raise SessionLost(name)
        self._held[name] = (self._held[name][0], now_s + self._lock_s)
        return now_s + self._lock_s

    def holds(self, name: str, holder: object) -> bool:
        return name in self._held and self._held[name][0] is holder

    def locked_until_s(self, name: str) -> float:
        """When its lock ends; 0 where nobody holds it."""
        return self._held[name][1] if name in self._held else 0

    def give_up(self, name: str, holder: object) -> bool:
        """Let go of a session; whether the holder had it."""
        if not self.holds(name, holder):
            return False
        del self._held[name]
        return True

    def expire(self, now_s: float) -> list[str]:
        """Drop the locks that have ended; returns their sessions."""
        ended = [name for name, (_, until_s) in self._held.items() if until_s <= now_s]
        for name in ended:
            del self._held[name]
        return ended

    def next_s(self) -> float | None:
        """When the first lock ends."""
        return min((until_s for _, until_s in self._held.values()), default=None)
