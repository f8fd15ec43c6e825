"""Faults: what may go wrong in a simulation, as plain data.

    faults=Faults(duplicate=0.1, crash=0.05)         any delivery, by chance, from the seed
    faults=[Fault("crash", "take", 2, effect=1)]     these and no others; everything else happens in order

duplicate   after the call is done, its message comes again
reorder     the message that is next lets others go first
delay       the message that is next comes later
poison      the message that is next kills its handler, each time that it comes
crash       the instance dies: before the call, after it, behind its n-th client call, or before a line
throttle    its n-th client call raises Unavailable, and stores nothing
slow        it stands still for a while, at one of the places of a crash, and all others go on

An orchestration's "call" is one thing that an execution of it is told: the end of a step, a timer, an event.

duplicate   the step is carried out again, though its end is recorded
delay       it is told later                 reorder   it is told after all that is ready
crash       the engine dies: before what it is told is recorded (a step is carried out again), or after=True
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from cloudless.errors import InvalidArgument, hidden
from cloudless.options import nearest, strict
from cloudless.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Protocol

    class FaultPlan(Protocol):
        """Says what goes wrong. handler: its name. call: number of the call, from 1.

        is_calm: whether all else happens in the order in which it was asked for.
        """

        @property
        def is_calm(self) -> bool: ...

        def on_arrival(self, handler: str, call: int) -> Sequence[Fault]:
            """Faults of the message that is to be call number `call`; asked once for each that is next."""
            ...

        def on_call(self, handler: str, call: int) -> Sequence[Fault]:
            """Faults of the call itself."""
            ...


__tracebackhide__ = hidden
OF_ORCHESTRATIONS = ("crash", "delay", "duplicate", "reorder")
ARRIVAL = ("delay", "duplicate", "poison", "reorder")
CALL = ("crash", "slow", "throttle")
KINDS = tuple(sorted(ARRIVAL + CALL))
_LINE = pattern(r"(.+:)?[1-9][0-9]*\Z")
_TAKES = {
    "crash": ("effect", "line", "after"),
    "delay": ("seconds",),
    "duplicate": ("seconds",),
    "poison": (),
    "reorder": ("skip",),
    "slow": ("effect", "line", "after", "seconds"),
    "throttle": ("effect",),
}
LONGEST_S = 60
"""Of a delay, and of the wait before a duplicate, by chance."""


class Fault:
    """One fault. handler: the handler, or its name. call: which of its calls, from 1, redeliveries counted.

    effect: of a crash, throttle or slow: the client call (send, publish, invoke …) of the handler at which it happens,
    from 1. line: of a crash or slow, before which: a number in the handler's file, or "file.py:12". after: at its end.
    With none of these: before the handler. seconds: of a delay, a duplicate or a slow. skip: how many go first.
    """

    __slots__ = ("after", "call", "effect", "handler", "kind", "line", "seconds", "skip")

    @strict
    def __init__(
        self,
        kind: str,
        handler: Any,
        call: int = 1,
        *,
        effect: int = 0,
        line: Any = 0,
        after: bool = False,
        seconds: float = 0.0,
        skip: int = 1,
    ) -> None:
        _check(kind, call, effect, line, seconds, skip, after=after)
        name = getattr(handler, "name", handler)
        if not isinstance(name, str):
            raise InvalidArgument(f"Fault({kind!r}, {handler!r}): give a handler of the app, or its name")
        self.kind = kind
        self.handler = name
        self.call = call
        self.effect = max(effect, 1) if kind == "throttle" else effect
        self.line: int | str = line
        self.after = after
        self.seconds = seconds
        self.skip = skip

    def __repr__(self) -> str:
        said = [f'"{self.kind}"', f'"{self.handler}"', str(self.call)]
        said += [f"effect={self.effect}"] if self.effect else []
        said += [f'line="{self.line}"' if isinstance(self.line, str) else f"line={self.line}"] if self.line else []
        said += ["after=True"] if self.after else []
        said += [f"seconds={self.seconds:g}"] if self.seconds else []
        said += [f"skip={self.skip}"] if self.skip != 1 else []
        return f"Fault({', '.join(said)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fault) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def _check(  # noqa: PLR0917  (what one fault says)
    kind: str, call: int, effect: int, line: object, seconds: float, skip: int, *, after: bool
) -> None:
    """Refuse what no fault can be, in the constructor and not in a handler (InvalidArgument)."""
    if kind not in KINDS:
        guess = nearest(kind, KINDS)
        hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(KINDS)}"
        raise InvalidArgument(f"Fault({kind!r}): {hint}")
    if call < 1 or effect < 0 or seconds < 0 or skip < 1:
        raise InvalidArgument(f"Fault({kind!r}): calls, effects and skipped messages are counted from 1")
    if line and (isinstance(line, bool) or not _LINE.match(str(line))):
        raise InvalidArgument(f"Fault({kind!r}, line={line!r}): give a number, or a file and one, e.g. 'app.py:12'")
    said = {"effect": effect, "line": line, "after": after, "seconds": seconds, "skip": skip - 1}
    foreign = [name for name, value in said.items() if value and name not in _TAKES[kind]]
    if foreign:
        raise InvalidArgument(
            f"Fault({kind!r}) has no {foreign[0]}: it takes {', '.join(_TAKES[kind]) or 'nothing more'}"
        )
    if (effect > 0) + bool(line) + after > 1:
        raise InvalidArgument(f"Fault({kind!r}): effect=, line= and after= are three places; give one")


class Faults:
    """Chances, 0 to 1, of each fault.

    Of each message: duplicate, reorder, delay, poison; of each call: crash, slow; of each client call: throttle.
    """

    __slots__ = ("crash", "delay", "duplicate", "poison", "reorder", "slow", "throttle")

    @strict
    def __init__(
        self,
        *,
        duplicate: float = 0,
        reorder: float = 0,
        delay: float = 0,
        crash: float = 0,
        throttle: float = 0,
        slow: float = 0,
        poison: float = 0,
    ) -> None:
        self.duplicate, self.reorder, self.delay = duplicate, reorder, delay
        self.crash, self.throttle, self.slow, self.poison = crash, throttle, slow, poison
        for kind in KINDS:
            if not 0 <= getattr(self, kind) <= 1:
                raise InvalidArgument(f"Faults({kind}={getattr(self, kind)}): a chance is 0 to 1")

    def __repr__(self) -> str:
        return f"Faults({', '.join(f'{kind}={getattr(self, kind):g}' for kind in KINDS if getattr(self, kind))})"


class Planned:
    """Faults that are named. A FaultPlan."""

    is_calm = True

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        self._found: dict[tuple[str, int, bool], list[Fault]] = {}
        for fault in self.faults:
            self._found.setdefault((fault.handler, fault.call, fault.kind in ARRIVAL), []).append(fault)

    def on_arrival(self, handler: str, call: int) -> Sequence[Fault]:
        return self._found.pop((handler, call, True), ())

    def on_call(self, handler: str, call: int) -> Sequence[Fault]:
        return self._found.pop((handler, call, False), ())


class ByChance:
    """Faults from a seed, the same on every version of Python. A FaultPlan."""

    is_calm = False

    def __init__(self, chances: Faults, seed: int) -> None:
        self._chances = chances
        self._random = Random(f"faults {seed}")  # not the world's: equal seeds give equal orders with and without

    def on_arrival(self, handler: str, call: int) -> Sequence[Fault]:
        chances, random = self._chances, self._random.random
        found: list[Fault] = []
        if random() < chances.duplicate:
            found.append(Fault("duplicate", handler, call, seconds=int(random() * LONGEST_S)))
        if random() < chances.reorder:
            found.append(Fault("reorder", handler, call, skip=1 + int(random() * 100)))
        if random() < chances.delay:
            found.append(Fault("delay", handler, call, seconds=1 + int(random() * LONGEST_S)))
        if chances.poison and random() < chances.poison:
            found.append(Fault("poison", handler, call))
        return found

    def on_call(self, handler: str, call: int) -> Sequence[Fault]:
        chances, random = self._chances, self._random.random
        found: list[Fault] = []
        if random() < chances.crash:
            found.append(self._anywhere("crash", handler, call))
        if random() < chances.slow:
            found.append(self._anywhere("slow", handler, call))
        found += [Fault("throttle", handler, call, effect=at) for at in (1, 2, 3) if random() < chances.throttle]
        return found

    def _anywhere(self, kind: str, handler: str, call: int) -> Fault:
        place = int(self._random.random() * 5)
        return Fault(kind, handler, call, after=True) if place == 4 else Fault(kind, handler, call, effect=place)
