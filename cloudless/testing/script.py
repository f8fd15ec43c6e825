"""Recordings to play in the in-memory cloud: events, a line of JSON each.

{"send": "orders", "body": {"id": "1"}}             with "delay": "10m", "attributes": {…}, "group": "customer-7"
{"publish": "order-placed", "body": {"id": "1"}}    with "attributes": {…}
{"request": "POST /orders", "body": {"id": "1"}}    with "headers": {…}; "text": "…" instead of a body of JSON
{"fire": "report"}                                  a schedule, now
{"start": "fulfil", "arguments": {"order": {…}}}    an execution of an orchestration; with "id": "order-7"
{"event": "approval", "execution": "order-7"}       an event for an execution; with "body": {…}
{"advance": "7d"}                                   let virtual time go on
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudless.codec import dump, is_list, is_object
from cloudless.errors import CloudlessError, InvalidArgument, InvalidBody
from cloudless.event import Event as Awaited
from cloudless.http import METHODS, Endpoint
from cloudless.options import nearest
from cloudless.queue import OrderedQueue, Queue
from cloudless.request import Response, utf8
from cloudless.runtime.endpoint import allowed_methods
from cloudless.runtime.route import BadPath, Route, segments_of
from cloudless.schedule import Schedule
from cloudless.testing.duration import duration
from cloudless.topic import Topic

if TYPE_CHECKING:
    from cloudless.app import App
    from cloudless.orchestration import Orchestration
    from cloudless.testing.http import Answer
    from cloudless.testing.simulation import Simulation

_MORE = {
    "advance": frozenset[str](),
    "event": frozenset({"body", "execution"}),
    "fire": frozenset[str](),
    "publish": frozenset({"attributes", "body"}),
    "request": frozenset({"body", "headers", "text"}),
    "send": frozenset({"attributes", "body", "delay", "group"}),
    "start": frozenset({"arguments", "id"}),
}
Event = Mapping[str, Any]
Recording = str | os.PathLike[str] | Iterable[Event]
"""A file with a line of JSON for each event, or the events."""


class Script:
    """Plays events on a running simulation.

    resend: how often a request is sent again that is answered with a 5xx. answers: to the requests so far.
    """

    def __init__(self, cloud: Simulation, *, resend: int = 0) -> None:
        self._app: App = cloud.cloud.app
        self._cloud = cloud
        self._resend = resend
        self.answers: list[Answer] = []
        self._verbs: dict[str, Callable[[str, Event], None]] = {
            "advance": lambda text, event: cloud.advance(duration(text)),
            "event": self._event,
            "fire": self._fire,
            "publish": self._publish,
            "request": self._request,
            "send": self._send,
            "start": self._start,
        }

    def play(self, event: Event) -> None:
        """Do what one event says. Raises InvalidArgument where it says nothing that can be done."""
        if not isinstance(event, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidArgument(f'an event is an object, e.g. {{"send": "orders", "body": {{}}}}, not {event!r:.80}')
        verbs = [key for key in event if key in self._verbs]
        if len(verbs) != 1:
            raise InvalidArgument(f"an event has exactly one of {', '.join(_MORE)}; this one has {list(event)}")
        verb = verbs[0]
        for key in event.keys() - {verb} - _MORE[verb]:
            guess = nearest(key, _MORE[verb])
            hint = (
                f"did you mean {guess!r}?" if guess else f"it takes {', '.join(sorted(_MORE[verb])) or 'nothing else'}"
            )
            raise InvalidArgument(f"{verb!r} has no {key!r}: {hint}")
        if not isinstance(event[verb], str):
            raise InvalidArgument(f"{verb!r}: give a text, not {_shown(event[verb])}")
        self._verbs[verb](event[verb], event)

    def _send(self, name: str, event: Event) -> None:
        queues = {one.name: one for one in self._app.declared if isinstance(one, Queue | OrderedQueue)}
        queue: Queue[Any] | OrderedQueue[Any] = _named("queue", name, queues)
        body, attributes = queue.codec.decode(_json(event.get("body"))), event.get("attributes")
        if isinstance(queue, OrderedQueue):
            if "delay" in event or "group" not in event:
                raise InvalidArgument(f"queue {name!r} is ordered: give a group, and no delay")
            queue.send(body, group=event["group"], attributes=attributes)
            return
        if "group" in event:
            raise InvalidArgument(f"queue {name!r} is not ordered: a message has no group")
        delay = duration(event["delay"]) if "delay" in event else None
        queue.send(body, delay=delay, attributes=attributes)

    def _publish(self, name: str, event: Event) -> None:
        topic: Topic[Any] = _named(
            "topic", name, {one.name: one for one in self._app.declared if isinstance(one, Topic)}
        )
        topic.publish(topic.codec.decode(_json(event.get("body"))), attributes=event.get("attributes"))

    def _fire(self, name: str, event: Event) -> None:
        schedules = [one for one in self._app.registered if isinstance(one, Schedule)]
        by_name = {one.name: one for one in schedules} | {one.source: one for one in schedules}
        self._cloud.fire(_named("schedule", name, by_name))

    def _start(self, name: str, event: Event) -> None:
        known: dict[str, Orchestration[..., Any]] = {one.name: one for one in self._app.orchestrations}
        orchestration: Orchestration[..., Any] = _named("orchestration", name, known)
        arguments = orchestration.codec.decode(_json(event.get("arguments", {})))
        orchestration.options(id=event.get("id")).start(**arguments)

    def _event(self, name: str, event: Event) -> None:
        events = {one.name: one for one in self._app.declared if isinstance(one, Awaited)}
        awaited: Awaited[Any] = _named("event", name, events)
        if "execution" not in event:
            raise InvalidArgument(f'event {name!r}: say for which execution, e.g. "execution": "order-7"')
        awaited.send(event["execution"], awaited.codec.decode(_json(event.get("body"))))

    def _request(self, line: str, event: Event) -> None:
        method, _, path = line.strip().partition(" ")
        if not path.strip():
            raise InvalidArgument(f"'request': write a method and a path, e.g. \"POST /orders\", not {line!r}")
        _check_target(self._app, method.upper(), path.strip())
        headers, sent = _headers(event.get("headers", {})), _sent(event)
        answer, left = self._cloud.http.request(method, path.strip(), headers=headers, **sent), self._resend
        while answer.status >= 500 and left > 0:
            answer, left = self._cloud.http.request(method, path.strip(), headers=headers, **sent), left - 1
        self.answers.append(answer)


def play(script: Script, recording: Recording) -> None:
    """Play every event of a recording. InvalidArgument tells what one does wrong, with its line or number."""
    if isinstance(recording, str | os.PathLike):
        file = Path(recording)
        numbered = ((f"{file}:{number}", event) for number, event in _lines(file))
    else:
        numbered = ((f"event {number}", event) for number, event in enumerate(recording, 1))
    for place, event in numbered:
        try:
            script.play(event)
        except CloudlessError as problem:
            raise InvalidArgument(f"{place}: {problem}") from problem


def _lines(file: Path) -> Iterator[tuple[int, Event]]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")  # splitlines() splits at U+2028, which JSON may hold, too
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidArgument(f"{file} cannot be read from {Path.cwd()}: {problem}") from problem
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                event = json.loads(line)
            except (ValueError, RecursionError) as problem:
                raise InvalidArgument(f"{file}:{number}:{_no_json(problem)}") from problem
            yield number, event


def _no_json(problem: Exception) -> str:
    """Column and what is wrong there; without a column where the whole is too deep, or a number too long."""
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.colno}: this line is no JSON: {problem.msg}"
    return f" this line cannot be read: {str(problem).partition('; use sys.')[0]}"


def _check_target(app: App, method: str, path: str) -> None:
    """Refuse what no endpoint answers: in a recording it is a slip, and a trace would not show it."""
    if method not in _ANSWERED:
        raise InvalidArgument(f"there is no method {method!r}: {_hint(method, _ANSWERED)}")
    endpoints = [one for one in app.registered if isinstance(one, Endpoint)]
    try:
        utf8(path)
        segments = segments_of(path.partition("?")[0])
    except (BadPath, InvalidBody) as problem:
        raise InvalidArgument(f"path {path!r}: {problem}") from problem
    methods = [one.method for one in endpoints if Route(one.path).match(segments) is not None]
    if not methods:
        hint = _hint(path.partition("?")[0], sorted({one.path for one in endpoints}))
        raise InvalidArgument(f"the application has no path {path!r}: {hint}")
    if method not in allowed_methods(methods):
        raise InvalidArgument(f"{path!r} has no {method}: it has {', '.join(allowed_methods(methods))}")


_ANSWERED = allowed_methods(METHODS)


def _sent(event: Event) -> dict[str, Any]:
    """The body of a request, as the client of tests takes it."""
    if "text" not in event:
        return {"json": event["body"]} if "body" in event else {}
    if "body" in event:
        raise InvalidArgument("'request': give a body, which is JSON, or a text, not both")
    if not isinstance(event["text"], str):
        raise InvalidArgument(f"'text': give a text, not {json.dumps(event['text'])}; JSON is the 'body'")
    return {"body": event["text"]}


def _headers(given: object) -> list[tuple[str, str]]:
    if not is_object(given):
        raise InvalidArgument(f'\'headers\': give an object, e.g. {{"X-Shop": "1"}}, not {_shown(given)}')
    pairs = [(name, one) for name, value in given.items() for one in (value if is_list(value) else [value])]
    Response(headers=pairs)  # which refuses those that HTTP does not have
    return pairs


def _json(value: Any) -> str:
    """A body as it travels; models of pydantic may stand in events that a test has made."""
    return value.model_dump_json(by_alias=True) if hasattr(value, "model_dump_json") else dump(value)


def _shown(value: object) -> str:
    """As whoever wrote it knows it: as JSON where it is some."""
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        return repr(value)


def _named(noun: str, name: str, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    raise InvalidArgument(f"the application has no {noun} {name!r}: {_hint(name, known)}")


def _hint(name: str, known: Collection[str]) -> str:
    guess = nearest(name, known)
    return f"did you mean {guess!r}?" if guess else f"there are {', '.join(known) or 'none'}"
