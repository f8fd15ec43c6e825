"""Queues: one consumer each, a type that can be written as JSON, a delay that every cloud can wait."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from cloudless.app import App
from cloudless.codec import codec_of
from cloudless.errors import InvalidArgument
from cloudless.event import Event
from cloudless.frontend.checks.names import kind_of
from cloudless.frontend.functions import original
from cloudless.frontend.report import Report
from cloudless.function import Function
from cloudless.handler import Routine
from cloudless.message import is_context
from cloudless.orchestration import Orchestration
from cloudless.outgoing import DELAY_LONGEST
from cloudless.pure import Pure
from cloudless.queue import OrderedQueue, Queue, QueueHandler
from cloudless.schedule import Schedule
from cloudless.source import Place
from cloudless.topic import Topic


def consumers(app: App, report: Report) -> None:
    """A queue has one consumer. Of several queues of one name, which CL101 tells, each may have its own."""
    named = Counter(one.name for one in app.declared if isinstance(one, Queue | OrderedQueue))
    first: dict[str, QueueHandler[..., object]] = {}
    for handler in app.registered:
        if isinstance(handler, QueueHandler) and named[handler.source] < 2:
            there = first.setdefault(handler.source, handler)
            if there is not handler:
                at = report.sources.declaration(there.place)
                report.error(
                    "CL161",
                    report.sources.declaration(handler.place),
                    f"queue {handler.source!r} has another consumer, {there.name!r} at {at.file}:{at.line}",
                    "call both from one, or publish to a topic, which each subscriber gets",
                )


def types(app: App, report: Report) -> None:
    """Bodies, arguments and results have a JSON form."""
    for one in app.declared:
        if isinstance(one, Queue | OrderedQueue | Topic | Event):
            _check_type(one.type, one.place, 1, f"{kind_of(one)} {one.name!r}", report)
    for routine in (*app.registered, *app.orchestrations, *app.pures):
        if isinstance(routine, Function | Orchestration | Pure) and original(routine.function) is not None:
            _check_function(routine, report)


def _check_type(kind: object, place: Place, position: int, what: str, report: Report) -> None:
    try:
        codec_of(kind)
    except InvalidArgument as problem:
        report.error("CL162", report.sources.option(place, "type", position), f"{what}: {_why(problem)}", _REMEDY)


def _check_function(routine: Routine[..., object], report: Report) -> None:
    try:
        hints = routine.hints()
    except Exception:  # noqa: BLE001  (CL128 has said so)
        return
    for part in [*hints.values()]:
        try:
            codec_of(part) if not is_context(part) else None
        except InvalidArgument as problem:
            what = "function" if isinstance(routine, Function) else routine.noun
            said = f"{what} {routine.name!r}: {_why(problem)}"
            report.error("CL162", report.sources.name_of(routine), said, _REMEDY)


def _why(problem: InvalidArgument) -> str:
    """The text of a codec's error without its remedy."""
    return str(problem).partition(". Use ")[0]


_REMEDY = "use a pydantic model, a dataclass, a TypedDict or JSON builtins"


def delays(app: App, report: Report) -> None:
    """The longest delay is one that every cloud can wait."""
    for one in app.declared:
        if isinstance(one, Queue) and not 0 <= one.max_delay_s <= DELAY_LONGEST.total_seconds():
            report.error(
                "CL146",
                report.sources.option(one.place, "max_delay"),
                f"max_delay of queue {one.name!r} is {timedelta(seconds=one.max_delay_s)}: 0 s to 30 days are possible",
                "use a schedule for what is further away",
            )


def dead_letters(app: App, report: Report) -> None:
    """Who consumes dead letters consumes those of a queue that keeps them."""
    lost: dict[str, str] = {}
    for one in app.declared:
        if isinstance(one, Queue | OrderedQueue) and not one.has_dead_letters:
            lost[f"{one.name}-dead-letters"] = one.name
    for subscribed in app.subscriptions:
        if not subscribed.has_dead_letters:
            lost[f"{subscribed.name}-dead-letters"] = subscribed.name
    for handler in app.registered:
        if isinstance(handler, Schedule | Function) and not handler.has_dead_letters:
            source = handler.source if isinstance(handler, Schedule) else handler.later
            lost[f"{source}-dead-letters"] = source
    for handler in app.registered:
        if isinstance(handler, QueueHandler) and handler.source in lost:
            report.error(
                "CL164",
                report.sources.declaration(handler.place),
                f"{handler.name!r} consumes the dead letters of {lost[handler.source]!r}, which keeps none",
                "leave dead_letters=False out there",
            )
