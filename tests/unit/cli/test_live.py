"""The lines of `cloudless dev`."""

from datetime import UTC, datetime, timedelta

import pytest

from cloudless import App
from cloudless.cli.live import BURST, LINES_A_SECOND, Lines, Teller, start
from cloudless.dev.feed import Answered, Happened, Wrong
from cloudless.errors import InvalidArgument, PermissionDenied
from cloudless.frontend import compile as compile_app
from cloudless.memory.history import Event
from cloudless.message import Envelope, Failure

AT = datetime(2026, 1, 2, 12, tzinfo=UTC)
DOWN = Failure("ConnectionError", "the shop is down", 2)


def line(news: Answered | Happened | Wrong) -> str:
    """Without the time."""
    return Lines(with_day=False).line(news).plain.partition("  ")[2]


def delivery(
    outcome: str, attempt: int = 1, error: Failure | None = None, *, called: bool = True, why: str = ""
) -> Event:
    envelope = Envelope("id", "{}", attempt=attempt)
    return Event("deliver", 0, "orders", "take", envelope, outcome=outcome, error=error, called=called, why=why)


def note(kind: str, body: str = "{}", error: Failure | None = None) -> Event:
    return Event(kind, 0, "orders", "", Envelope("id", body), error=error)


HAPPENED = [
    (Happened(delivery("done")), "take ✓"),
    (Happened(delivery("done", 3)), "take ✓ attempt 3"),
    (Happened(delivery("skipped", called=False, why="handled already")), "take ○, handled already"),
    (
        Happened(delivery("again", 2, DOWN), 2.0, "app.py:7"),
        "take ✗ attempt 2: ConnectionError: the shop is down, again in 2 s  app.py:7",
    ),
    (Happened(delivery("again", 1, DOWN), 600), "take ✗ attempt 1: ConnectionError: the shop is down, again in 10 min"),
    (Happened(delivery("dead", 2, DOWN)), "take ✗ attempt 2: ConnectionError: the shop is down"),
    (
        Happened(delivery("dead", 1, DOWN, called=False)),
        "take ✗ attempt 1, not called: ConnectionError: the shop is down",
    ),
    (Happened(delivery("crash")), "take ✗ attempt 1: crash, again when its lock ends"),
    (Happened(note("send", '{"id": 1}')), 'send orders {"id": 1}'),
    (Happened(note("send", '{"id": 1}'), is_effect=True), '  send orders {"id": 1}'),
    (Happened(note("fire")), "fire orders"),
    (Happened(note("dead", error=DOWN)), "dead letter in orders: ConnectionError: the shop is down"),
    (Happened(note("send", f'"{"x" * 100}"')), f'send orders "{"x" * 70}…'),
]


@pytest.mark.parametrize(("news", "text"), HAPPENED, ids=[text for _, text in HAPPENED])
def test_an_event_is_one_line(news: Happened, text: str) -> None:
    assert line(news) == text


@pytest.mark.parametrize(
    ("status", "took_s", "failure", "text"),
    [
        (200, 0.0031, None, "GET /orders 200 3 ms"),
        (200, 0.0001, None, "GET /orders 200 1 ms"),
        (200, 2.5, None, "GET /orders 200 2.5 s"),
        (404, 0.01, DOWN, "GET /orders 404 10 ms: ConnectionError: the shop is down"),
        (500, 0.01, DOWN, "GET /orders 500 10 ms: ConnectionError: the shop is down  app.py:7"),
        (403, 0, None, "GET /orders 403"),
    ],
)
def test_a_request_is_one_line(status: int, took_s: float, failure: Failure | None, text: str) -> None:
    assert line(Answered(AT, "GET", "/orders", status, took_s, failure, "app.py:7" if failure else "")) == text


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    path, text = "/\x1b[2J\x9b2J", "a\r\nb\x1b]0;c\x07"
    shown = line(Answered(AT, "GET", path, 500, 0.001, Failure("ValueError", text, 1)))
    assert shown == "GET / [2J 2J 500 1 ms: ValueError: a  b ]0;c "
    assert shown.isprintable()
    assert line(Happened(note("send", '"\x7f\u202e"'))).isprintable()


def test_what_is_wrong_is_an_error() -> None:
    news = Wrong(PermissionDenied("handler 'take' may not"))
    assert Lines(with_day=False).line(news).plain == "error: handler 'take' may not"


def test_the_day_is_told_where_time_is_not_that_of_the_wall() -> None:
    local = AT.astimezone()
    news = Answered(AT, "GET", "/", 200, 0.001)
    assert Lines(with_day=False).line(news).plain.startswith(f"{local:%H:%M:%S}  GET")
    assert Lines(with_day=True).line(news).plain.startswith(f"{local:%a %H:%M:%S}  GET")


def test_the_start_of_an_empty_application_is_its_name() -> None:
    app = App("shop")
    assert [text.plain for text in start(app, compile_app(app), "http://localhost:1", AT)] == [
        "shop  http://localhost:1"
    ]


@pytest.mark.parametrize(
    ("every", "shown"),
    [
        (timedelta(minutes=1), "60 s"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(days=1), "24 h"),
        (timedelta(days=7), "7 d"),
    ],
)
def test_how_often_a_schedule_runs_is_told_in_a_unit_that_fits(every: timedelta, shown: str) -> None:
    app = App("shop")

    @app.schedule(every=every)
    def tick() -> None: ...  # pyright: ignore[reportUnusedFunction]

    _, line = [text.plain for text in start(app, compile_app(app, deployable=False), "http://localhost:1", AT)]
    assert f"  every {shown}  " in line


def test_the_next_time_of_a_schedule_is_that_of_its_zone() -> None:
    app = App("shop")

    @app.schedule("0 8 * * *", timezone="Europe/Berlin")
    def report() -> None: ...  # pyright: ignore[reportUnusedFunction]

    @app.schedule(every=timedelta(minutes=90))
    def tick() -> None: ...  # pyright: ignore[reportUnusedFunction]

    lines = [text.plain for text in start(app, compile_app(app, deployable=False), "http://localhost:1", AT)]
    assert lines[1:] == [
        "  schedule  report  0 8 * * *     next Sat 2026-01-03 08:00 CET",
        "  schedule  tick    every 90 min  next Fri 2026-01-02 13:30 UTC",
    ]


class Told:
    """What a Teller printed, by a clock of the test's."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.lines: list[str] = []
        self._teller = Teller(Lines(with_day=False), lambda line: self.lines.append(line.plain), lambda: self.now_s)

    def tell(self, count: int) -> None:
        for _ in range(count):
            self._teller.tell(Wrong(InvalidArgument("x")))


def test_more_than_a_person_can_read_is_counted_and_said_when_it_is_over() -> None:
    told = Told()
    told.tell(1_000)
    assert len(told.lines) == BURST
    told.now_s += 60
    told.tell(1)
    assert told.lines[BURST:] == ["… 600 more, which are on the page", "error: x"]


def test_what_a_person_can_read_is_printed_for_ever() -> None:
    told = Told()
    for _ in range(100):
        told.now_s += 1
        told.tell(LINES_A_SECOND)
    assert told.lines == ["error: x"] * (100 * LINES_A_SECOND)
