"""Catalogue: what there is to send to, fire, start and answer, with a sample of what each takes."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any

from cloudless.dev.page.plain import plain
from cloudless.dev.page.sample import sample
from cloudless.errors import CloudlessError
from cloudless.ir import DEAD_LETTERS, DECLARED
from cloudless.node import node
from cloudless.queue import OrderedQueue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloudless.app import App
    from cloudless.frontend.openapi.schemas import Key, Mode
    from cloudless.ir import Application


@node(kw_only=True)
class Target:
    """Something to send to. kind: "queue", "topic", "function", "orchestration" or "event". sample: JSON text.

    attributes: names on which subscriptions filter. is_ordered: a queue that wants a group. max_delay_s: of a queue.
    waiters: orchestrations that wait for an event.
    """

    kind: str
    name: str
    sample: str
    attributes: tuple[str, ...] = ()
    is_ordered: bool = False
    max_delay_s: float = 0
    waiters: tuple[str, ...] = ()


@node()
class Timetable:
    """A schedule. timing: e.g. "0 8 * * MON-FRI" or "every 3600 s"."""

    name: str
    handler: str
    timing: str
    timezone: str


@node(kw_only=True)
class Catalogue:
    """name: of the app. letters: names of dead-letter queues. handlers: all names, also those of subscribers."""

    name: str
    targets: tuple[Target, ...]
    schedules: tuple[Timetable, ...]
    letters: tuple[str, ...]
    orchestrations: tuple[str, ...]
    subscriptions: tuple[tuple[str, str], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = plain(self)
        return found


def catalogue(app: App, application: Application) -> Catalogue:
    """The catalogue of an application."""
    return Catalogue(
        name=app.name,
        targets=tuple(_targets(app, application)),
        schedules=tuple(_timetables(application)),
        letters=tuple(one.name for one in application.queues if one.role == DEAD_LETTERS),
        orchestrations=tuple(one.name for one in application.orchestrations),
        subscriptions=tuple((one.name, one.handler or one.forward) for one in application.subscriptions),
    )


def _targets(app: App, application: Application) -> Iterator[Target]:
    samples = _samples(app)
    ordered = {one.name for one in app.declared if isinstance(one, OrderedQueue)}
    for queue in application.queues:
        if queue.role == DECLARED:
            title = f"queue {queue.name}"
            yield Target(
                kind="queue",
                name=queue.name,
                sample=samples.get(title, "{}"),
                is_ordered=queue.name in ordered,
                max_delay_s=queue.max_delay_s,
            )
    for topic in application.topics:
        text = samples.get(f"topic {topic.name}", "{}")
        yield Target(kind="topic", name=topic.name, sample=text, attributes=tuple(topic.attributes))
    for function in application.functions:
        text = samples.get(f"function {function.handler}", "{}")
        yield Target(kind="function", name=function.handler, sample=text)
    for one in application.orchestrations:
        yield Target(kind="orchestration", name=one.name, sample=samples.get(f"orchestration {one.name}", "{}"))
    for event in application.events:
        text = samples.get(f"event {event.name}", "{}")
        yield Target(kind="event", name=event.name, sample=text, waiters=tuple(event.waiters))


def _samples(app: App) -> Mapping[str, str]:
    """By title, e.g. "queue orders"; none where a type has no schema, which is no reason to show nothing."""
    from cloudless.frontend.openapi.schemas import INPUT, json_schemas
    from cloudless.frontend.shape import RESULT, signature, typed

    asked = {title: types for title, types in typed(app) if not title.startswith("pure ")}
    asked |= {f"orchestration {one.name}": signature(one) for one in app.orchestrations}
    kinds: dict[Key, tuple[Mode, Any]] = {
        (title, name): (INPUT, kind) for title, types in asked.items() for name, kind in types.items()
    }
    try:
        schemas, models = json_schemas(kinds)
    except (CloudlessError, TypeError, ValueError):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for (title, name), schema in schemas.items():
        found.setdefault(title, {})[name] = sample({**schema, "$defs": models})
    return {title: _text(values[RESULT] if _has_body(title) else _arguments(values)) for title, values in found.items()}


def _has_body(title: str) -> bool:
    return title.startswith(("event ", "queue ", "topic "))


def _arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """By name, without the result."""
    return {name: value for name, value in values.items() if name}


def _text(value: object) -> str:
    return dumps(value, indent=2, ensure_ascii=False, default=str)


def _timetables(application: Application) -> Iterator[Timetable]:
    for one in application.schedules:
        yield Timetable(one.name, one.handler, one.cron or f"every {one.every_s} s", one.timezone)
