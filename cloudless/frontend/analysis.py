"""Follow the user's code from a function, and keep what each function was seen to mention.

    function + arguments ──Frame──► Facts: grants, escapes, callees

A function is run in the abstract once for each set of arguments that matter (handles, and what may lead to
one). What flows between functions stands in slots: variables, fields, results. Whoever read a slot is run
again when it grows; values only grow, so that comes to an end, at the same point whatever the order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from cloudless.frontend.handles import Handle
from cloudless.frontend.lift import Lifter, class_of
from cloudless.frontend.source import Sources
from cloudless.frontend.telling import EVERYTHING, MOST, Telling, TooMany
from cloudless.frontend.territory import Territory
from cloudless.frontend.values import ANY, NOTHING, Closure, Live, Made, Value, depth, handles, union
from cloudless.ir import Span

if TYPE_CHECKING:
    from cloudless.frontend.frame import Frame

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

    def __init__(self, sources: Sources, territory: Territory, telling: Telling = EVERYTHING) -> None:
        self.sources = sources
        self.territory = territory
        self.telling = telling
        self.lifter = Lifter(territory, sources.reads.note)
        self._frames: dict[Key, Frame] = {}
        self._counts: defaultdict[Hashable, int] = defaultdict(int)
        self._facts: dict[Key, Facts] = {}
        self._jobs: dict[Key, Callable[[Facts], None]] = {}
        self._queue: deque[Key] = deque()
        self._waiting: set[Key] = set()
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
        if known is None:
            self._slots[slot] = value
        elif not value or value <= known:
            return
        else:
            self._slots[slot] = union([known, value])
            if self._slots[slot] == known:
                return
        for key in self._readers.get(slot, ()):
            self._wait(key)

    def frame(self, key: tuple[Hashable, Any], make: Callable[[], Frame]) -> Frame:
        """The frame of a function with its arguments; TooMany where it has too many already."""
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = make()
            frame.key = key
            frame.depth = max((depth(value) for _, value in key[1]), default=0)
            frame.depth += frame.parent.depth + 1 if frame.parent is not None else 0
            self._counts[key[0]] += 1
            if self._counts[key[0]] > MOST:
                raise TooMany(str(key[0]))
        return frame

    def follow(self, key: Key, job: Callable[[], Callable[[Facts], None]]) -> None:
        """See to it that a key's job is run, now or when its turn comes. job: makes it, where it is new."""
        if key not in self._jobs:
            self._jobs[key] = job()
            self._wait(key)

    def _wait(self, key: Key) -> None:
        if key not in self._waiting:
            self._waiting.add(key)
            self._queue.append(key)

    def settle(self) -> None:
        """Run what waits, until nothing new is found."""
        while self._queue:  # first come, first served: a third of the runs that the other order takes
            self._running = self._queue.popleft()
            self._waiting.discard(self._running)
            facts = self._facts[self._running] = Facts()
            self._jobs[self._running](facts)

    def relevant(self) -> frozenset[Hashable]:
        """Functions, classes, instances and nodes that lead to a handle, by way of whatever they call."""
        callers: defaultdict[Key, list[Key]] = defaultdict(list)
        for key, facts in self._facts.items():
            for callee in facts.callees:
                callers[callee].append(key)
        waiting = [key for key, facts in self._facts.items() if facts.grants or facts.escapes or self._holds(key)]
        seen = set(waiting)
        while waiting:
            new = [key for key in callers[waiting.pop()] if key not in seen]
            seen.update(new)
            waiting += new
        return frozenset(part for key in seen for part in _parts(key))

    def _holds(self, key: Key) -> bool:
        """Whether an instance has an attribute that leads to a handle."""
        return bool(handles(self._slots.get((key, ANY), NOTHING)))

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


def _parts(key: Key) -> Iterator[Hashable]:
    """What stands for a key among arguments: the function, node, instance or class."""
    whole: Any = key
    item = whole[0] if isinstance(key, tuple) else whole
    item = Live(item) if isinstance(item, FunctionType) else item
    yield item.node if isinstance(item, Closure) else item.kind if isinstance(item, Made) else item
    if isinstance(item, Live):
        yield Live(class_of(item.object))
