"""A trace as a tree: who sent what, who got it, how often, and what came of that.

send orders {"id": "1"}
├── take ✗ attempt 1: ConnectionError: the warehouse is down
└── take ✓ attempt 2, 2 s later
    └── publish order-placed {"id": "1"}
        └── mail ✓
POST /orders 201
└── send orders {"id": "2"}
    └── take ✓
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from rich.text import Text

from cloudless.cli import show
from cloudless.memory.history import Event

_SIGNS = {"done": ("✓", "green"), "skipped": ("○", "dim"), "again": ("✗", "red"), "dead": ("✗", "bold red")}
_FAILED = ("✗", "red")


class Node:
    """An event, and what happened because of it, in order."""

    __slots__ = ("children", "event")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.children: list[Node] = []


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


def lines(events: Iterable[Event]) -> Iterator[Text]:
    """The trace, line by line. A tree of Rich's would be cut at the width of the terminal."""
    for root in Forest(events).roots:
        yield Text().append(f"{root.event.at:%a %H:%M:%S}  ", "dim").append(_label(root))
        yield from _below(root, "")


def _below(node: Node, indent: str) -> Iterator[Text]:
    for child in node.children:
        is_last = child is node.children[-1]
        yield Text().append(f"{indent}{'└── ' if is_last else '├── '}", "dim").append(_label(child, node.event))
        yield from _below(child, f"{indent}{'    ' if is_last else '│   '}")


def _label(node: Node, parent: Event | None = None) -> Text:
    event = node.event
    if event.kind == "deliver":
        return _delivery(event, parent)
    if event.kind == "dead":
        why = f": {event.error.type}: {event.error.text}" if event.error else ""
        return Text().append("dead letter", "bold red").append(f" in {event.resource}{why}")
    if event.kind == "request":
        return _request(event)
    if event.kind in {"step", "end"}:
        return _step(event, parent)
    text = Text().append(event.kind, "bold cyan").append(f" {event.resource}")
    if event.kind != "fire":
        text.append(f" {show.body(event.body)}", "dim")
    if not node.children and event.kind in {"send", "publish", "fire"}:
        text.append("  (nobody got it yet)", "yellow")
    return text


def _request(event: Event) -> Text:
    """With its status, red where the program is to blame, yellow where who asked is; and why."""
    method, _, path = event.resource.partition(" ")
    colour = {"4": "bold yellow", "5": "bold red"}.get(event.outcome[:1], "green")
    text = Text().append(method, "bold cyan").append(f" {path} ").append(event.outcome, colour)
    return text.append(f": {event.error.type}: {event.error.text}" if event.error else "")


def _step(event: Event, parent: Event | None) -> Text:
    """A step of an execution, or its end. What a step was given is shown where it failed."""
    text = Text().append(event.kind, "bold cyan").append(f" {event.resource}")
    good = event.outcome in {"done", "completed"}
    text.append(f" {event.outcome}", "green" if good else "bold red")
    notes = [f"attempt {event.attempt}"] if event.attempt > 1 else []
    if parent is not None and event.at > parent.at:
        notes.append(f"{_length(event.at - parent.at)} later")
    text.append(f" {', '.join(notes)}" if notes else "", "dim")
    if event.error is None:
        return text
    text.append(f": {event.error.type}: {event.error.text}")
    return text.append(f" {show.body(event.body)}" if event.kind == "step" else "", "dim")


def _delivery(event: Event, parent: Event | None) -> Text:
    sign, colour = _SIGNS.get(event.outcome, _FAILED)
    text = Text().append(event.handler or event.resource, "bold").append(f" {sign}", colour)
    notes: list[str] = []
    if event.attempt > 1 or event.outcome not in {"done", "skipped"}:
        notes.append(f"attempt {event.attempt}")
    if parent is not None and event.at > parent.at:
        notes.append(f"{_length(event.at - parent.at)} later")
    if not event.called:
        notes.append("not called")
    if event.outcome in {"crash", "time-out"}:
        notes.append(event.outcome)
    text.append(f" {', '.join(notes)}" if notes else "", "dim")
    return text.append(f": {event.error.type}: {event.error.text}" if event.error else "")


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
