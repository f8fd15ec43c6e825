"""Follow the user's code from a function, and keep what each function was seen to mention.

    function + arguments ──Frame──► Facts: grants, escapes, callees

A function is run in the abstract once for each set of arguments that matter (handles, and what may lead to
one). What flows between functions stands in slots: variables, fields, results. Whoever read a slot is run
again when it grows; values only grow, so that comes to an end, at the same point whatever the order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from types import FunctionType

from cloudless.frontend.handles import Handle
from cloudless.frontend.lift import Lifter
from cloudless.frontend.source import Sources
from cloudless.frontend.territory import Territory
from cloudless.frontend.values import NOTHING, Value
from cloudless.ir import Span

Key = Hashable
"""Of a function with its arguments, or of an instance."""


class Facts:
    """What one function, or the methods of one instance, were seen to mention.

    grants: (handle, verb) → where. escapes: (handle, where). blind: where → what cannot be read there.
    globals: where → name of a global that is changed. raises: exception classes that the code names.
    callees: what else is followed.
    """

    __slots__ = ("blind", "callees", "escapes", "globals", "grants", "raises")

    def __init__(self) -> None:
        self.grants: dict[tuple[Handle, str], set[Span]] = {}
        self.escapes: set[tuple[Handle, Span]] = set()
        self.blind: dict[Span, str] = {}
        self.globals: dict[Span, str] = {}
        self.raises: set[type[Exception]] = set()
        self.callees: dict[Key, None] = {}


class Analysis:
    """Facts of every function that was followed so far."""

    def __init__(self, sources: Sources, territory: Territory) -> None:
        self.sources = sources
        self.territory = territory
        self.lifter = Lifter(territory)
        self._facts: dict[Key, Facts] = {}
        self._jobs: dict[Key, Callable[[Facts], None]] = {}
        self._waiting: dict[Key, None] = {}
        self._running: Key = None
        self._slots: dict[Hashable, Value] = {}
        self._readers: defaultdict[Hashable, set[Key]] = defaultdict(set)

    def read(self, slot: Hashable) -> Value:
        """What a slot holds; whoever is running will be run again should it grow."""
        self._readers[slot].add(self._running)
        return self._slots.get(slot, NOTHING)

    def has(self, slot: Hashable) -> bool:
        """Whether a slot was ever written, be it with nothing of interest."""
        return slot in self._slots

    def grow(self, slot: Hashable, value: Value) -> None:
        """Let a slot hold more than it did."""
        known = self._slots.get(slot)
        if known is None or not value <= known:
            self._slots[slot] = value if known is None else known | value
            if value or known is None:
                self._waiting.update(dict.fromkeys(self._readers.get(slot, ())))

    def follow(self, key: Key, job: Callable[[], Callable[[Facts], None]]) -> None:
        """See to it that a key's job is run, now or when its turn comes. job: makes it, where it is new."""
        if key not in self._jobs:
            self._jobs[key] = job()
            self._waiting[key] = None

    def settle(self) -> None:
        """Run what waits, until nothing new is found."""
        while self._waiting:
            self._running, _ = self._waiting.popitem()
            facts = self._facts[self._running] = Facts()
            self._jobs[self._running](facts)

    def function(self, function: FunctionType) -> Key:
        """Follow a function as it is called from outside: only its defaults are known. Returns its key."""
        from cloudless.frontend.call import follow_function
        from cloudless.frontend.values import Arguments

        return follow_function(self, function, Arguments())

    def reached(self, roots: Iterable[Key]) -> Iterator[Facts]:
        """Facts of everything that is followed from some keys, each once."""
        seen = dict.fromkeys(roots)
        waiting = list(seen)
        while waiting:
            facts = self._facts[waiting.pop()]
            yield facts
            new = [key for key in facts.callees if key not in seen]
            seen.update(dict.fromkeys(new))
            waiting += new
