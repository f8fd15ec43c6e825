"""A world for brokers: a store, a platform with tokens, and calls that take turns as a seed says.

Each call of a broker runs in a thread of its own, and stops before everything that it does outside: one thread at a
time goes on, chosen by the seed. So every interleaving can happen, and each happens again by its seed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextvars import ContextVar
from random import Random
from typing import Any

from cloudless.driver.store import ABSENT, Kept
from cloudless.runtime.broker import Broker, Mailbox, NotTaken

START_S = 1_767_355_200.0
LATE_S = 5.0


class Killed(BaseException):
    """The process of a call is gone."""


class MemoryStore:
    """See `cloudless.driver.store.Store`. before: called before every request."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.kept: dict[str, Kept] = {}
        self._before = before
        self._version = 0

    def read(self, key: str) -> Kept | None:
        self._before()
        return self.kept.get(key)

    def write(self, key: str, text: str, version: str, keep_s: float) -> bool:
        assert keep_s > 0
        self._before()
        now = self.kept.get(key)
        if (ABSENT if now is None else now.version) != version:
            return False
        self._version += 1
        self.kept[key] = Kept(text, str(self._version))
        return True

    def box(self, mailbox: Mailbox) -> dict[str, Any]:
        """What the box of a mailbox says."""
        found: dict[str, Any] = json.loads(self.kept[mailbox.key].text)
        return found


class Tokens:
    """A platform: tokens that are good until they are completed or time out. It tells of them LATE_S later.

    refuses: whether it takes nothing this time, even for a token that is good.
    """

    def __init__(self, now_s: Callable[[], float] = lambda: START_S, before: Callable[[], None] = lambda: None) -> None:
        self.good: set[str] = set()
        self.refuses: Callable[[], bool] = lambda: False
        self.taken: dict[str, Any] = {}
        self._taken_s: dict[str, float] = {}
        self._now_s = now_s
        self._before = before

    def complete(self, token: str, payload: Any) -> bool:
        self._before()
        if token not in self.good:
            return False
        if self.refuses():
            raise NotTaken(f"not {token} now")
        self.good.remove(token)
        self.taken[token] = payload
        self._taken_s[token] = self._now_s()
        return True

    def was_taken(self, mailbox: Mailbox, token: str) -> bool:
        self._before()
        return self._taken_s.get(token, self._now_s()) <= self._now_s() - LATE_S


class Turns:
    """Calls that take turns. deaths: how many of them may still be killed in their midst. taken: how many turns."""

    def __init__(self, seed: int, deaths: int = 0) -> None:
        self.random = Random(seed)
        self.now_s = START_S
        self.deaths = deaths
        self.taken = 0
        self.calls: list[Call] = []
        self.store = MemoryStore(self._stop)
        self.tokens = Tokens(lambda: self.now_s, self._stop)
        self.broker = Broker(self.store, self.tokens, lambda: self.now_s, self._sleep)

    def begin(self, name: str, work: Callable[[], None]) -> Call:
        """Let a call begin; it does nothing before its first turn."""
        call = Call(name, work)
        self.calls.append(call)
        return call

    def turn(self) -> None:
        """Let one call go on to its next request, or die there."""
        self.taken += 1
        call = self.random.choice(self.calls)
        if self.deaths and call.has_begun and self.random.random() < 0.05:
            self.deaths -= 1
            call.is_killed = True
        call.go_on()
        self.calls = [one for one in self.calls if not one.has_ended]

    def finish(self) -> None:
        """Let all calls come to their ends."""
        while self.calls:
            self.turn()

    def _stop(self) -> None:
        call = _CALL.get(None)
        if call is not None:
            call.stop()

    def _sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self._stop()


class Call:
    """One call of a broker. error: what it raised; Killed, where it died."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.has_begun = False
        self.has_ended = False
        self.is_killed = False
        self.error: BaseException | None = None
        self._work = work
        self._mine = threading.Semaphore(0)
        self._theirs = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def go_on(self) -> None:
        """One turn, from the world's thread; nothing happens where it has ended."""
        if self.has_ended:
            return
        if not self.has_begun:
            self.has_begun = True
            self._thread.start()
        self._mine.release()
        self._theirs.acquire()
        if self.has_ended:
            self._thread.join()

    def stop(self) -> None:
        """The end of a turn, from the call's own thread."""
        self._theirs.release()
        self._mine.acquire()
        if self.is_killed:
            raise Killed

    def _run(self) -> None:
        _CALL.set(self)
        self._mine.acquire()
        try:
            self._work()
        except BaseException as problem:  # noqa: BLE001  (the world looks at it)
            self.error = problem
        self.has_ended = True
        self._theirs.release()


_CALL: ContextVar[Call] = ContextVar("call")
