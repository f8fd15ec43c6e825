"""What can go wrong in a program that was seen to run: hypothesis's strategy for lists of faults. See explore.py."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cloudless.handler import unwrapped
from cloudless.memory.fault import Fault

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from cloudless.app import App
    from cloudless.memory.adversary import Adversary

LONGEST = 6
"""Faults of one schedule at most; what needs more is rare, and slow to find."""

MORE_CALLS = 2
"""Redeliveries make more calls than the first run had."""


def schedules(app: App, seen: Adversary, kinds: tuple[str, ...]) -> SearchStrategy[list[Fault]]:
    """Lists of faults of handlers that ran. The simplest choices come first: to these hypothesis shrinks."""
    from hypothesis import strategies as st

    found = [one for handler in sorted(seen.calls) for kind in kinds for one in _Drawn(app, seen, handler, kind).all()]
    return st.lists(st.one_of(found), max_size=LONGEST, unique=True) if found else st.just([])


class _Drawn:
    """Faults of one kind of one handler."""

    def __init__(self, app: App, seen: Adversary, handler: str, kind: str) -> None:
        from hypothesis import strategies as st

        self._st: Any = st
        self._kind = kind
        self._handler = app.handlers[handler]
        self._effects = seen.effects.get(handler, 0)
        self._lines = sorted(seen.lines.get(handler, set()) | _own_lines(self._handler.function))
        self._calls = seen.calls[handler]

    def all(self) -> list[SearchStrategy[Fault]]:
        """One strategy for each form that such a fault can have."""
        st = self._st
        if self._kind in {"crash", "slow"}:
            return self._somewhere()
        if self._kind == "throttle":
            return [self._fault(effect=st.integers(1, self._effects))] if self._effects else []
        if self._kind == "duplicate":
            return [self._fault(seconds=st.sampled_from([0, 30]))]
        if self._kind == "delay":
            return [self._fault(seconds=st.sampled_from([1, 30, 600]))]
        return [self._fault(skip=st.integers(1, 5))]

    def _somewhere(self) -> list[SearchStrategy[Fault]]:
        """At one of the places where a handler can die or stand still: for less than its time-out, or for longer."""
        st = self._st
        limit_s = self._handler.settings.timeout_s
        lasts = {"seconds": st.sampled_from([0, limit_s + 1, 2 * limit_s])} if self._kind == "slow" else {}
        found = [self._fault(after=st.booleans(), **lasts)]
        if self._effects:
            found.append(self._fault(effect=st.integers(1, self._effects), **lasts))
        if self._lines:
            found.append(self._fault(line=st.sampled_from(list(map(_place, self._lines))), **lasts))
        return found

    def _fault(self, **details: Any) -> SearchStrategy[Fault]:
        st = self._st
        calls = st.integers(1, self._calls + MORE_CALLS)
        strategy: SearchStrategy[Fault] = st.builds(
            Fault, st.just(self._kind), st.just(self._handler.name), calls, **details
        )
        return strategy


def _own_lines(function: Any) -> set[tuple[str, int]]:
    """The lines of a handler itself, those included that only run when something has failed."""
    code = getattr(unwrapped(function), "__code__", None)
    if code is None:
        return set()
    return {(code.co_filename, line) for _, _, line in code.co_lines() if line and line > code.co_firstlineno}


def _place(line: tuple[str, int]) -> str:
    return f"{os.path.basename(line[0])}:{line[1]}"  # noqa: PTH119  (a suffix of file names)
