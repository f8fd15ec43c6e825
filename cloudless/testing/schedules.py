"""What can go wrong in a program that was seen to run: every single fault, and hypothesis's lists of them.

See exploration.py. The simplest come first: faults of first calls, before those of later ones, before those at lines.
"""

from __future__ import annotations

import os
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from cloudless.handler import unwrapped
from cloudless.memory.fault import ARRIVAL, OF_ORCHESTRATIONS, Fault
from cloudless.orchestration import Orchestration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis.strategies import SearchStrategy

    from cloudless.app import App
    from cloudless.memory.adversary import Adversary

    Which = Callable[[Any, str, int], list[Fault]]
    """Faults of a handler, of a kind, of a call."""

LONGEST = 6
"""Faults of one schedule at most; what needs more is rare, and slow to find."""

MORE_CALLS = 2
"""Redeliveries make more calls than the first run had."""

_FED = frozenset({"queue", "topic", "schedule"})
"""Kinds of handlers that messages come to."""


class Faulty:
    """What can go wrong with each handler that ran. kinds: those that are wanted."""

    def __init__(self, app: App, seen: Adversary, kinds: tuple[str, ...]) -> None:
        self._seen = seen
        self._kinds = kinds
        known: dict[str, Any] = {**app.handlers, **{one.name: one for one in app.orchestrations}}
        self._handlers = [known[name] for name in sorted(seen.calls)]
        self._names = _short_names(
            {file for lines in seen.lines.values() for file, _ in lines} | _files(self._handlers)
        )

    def singles(self, most: int, seed: int) -> list[Fault]:
        """Every single fault, the simplest first; a sample of them where there are more than `most`."""
        first = self._every(self._of, 1)[:most]
        others = [(self._lines_of, 1), (self._of, 2), (self._long_of, 1), (self._lines_of, 2)]
        rest = [fault for which, call in others for fault in self._every(which, call)]
        chosen = Random(f"singles {seed}").sample(range(len(rest)), min(len(rest), most - len(first)))
        return [*first, *(rest[number] for number in sorted(chosen))]

    def lists(self) -> SearchStrategy[list[Fault]]:
        """Schedules of several; none where nothing can go wrong."""
        from hypothesis import strategies as st

        calls = range(1, max(self._seen.calls.values(), default=0) + MORE_CALLS + 1)
        found = [st.sampled_from(one) for one in self._choices(list(calls)) if one]
        return st.lists(st.one_of(found), max_size=LONGEST, unique=True) if found else st.just([])

    def _choices(self, calls: list[int]) -> Iterator[list[Fault]]:
        """Faults to choose from, by handler and kind, so that those at lines do not crowd out the others."""
        for handler, kind in product(self._handlers, self._kinds):
            most = self._seen.calls[handler.name] + MORE_CALLS
            mine = [call for call in calls if call <= most]
            for which in (self._of, self._lines_of, self._long_of):
                yield [fault for call in mine for fault in which(handler, kind, call)]

    def _every(self, which: Which, call: int) -> list[Fault]:
        return [fault for kind, one in product(self._kinds, self._handlers) for fault in which(one, kind, call)]

    def _of(self, handler: Any, kind: str, call: int) -> list[Fault]:
        """Faults of a call, but those at lines."""
        name, effects = handler.name, self._seen.effects.get(handler.name, 0)
        if isinstance(handler, Orchestration):
            return _turns(kind, name, call)
        if kind in ARRIVAL:
            return _arrivals(kind, name, call) if handler.kind in _FED or self._seen.fed_later(name) else []
        if kind == "throttle":
            return [Fault(kind, name, call, effect=effect) for effect in range(1, effects + 1)]
        return [Fault(kind, name, call, **place) for place in _places(effects)]

    def _long_of(self, handler: Any, kind: str, call: int) -> list[Fault]:
        """Stalls of a call beyond its time-out, and beyond the lock of its message."""
        if isinstance(handler, Orchestration):
            return []
        limit_s, effects = handler.settings.timeout_s, self._seen.effects.get(handler.name, 0)
        lengths = (limit_s + 1, 7 * limit_s) if kind == "slow" else ()
        return [Fault(kind, handler.name, call, seconds=one, **place) for one in lengths for place in _places(effects)]

    def _lines_of(self, handler: Any, kind: str, call: int) -> list[Fault]:
        if kind not in {"crash", "slow"} or isinstance(handler, Orchestration):
            return []
        lines = sorted(self._seen.lines.get(handler.name, set()) | _own_lines(handler.function))
        places = [f"{self._names[file]}:{line}" for file, line in lines]
        return [Fault(kind, handler.name, call, line=place) for place in places]


def _turns(kind: str, orchestration: str, call: int) -> list[Fault]:
    """Faults of one thing that an execution is told."""
    if kind == "crash":
        return [Fault(kind, orchestration, call), Fault(kind, orchestration, call, after=True)]
    return _arrivals(kind, orchestration, call) if kind in OF_ORCHESTRATIONS else []


def _arrivals(kind: str, handler: str, call: int) -> list[Fault]:
    if kind == "delay":
        return [Fault(kind, handler, call, seconds=seconds) for seconds in (1, 30, 600)]
    if kind == "duplicate":
        return [Fault(kind, handler, call, seconds=seconds) for seconds in (0, 30)]
    if kind == "reorder":
        return [Fault(kind, handler, call, skip=skip) for skip in (1, 2, 5)]
    return [Fault(kind, handler, call)]


def _places(effects: int) -> list[dict[str, Any]]:
    """The start of a call, its end, and behind each of its client calls."""
    return [{}, {"after": True}, *({"effect": number} for number in range(1, effects + 1))]


def _own_lines(function: Any) -> set[tuple[str, int]]:
    """The lines of a handler itself, those included that only run when something has failed."""
    code = getattr(unwrapped(function), "__code__", None)
    if code is None:
        return set()
    return {(code.co_filename, line) for _, _, line in code.co_lines() if line and line > code.co_firstlineno}


def _files(handlers: list[Any]) -> set[str]:
    return {file for handler in handlers for file, _ in _own_lines(handler.function)}


def _short_names(files: set[str]) -> dict[str, str]:
    """The shortest end of each file's path that no other one has."""
    found: dict[str, str] = {}
    for file in files:
        parts = file.split(os.sep)  # noqa: PTH206  (ends of names, as code objects hold them)
        ends = ("/".join(parts[-count:]) for count in range(1, len(parts) + 1))
        others = [other.replace(os.sep, "/") for other in files - {file}]
        found[file] = next((end for end in ends if not any(f"/{other}".endswith(f"/{end}") for other in others)), file)
    return found
