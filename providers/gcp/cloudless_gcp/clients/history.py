"""History: the step entries of an execution, as entries of ours.

A step is known by its name: `s3_body_0_call_charge` is statement 3.body.0, which calls charge. The steps that it takes,
in routines of ours, are below it; each time that it posts is an attempt. Workflows tells nobody what a step was given
and what it gave; it tells errors.
https://cloud.google.com/workflows/docs/debug-steps
"""

from __future__ import annotations

import re

from cloudless.codec import is_object, load
from cloudless.driver.error import error_of, told
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING, Entry
from cloudless.errors import InvalidBody
from cloudless.pattern import pattern
from cloudless_gcp.clients.execution import snapshot_of
from cloudless_gcp.moment import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from cloudless.driver.error import Error
    from cloudless_gcp.clients.execution import Told

    Step = Mapping[str, Any]
    """A step entry, in Workflows' words."""

_TITLE = pattern(
    r"s(?P<id>.+?)_(?P<verb>call|pure|publish|send|sleep|wait)_(?P<name>(?:[^_]+(?:__[^_]+)*)?)(?:_\d+)?\Z"
)
"""See compile/workflows/step.py: hyphens of names are two underscores; one and a number tell steps of a name apart."""
_NOUNS = {"send": "queue:", "publish": "topic:"}
_POST = "post"
"""The step of a routine of ours: see compile/workflows/prelude."""
_PENDING = "STATE_IN_PROGRESS"
_SUCCEEDED = "STATE_SUCCEEDED"
_PLATFORM = {429: "ThrottledError", 502: "UnavailableError", 504: "UnavailableError"}
_TAGS = {
    "TimeoutError": "TimeoutError",
    "ConnectionError": "UnavailableError",
    "ConnectionFailedError": "UnavailableError",
}


def entries(orchestration: str, execution: Told, arguments: Any, steps: Sequence[Step]) -> list[Entry]:
    """What happened, in order. steps: of all its routines, in the order of their ids."""
    found = [
        *_begun(orchestration, execution, arguments),
        *_Reading(steps).entries(),
        *_ended(orchestration, execution),
    ]
    return sorted(found, key=lambda one: one.at_s)


class _Reading:
    """Steps that are read: a step is below another one where that took it."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._by_id = {str(one["entryId"]): one for one in steps}
        self._attempts: dict[str, int] = {}

    def entries(self) -> Iterator[Entry]:
        for step in self._steps:
            if step["step"] == _POST:
                yield from self._posted(step)
            elif (title := _TITLE.match(step["step"])) is not None:
                if title["verb"] == "sleep":
                    yield from _two(step, title, "sleeping", "waited")
                elif title["verb"] == "wait":
                    yield from _two(step, title, "waiting", "received")

    def _posted(self, step: Step) -> Iterator[Entry]:
        above = self._above(step)
        title = _TITLE.match(above["step"]) if above else None
        if above is None or title is None or title["verb"] not in {"call", "pure", "send", "publish"}:
            return
        id = str(above["entryId"])
        attempt = self._attempts[id] = self._attempts.get(id, 0) + 1
        yield _entry(step["createTime"], "called", title, attempt)
        if step["state"] == _SUCCEEDED:
            yield _entry(step["updateTime"], "returned", title, attempt)
        elif step["state"] != _PENDING:
            yield _entry(step["updateTime"], "raised", title, attempt, _error(step))

    def _above(self, step: Step) -> Step | None:
        """The step of the program that this one is part of."""
        found: Step | None = step
        seen = 0
        while found is not None and seen < len(self._by_id):
            seen += 1
            found = self._by_id.get(str(found.get("navigationInfo", {}).get("parent", "")))
            if found is not None and _TITLE.match(found["step"]):
                return found
        return None


def _begun(orchestration: str, execution: Told, arguments: Any) -> Iterator[Entry]:
    yield Entry(snapshot_of(execution, orchestration).started_s, "started", orchestration, value=arguments)


def _ended(orchestration: str, execution: Told) -> Iterator[Entry]:
    found = snapshot_of(execution, orchestration)
    if found.status == RUNNING or found.ended_s is None:
        return
    value = load(found.output) if found.status == COMPLETED and found.output else None
    kind = {COMPLETED: COMPLETED, FAILED: FAILED, CANCELLED: CANCELLED}[found.status]
    yield Entry(found.ended_s, kind, orchestration, value=value, error=found.error)


def _two(step: Step, title: re.Match[str], begun: str, ended: str) -> Iterator[Entry]:
    """What takes its time: that it began, and that it ended."""
    yield _entry(step["createTime"], begun, title)
    if step["state"] == _SUCCEEDED:
        yield _entry(step["updateTime"], ended, title)


def _entry(
    timestamp: str, kind: str, title: re.Match[str], attempt: int = 1, error: Mapping[str, Any] | None = None
) -> Entry:
    name = _NOUNS.get(title["verb"], "") + title["name"].replace("__", "-")
    id = title["id"].replace("_", ".")
    return Entry(seconds_of(timestamp), kind, name, step=id, attempt=attempt, error=error)


def _error(step: Step) -> Error:
    """What an attempt failed with: our own error in the body of an answer, or the platform's."""
    try:
        found = load(step.get("exception", {}).get("payload") or "null")
    except InvalidBody:
        found = None
    failure: dict[str, Any] = found if is_object(found) else {}
    body = failure.get("body")
    ours = told(body.get("cloudless_error")) if is_object(body) else None
    if ours is not None:
        return ours
    tags: list[Any] = failure.get("tags") or []
    kind = _PLATFORM.get(failure.get("code", 0)) or next((_TAGS[tag] for tag in tags if tag in _TAGS), "Crashed")
    return error_of(kind, str(failure.get("message", "")))
