"""Entry: one thing that happened, as the page gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.dev.feed import Answered, Happened, Wrong
from cloudless.dev.page.plain import plain
from cloudless.node import node

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cloudless.dev.feed import Line, News
    from cloudless.message import Failure

    Journey = Callable[[str, str], str]
    """Where a message belongs, by its id and that of its cause."""

BODY_MOST = 4_096
"""Characters of a body that are kept: the history of the page is bounded, and so is what a thousand a second weigh."""

REQUEST = "request"
WRONG = "error"


@node()
class Problem:
    """Why something failed. place: "app.py:7" of the project, "" where that is not known."""

    type: str
    text: str
    place: str = ""


@node()
class Said:
    """A line that a handler wrote. level: "print", "debug", "info", "warning", "error", "critical"."""

    level: str
    text: str


@node(kw_only=True)
class Entry:
    """One thing that happened.

    number: from 1, without gaps, across reloads. at_ms: virtual, since the epoch. kind: "request", "error", or of
    `memory.history.Event`. name: of the queue, topic, subscription, schedule, function, orchestration or event; of a
    request, its method and path. handler: who did it, or ran. message: id. cause: id of the message that was being
    handled. journey: id of the request or message with which all this began. outcome: as of Event; of a request its
    status. again_s: virtual seconds until it comes again. took_ms: of real time. body: JSON text, cut at 4,096
    characters; size: of the whole of it, where it was cut.
    """

    number: int
    at_ms: int
    kind: str
    name: str
    handler: str = ""
    message: str = ""
    cause: str = ""
    journey: str = ""
    attempt: int = 1
    outcome: str = ""
    again_s: float | None = None
    took_ms: float = 0
    error: Problem | None = None
    body: str = ""
    size: int = 0
    group: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    lines: tuple[Said, ...] = ()

    @property
    def is_failure(self) -> bool:
        """Whether something went wrong."""
        return self.error is not None or self.outcome in {"crash", "time-out", "failed"}

    def plain(self) -> dict[str, Any]:
        """As JSON, without what is as it usually is."""
        found: dict[str, Any] = plain(self)
        return found


class Author:
    """Writes entries. clean: takes out of a text what nobody may see, e.g. values of secrets."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean

    def entry(self, number: int, at_ms: int, news: News, journey: Journey) -> Entry:
        """The entry of some news; at_ms: the time of what has none of its own."""
        if isinstance(news, Happened):
            return self._happened(number, news, journey)
        if isinstance(news, Answered):
            return self._answered(number, news, journey)
        return self._wrong(number, at_ms, news)

    def _happened(self, number: int, news: Happened, journey: Journey) -> Entry:
        event = news.event
        body, size = self._cut(event.text)
        return Entry(
            number=number,
            at_ms=event.at_us // 1_000,
            kind=event.kind,
            name=event.resource,
            handler=event.handler,
            message=event.message,
            cause=event.cause,
            journey=journey(event.message, event.cause),
            attempt=event.attempt,
            outcome=event.outcome,
            again_s=news.again_s,
            took_ms=round(news.took_s * 1_000, 2),
            error=self._problem(event.error, news.place),
            body=body,
            size=size,
            group=self._clean(event.group),
            attributes=tuple((name, self._clean(value)) for name, value in event.attributes.items()),
            lines=self._said(news.lines),
        )

    def _answered(self, number: int, news: Answered, journey: Journey) -> Entry:
        body, size = self._cut(news.body)
        return Entry(
            number=number,
            at_ms=milliseconds(news.at),
            kind=REQUEST,
            name=self._clean(f"{news.method} {news.path}"),
            handler=news.handler,
            message=news.id,
            journey=journey(news.id, ""),
            outcome=str(news.status),
            took_ms=round(news.took_s * 1_000, 2),
            error=self._problem(news.failure, news.place),
            body=body,
            size=size,
            lines=self._said(news.lines),
        )

    def _wrong(self, number: int, at_ms: int, news: Wrong) -> Entry:
        problem = Problem(type(news.error).__name__, self._clean(str(news.error)))
        return Entry(number=number, at_ms=at_ms, kind=WRONG, name=problem.type, error=problem)

    def _cut(self, text: str) -> tuple[str, int]:
        """A body, and its size where that is only the beginning."""
        text = self._clean(text)
        return (text, 0) if len(text) <= BODY_MOST else (text[:BODY_MOST], len(text))

    def _problem(self, failure: Failure | None, place: str) -> Problem | None:
        return None if failure is None else Problem(failure.type, self._clean(failure.text), place)

    def _said(self, lines: tuple[Line, ...]) -> tuple[Said, ...]:
        return tuple(Said(line.level, self._clean(line.text)) for line in lines)


def milliseconds(when: datetime) -> int:
    """Since the epoch."""
    return int(when.timestamp() * 1_000)
