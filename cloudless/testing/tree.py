"""A trace as a tree: who sent what, who got it, how often, and what came of that.

send orders {"id": "1"}
├── take ✗ attempt 1: ConnectionError: the warehouse is down
└── take ✓ attempt 2, 2 s later
    └── publish order-placed {"id": "1"}
        └── mail ✓
POST /orders?… 201
└── send orders {"id": "2"}
    └── take ✓
fire report × 7, tidy × 168 until Fri 12:00:00  (folded: nothing came of them)
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from cloudless.wording import body, brief, count, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from cloudless.memory.history import Event

_SIGNS = {"done": ("✓", "green"), "skipped": ("○", "dim"), "again": ("✗", "red"), "dead": ("✗", "bold red")}
_FAILED = ("✗", "red")
_IDLE_MOST = 3
"""Runs of schedules, one after the other, that are each told although nothing came of them."""
_TARGET_WIDTH = 120


class Line:
    """A line in parts, each with the style that the command line shows it in, as Rich names it."""

    __slots__ = ("parts",)

    def __init__(self, text: str = "", style: str = "") -> None:
        self.parts: list[tuple[str, str]] = []
        self.append(text, style)

    def append(self, text: str, style: str = "") -> Line:
        """Add a part, unless it is empty; this line."""
        if text:
            self.parts.append((text, style))
        return self

    def extend(self, line: Line) -> Line:
        """Add the parts of another line; this line."""
        self.parts += line.parts
        return self

    def __str__(self) -> str:
        return "".join(text for text, _ in self.parts)


class Node:
    """An event, and what happened because of it, in order."""

    __slots__ = ("children", "event")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.children: list[Node] = []

    @property
    def is_idle(self) -> bool:
        """Whether it is a run of a schedule that did nothing but run."""
        return self.event.kind == "fire" and bool(self.children) and all(map(_is_uneventful, self.children))


class Forest:
    """roots: what came from outside, or from a schedule that was due, with everything that followed."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.roots: list[Node] = []
        self._origins: dict[str, Node] = {}
        self._effects: dict[tuple[str, str], list[Node]] = {}
        for event in events:
            self._add(Node(event))
        for left in self._effects.values():
            self.roots += left

    def _add(self, node: Node) -> None:
        event = node.event
        if event.kind == "deliver":
            node.children = self._effects.pop((event.message, event.handler), [])
            origin = self._origins.get(event.message)
            (origin.children if origin else self.roots).append(node)
            return
        if event.kind not in {"dead", "end"}:
            self._origins[event.message] = node
        self._cause(event).append(node)

    def _cause(self, event: Event) -> list[Node]:
        """The children of what made an event happen: a delivery, known when it ends, or a call that goes on."""
        caller = self._origins.get(event.cause)
        if caller is not None and _goes_on(caller.event, event.handler):
            return caller.children
        return self._effects.setdefault((event.cause, event.handler), []) if event.cause else self.roots


def _goes_on(event: Event, handler: str) -> bool:
    """Whether an event is a call of a handler: it is recorded when it begins, before what it does."""
    if event.kind == "request":
        return event.handler == handler
    return event.kind in {"invoke", "start", "step"} and event.resource == handler


def _is_uneventful(node: Node) -> bool:
    """Whether it is a delivery that was handled at once, and without effects."""
    event = node.event
    return event.kind == "deliver" and event.outcome in {"done", "skipped"} and event.attempt == 1 and not node.children


def lines(events: Iterable[Event], *, every: bool = False) -> Iterator[Line]:
    """The trace, line by line.

    Runs of schedules that nothing came of are one line, where more than three follow one another; not with `every`.
    """
    for is_idle, group in groupby(Forest(events).roots, lambda root: root.is_idle):
        roots = list(group)
        if is_idle and not every and len(roots) > _IDLE_MOST:
            yield _folded(roots)
        else:
            for root in roots:
                yield _at(root).extend(_label(root))
                yield from _below(root, "")


def _at(root: Node) -> Line:
    return Line(f"{root.event.at:%a %H:%M:%S}  ", "dim")


def _folded(roots: Sequence[Node]) -> Line:
    """How often each schedule ran, and until when."""
    runs = Counter(root.event.resource for root in roots)
    told = ", ".join(f"{name} × {number}" for name, number in runs.items())
    line = _at(roots[0]).append("fire", "bold cyan").append(f" {told} until {roots[-1].event.at:%a %H:%M:%S}")
    return line.append("  (folded: nothing came of them)", "dim")


def _below(node: Node, indent: str) -> Iterator[Line]:
    for child in node.children:
        is_last = child is node.children[-1]
        yield Line(f"{indent}{'└── ' if is_last else '├── '}", "dim").extend(_label(child, node.event))
        yield from _below(child, f"{indent}{'    ' if is_last else '│   '}")


