"""What happens in `cloudless dev`, a line an event, and what it says at its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.text import Text

from cloudless.auth import ApiKey, Jwt
from cloudless.cli import show
from cloudless.dev.feed import Answered, Happened, News
from cloudless.http import Endpoint
from cloudless.ir import DECLARED
from cloudless.runtime.schedule import next_due

if TYPE_CHECKING:
    from cloudless.app import App
    from cloudless.ir import Application, Schedule
    from cloudless.message import Failure

_STATUSES = {2: "green", 3: "cyan", 4: "yellow", 5: "bold red"}
_OUTCOMES: Mapping[str, tuple[str, str]] = {"done": ("✓", "green"), "skipped": ("○", "dim"), "dead": ("✗", "bold red")}
_FAILED = ("✗", "red")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


BURST = 400
LINES_A_SECOND = 200
"""Of news: so many lines at once, and so many a second in the long run."""


class Lines:
    """News as lines. with_day: where virtual time is not that of the clock on the wall."""

    def __init__(self, *, with_day: bool) -> None:
        self._form = "%a %H:%M:%S" if with_day else "%H:%M:%S"

    def line(self, news: News) -> Text:
        """One line; time is that of this machine's zone."""
        if isinstance(news, Answered):
            return self._at(news.at).append_text(_answer(news))
        if isinstance(news, Happened):
            indent = "  " if news.is_effect else ""
            return self._at(news.event.at).append(indent).append_text(_happening(news))
        return Text().append("error", "bold red").append(f": {show.printable(str(news.error))}")

    def _at(self, when: datetime) -> Text:
        return Text().append(f"{when.astimezone().strftime(self._form)}  ", "dim")


class Teller:
    """Prints news for as long as a person could read them; more are counted, and to be found on the page.

    A line costs as much time as some deliveries: a thousand a second would leave none for the application.
    now_s: a clock that never goes back.
    """

    def __init__(self, lines: Lines, write: Callable[[Text], object], now_s: Callable[[], float] = monotonic) -> None:
        self._lines = lines
        self._write = write
        self._now_s = now_s
        self._room, self._read_s = float(BURST), now_s()
        self._left_out = 0

    def tell(self, news: News) -> None:
        """Print it, or count it."""
        now_s = self._now_s()
        self._room, self._read_s = min(BURST, self._room + (now_s - self._read_s) * LINES_A_SECOND), now_s
        if self._room < (BURST / 2 if self._left_out else 1):
            self._left_out += 1
            return
        if self._left_out:
            self._write(Text(f"… {self._left_out:,} more, which are on the page", "dim"))
            self._left_out = 0
        self._room -= 1
        self._write(self._lines.line(news))


def _answer(news: Answered) -> Text:
    text = Text().append(news.method, "bold").append(f" {show.printable(news.path)} ")
    text.append(str(news.status), _STATUSES.get(news.status // 100, ""))
    text.append(f" {_length(news.took_s)}" if news.took_s else "", "dim")
    return text.append_text(_why(news.failure, news.place if news.status >= 500 else ""))


def _happening(news: Happened) -> Text:
    event = news.event
    if event.kind == "deliver":
        return _delivery(news)
    if event.kind == "dead":
        text = Text().append("dead letter", "bold red").append(f" in {event.resource}", "red")
        return text.append_text(_why(event.error, ""))
    text = Text().append(event.kind, "cyan").append(f" {event.resource}")
    return text if event.kind == "fire" else text.append(f" {show.body(event.body)}", "dim")


def _delivery(news: Happened) -> Text:
    event = news.event
    sign, colour = _OUTCOMES.get(event.outcome, _FAILED)
    text = Text().append(event.handler or event.resource, "bold").append(f" {sign}", colour)
    if event.attempt > 1 or event.outcome not in {"done", "skipped"}:
        text.append(f" attempt {event.attempt}", "dim")
    if not event.called:
        text.append(f", {event.why or 'not called'}", "dim")
    if event.outcome in {"crash", "time-out"}:
        text.append(f": {event.outcome}, again when its lock ends", "red")
    return text.append_text(_why(event.error, news.place, news.again_s))


def _why(failure: Failure | None, place: str, again_s: float | None = None) -> Text:
    """The error, when its message comes again, and the line that raised."""
    text = Text()
    if failure is not None:
        text.append(f": {failure.type}: {show.printable(failure.text)}")
    if again_s is not None:
        text.append(f", again in {_length(again_s)}", "yellow")
    return text.append(f"  {place}", "dim") if place else text


def _length(seconds: float) -> str:
    """`3 ms`, `2 s`, `1.5 min`, `24 h`, `7 d`."""
    if 0 < seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    size, unit = next(pair for pair in _UNITS if seconds >= 2 * pair[0] or pair[0] == 1)
    return f"{seconds / size:.3g} {unit}"


# --- the start


def start(app: App, application: Application, url: str, now: datetime) -> Iterator[Text]:
    """What there is: endpoints with who may call them, schedules with their next time, queues and topics."""
    yield Text().append(app.name, "bold").append("  ").append(url, "bold cyan")
    yield from _table([_endpoint(one) for one in app.handlers.values() if isinstance(one, Endpoint)])
    yield from _table([_schedule(one, now) for one in application.schedules])
    queues = [queue.name for queue in application.queues if queue.role == DECLARED]
    for noun, names in (("queues", queues), ("topics", [topic.name for topic in application.topics])):
        if names:
            yield Text().append(f"  {noun}  ", "dim").append(", ".join(names))


def _endpoint(endpoint: Endpoint[..., Any]) -> tuple[str, ...]:
    return endpoint.method, endpoint.path, endpoint.name, _caller(endpoint)


def _caller(endpoint: Endpoint[..., Any]) -> str:
    """Who may call."""
    auth: Any = endpoint.auth
    if auth is None:
        return "public"
    if isinstance(auth, Jwt):
        return f"token of {auth.issuer}"
    if isinstance(auth, ApiKey):
        return f"{auth.header} of secret {auth.secret.name}"
    return f"whom {getattr(auth, '__name__', auth)} lets in"


def _schedule(schedule: Schedule, now: datetime) -> tuple[str, ...]:
    zone = ZoneInfo(schedule.timezone)
    due_s = next_due(schedule, int(now.timestamp()))
    due = "never" if due_s is None else f"{datetime.fromtimestamp(due_s, UTC).astimezone(zone):%a %Y-%m-%d %H:%M %Z}"
    return "schedule", schedule.name, schedule.cron or f"every {_length(schedule.every_s)}", f"next {due}"


def _table(rows: list[tuple[str, ...]]) -> Iterator[Text]:
    """Rows with their columns below each other, the first in colour."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *others = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield Text(f"  {first}  ", "cyan").append("  ".join(others).rstrip(), "default")