def _label(node: Node, parent: Event | None = None) -> Line:
    event = node.event
    if event.kind == "deliver":
        return _delivery(event, parent)
    if event.kind == "dead":
        return Line("dead letter", "bold red").append(f" in {event.resource}{_why(event)}")
    if event.kind == "request":
        return _request(event)
    if event.kind in {"step", "end"}:
        return _step(event, parent)
    line = Line(event.kind, "bold cyan").append(f" {event.resource}")
    if event.kind != "fire":
        line.append(f" {body(event.body)}", "dim")
    if not node.children and event.kind in {"send", "publish", "fire"}:
        line.append("  (nobody got it yet)", "yellow")
    return line


def _request(event: Event) -> Line:
    """As it was sent, with its status: red where the program is to blame, yellow where who asked is; and why."""
    method, _, route = event.resource.partition(" ")
    colour = {"4": "bold yellow", "5": "bold red"}.get(event.outcome[:1], "green")
    line = Line(method, "bold cyan").append(f" {brief(event.target or route, _TARGET_WIDTH)} ")
    return line.append(event.outcome, colour).append(_why(event))


def _step(event: Event, parent: Event | None) -> Line:
    """A step of an execution, or its end. What a step was given is shown where it failed."""
    good = event.outcome in {"done", "completed"}
    line = Line(event.kind, "bold cyan").append(f" {event.resource}")
    line.append(f" {event.outcome}", "green" if good else "bold red")
    notes = [f"attempt {event.attempt}"] if event.attempt > 1 else []
    line.append(_notes([*notes, *_later(event, parent)]), "dim").append(_why(event))
    return line.append(f" {body(event.body)}" if event.kind == "step" and event.error else "", "dim")


def _delivery(event: Event, parent: Event | None) -> Line:
    sign, colour = _SIGNS.get(event.outcome, _FAILED)
    is_plain = event.attempt == 1 and event.outcome in {"done", "skipped"}
    notes = [*([] if is_plain else [f"attempt {event.attempt}"]), *_later(event, parent)]
    if not event.called:
        notes.append(event.why or "not called")
    if event.outcome in {"crash", "time-out"}:
        notes.append(event.outcome)
    line = Line(event.handler or event.resource, "bold").append(f" {sign}", colour)
    return line.append(_notes(notes), "dim").append(_why(event))


def _later(event: Event, parent: Event | None) -> list[str]:
    return [f"{_length(event.at - parent.at)} later"] if parent is not None and event.at > parent.at else []


def _notes(notes: Sequence[str]) -> str:
    return f" {', '.join(notes)}" if notes else ""


def _why(event: Event) -> str:
    return f": {event.error.type}: {printable(event.error.text)}" if event.error else ""


def _length(length: timedelta) -> str:
    """`2 s`, `0.5 s`, `1 h 30 min`, `7 d`: the two largest units."""
    seconds = length.total_seconds()
    if seconds < 60:
        return f"{seconds:g} s"
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{int(number)} {unit}")
    return " ".join(parts[:2])


def summary(events: Sequence[Event], dead_letters: Mapping[str, int], now: datetime) -> Line:
    """What happened, in one line. dead_letters: how many wait in each queue of them."""
    deliveries = [event for event in events if event.kind == "deliver"]
    failed = sum(event.outcome not in {"done", "skipped"} for event in deliveries)
    sent = sum(event.kind in {"send", "publish"} for event in events)
    line = _answered(events).append(f"{count(sent, 'message')}, ")
    line.append(f"{len(deliveries)} {'delivery' if len(deliveries) == 1 else 'deliveries'}")
    line.append(f", {failed} of them failed" if failed else "", "red").extend(_executed(events))
    letters = "".join(f"; {count(number, 'dead letter')} in {name}" for name, number in dead_letters.items())
    return line.append(letters, "bold red").append(f"; it is {now:%a %Y-%m-%d %H:%M:%S} UTC", "dim")


def _answered(events: Iterable[Event]) -> Line:
    """How many requests there were, and how many of them failed; nothing where there were none."""
    statuses = [int(event.outcome) for event in events if event.kind == "request"]
    failed = sum(status >= 400 for status in statuses)
    if not statuses:
        return Line()
    line = Line(count(len(statuses), "request"))
    return line.append(f", {failed} of them failed" if failed else "", "red").append("; ")


def _executed(events: Iterable[Event]) -> Line:
    """How many executions there were, and what became of them; nothing where there were none."""
    started = sum(event.kind == "start" for event in events)
    ends = Counter(event.outcome for event in events if event.kind == "end")
    line = Line(f"; {count(started, 'execution')}" if started else "")
    for outcome, colour in (("failed", "red"), ("cancelled", "yellow")):
        line.append(f", {ends[outcome]} {outcome}" if ends[outcome] else "", colour)
    running = started - ends.total()
    return line.append(f", {running} running" if running > 0 else "", "yellow")
