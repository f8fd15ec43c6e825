"""Timer triggers are due when the real host says so, and are told what it tells.

NCRONTAB: the examples of https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer, and what
https://github.com/atifaziz/NCrontab makes of corner cases (CrontabFieldImpl, CrontabSchedule). Listening: TimerListener
and ScheduleMonitor of https://github.com/Azure/azure-webjobs-sdk-extensions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from providers.azure.tests.functionshost.host import FunctionsHost, IndexingFailed
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.functionshost.ncrontab import Ncrontab, NotNcrontab
from providers.azure.tests.servicebus import Broker, Clock
from tests.hosting.timefile import TimeFile

START = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday


def times(expression: str, count: int = 3, start: datetime = START) -> list[str]:
    def following() -> Iterator[datetime]:
        moment = start
        while True:
            moment = Ncrontab(expression).after(moment)
            yield moment

    return [f"{one:%m-%d %H:%M:%S}" for one in islice(following(), count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 5 * * * *", ["01-01 00:05:00", "01-01 01:05:00", "01-01 02:05:00"]),
        ("0 */5 * * * *", ["01-01 00:05:00", "01-01 00:10:00", "01-01 00:15:00"]),
        ("5,8,10 * * * * *", ["01-01 00:00:05", "01-01 00:00:08", "01-01 00:00:10"]),
        ("0 5-7 * * * *", ["01-01 00:05:00", "01-01 00:06:00", "01-01 00:07:00"]),
        ("0 0 */2 * * *", ["01-01 02:00:00", "01-01 04:00:00", "01-01 06:00:00"]),
        ("0 0 9-17 * * *", ["01-01 09:00:00", "01-01 10:00:00", "01-01 11:00:00"]),
        ("0 30 9 * * *", ["01-01 09:30:00", "01-02 09:30:00", "01-03 09:30:00"]),
        ("0 30 9 * * 1-5", ["01-01 09:30:00", "01-02 09:30:00", "01-05 09:30:00"]),
        ("0 30 9 * Jan Mon", ["01-05 09:30:00", "01-12 09:30:00", "01-19 09:30:00"]),
    ],
)
def test_the_examples_of_the_documentation(expression: str, expected: list[str]) -> None:
    assert times(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0 0 * * *", ["01-02 00:00:00", "01-03 00:00:00"]),  # the time itself does not count
        ("30 8 * * *", ["01-01 08:30:00", "01-02 08:30:00"]),  # five fields
        ("0 0 0 13 * Fri", ["02-13 00:00:00", "03-13 00:00:00"]),  # both days must match
        ("0 0 0 31 * *", ["01-31 00:00:00", "03-31 00:00:00"]),
        ("0 0 0 29 2 *", ["02-29 00:00:00"]),
        ("0 0 0 * * sun,SATURDAY", ["01-03 00:00:00", "01-04 00:00:00"]),
        ("0 50/5 * * * *", ["01-01 00:50:00", "01-01 00:55:00", "01-01 01:50:00"]),
        ("0 0 17-9/4 * * *", ["01-01 09:00:00", "01-01 13:00:00", "01-01 17:00:00"]),  # backwards
        ("0 0 0 1 j *", ["01-01 00:00:00"]),  # January, not June
        ("59 59 23 31 12 *", ["12-31 23:59:59"]),
    ],
)
def test_corner_cases(expression: str, expected: list[str]) -> None:
    assert times(expression, len(expected)) == expected


def test_a_fraction_of_a_second_does_not_count() -> None:
    assert times("* * * * * *", 1, START + timedelta(seconds=1.9)) == ["01-01 00:00:02"]


@pytest.mark.parametrize("fields", ["7 3,30 1-23/11 */9 2-11/3 1,3,5", "*/30 59 0 1-7 * 0", "0 0 12 15 */5 *"])
def test_no_time_is_missed_or_made_up(fields: str) -> None:
    schedule, found, moment = Ncrontab(fields), set[datetime](), START
    end = START + timedelta(days=200)
    while (moment := schedule.after(moment)) < end:
        found.add(moment)
    sets = [set(range(60)), set(range(60)), set(range(24)), set(range(1, 32)), set(range(1, 13)), set(range(7))]
    wanted = [_values(field, values) for field, values in zip(fields.split(), sets, strict=True)]
    days = [START + timedelta(days=n) for n in range(200)]
    expected = {
        day + timedelta(hours=hour, minutes=minute, seconds=second)
        for day in days
        if day.day in wanted[3] and day.month in wanted[4] and day.isoweekday() % 7 in wanted[5]
        for hour in wanted[2]
        for minute in wanted[1]
        for second in wanted[0]
    }
    assert found == expected - {START}


def _values(field: str, values: set[int]) -> set[int]:
    """The values of a field that has numbers, ranges, steps of all and lists."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low, high = (min(values), max(values)) if span == "*" else (int(first), int(last or first))
        found |= set(range(low, high + 1, int(step or 1)))
    return found


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "0 0 0 0 * *", "60 * * * * *", "0 0 0 * * 7", "0 0 0 ? * *", "0 0 0 L * *", "0 0 0 * x *",
     "0 */a * * * *", "0 1, * * * *", "0 -1 * * * *"],
)  # fmt: skip
def test_what_the_host_would_not_understand(expression: str) -> None:
    with pytest.raises(NotNcrontab):
        Ncrontab(expression)


def test_a_schedule_that_never_comes_is_found_out() -> None:
    with pytest.raises(NotNcrontab, match="never"):
        Ncrontab("0 0 0 30 2 *").after(START)


# --- listening ----------------------------------------------------------------------------------------

APP = """
import json, os
import azure.functions as func
from cloudless.driver.deployed import Deployed

app = func.FunctionApp()

@app.function_name("tick")
@app.timer_trigger(arg_name="timer", schedule="%s")
def tick(timer: func.TimerRequest) -> None:
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(json.dumps([timer.past_due, timer.schedule_status, Deployed({}).now_s()]) + "\\n")
    if os.path.exists(os.environ["NOTES"] + "-raise"):
        raise ValueError("no")
"""


class Ticking:
    """A hosted timer on a clock that stands still."""

    def __init__(self, folder: Path, zygote: Zygote, broker: Broker, schedule: str) -> None:
        self._notes = folder / "notes"
        self._broker = broker
        self._file = TimeFile(folder / "time")
        self._tell()
        self._app = folder / "function_app.py"
        self.deploy(schedule)
        (folder / "host.json").write_text('{"version": "2.0"}')
        env = {"NOTES": str(self._notes)}
        self.host = FunctionsHost(folder, broker, env, zygote=zygote, time_file=self._file)

    def deploy(self, schedule: str) -> None:
        """Let the app have another schedule, from the next start."""
        self._app.write_text(APP % schedule)

    def _tell(self) -> None:
        self._file.tell(self._broker.clock.now_s())

    def advance(self, **by: float) -> None:
        """Let time pass, from due time to due time, as a deployment does it."""
        end_s = self._broker.clock.now_s() + timedelta(**by).total_seconds()
        while (due_s := self.host.next_s()) <= end_s:
            self._pass(due_s)
            self.host.pump()
        self._pass(end_s)

    def _pass(self, to_s: float) -> None:
        self._broker.advance(max(0.0, to_s - self._broker.clock.now_s()))
        self._tell()

    def notes(self) -> list[Any]:
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        self._notes.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    def fails(self) -> None:
        self._notes.with_name("notes-raise").touch()


Tick = Callable[[str], Ticking]


@pytest.fixture
def tick(tmp_path: Path, zygote: Zygote) -> Iterator[Tick]:
    with Broker.running(Clock(START.timestamp)) as broker:
        made: list[Ticking] = []

        def make(schedule: str) -> Ticking:
            made.append(Ticking(tmp_path, zygote, broker, schedule))
            made[-1].host.start()
            return made[-1]

        yield make
        for one in made:
            one.host.close()


def text(**after: float) -> str:
    return f"{START + timedelta(**after):%Y-%m-%dT%H:%M:%S}+00:00"


BEFORE = "0001-01-01T00:00:00+00:00"


def test_a_timer_is_called_when_it_is_due_and_told_the_status_before(tick: Tick) -> None:
    ticking = tick("0 0 * * * *")
    ticking.advance(hours=2)
    assert ticking.notes() == [
        [False, {"Last": BEFORE, "Next": text(hours=1), "LastUpdated": BEFORE}, START.timestamp() + 3_600],
        [
            False,
            {"Last": text(hours=1), "Next": text(hours=2), "LastUpdated": text(hours=1)},
            START.timestamp() + 7_200,
        ],
    ]
    assert [(call.function, call.address, call.error) for call in ticking.host.calls] == [
        ("tick", "0 0 * * * *", "")
    ] * 2


def test_a_timer_that_is_not_due_is_not_called(tick: Tick) -> None:
    ticking = tick("0 0 * * * *")
    assert (ticking.host.pump(), ticking.host.next_s()) == (0, START.timestamp() + 3_600)


def test_what_was_missed_while_no_host_ran_makes_one_call(tick: Tick) -> None:
    """It is told the first time that was missed; the next is counted from now."""
    ticking = tick("0 0 * * * *")
    ticking.advance(hours=1)
    ticking.host.stop()
    assert ticking.host.next_s() == float("inf")
    ticking.advance(hours=3, minutes=30)
    ticking.host.start()
    ticking.advance(minutes=0)
    ticking.advance(hours=1)
    first, late, next_ = ticking.notes()
    assert [first[0], late[0], next_[0]] == [False, True, False]
    assert late[1] == {"Last": text(hours=1), "Next": text(hours=2), "LastUpdated": text(hours=1)}
    assert next_[1] == {
        "Last": text(hours=4, minutes=30), "Next": text(hours=5), "LastUpdated": text(hours=4, minutes=30),
    }  # fmt: skip


def test_what_was_missed_before_the_first_call_counts_too(tick: Tick) -> None:
    ticking = tick("0 0 * * * *")
    ticking.host.stop()
    ticking.advance(hours=2)
    ticking.host.start()
    ticking.host.pump()
    assert ticking.notes()[0][:2] == [True, {"Last": BEFORE, "Next": text(hours=1), "LastUpdated": text(hours=0)}]


def test_a_changed_schedule_does_not_make_anything_late(tick: Tick) -> None:
    ticking = tick("0 0 * * * *")
    ticking.host.stop()
    ticking.advance(hours=2)
    ticking.deploy("0 30 * * * *")
    ticking.host.start()
    ticking.host.pump()
    assert ticking.notes() == []
    assert ticking.host.next_s() == START.timestamp() + 9_000


def test_a_schedule_below_a_minute_has_no_status_and_is_never_late(tick: Tick) -> None:
    """TimerSchedule.ShouldDisableScheduleMonitor."""
    ticking = tick("*/20 * * * * *")
    ticking.advance(seconds=40)
    ticking.host.stop()
    ticking.advance(hours=1)
    ticking.host.start()
    ticking.advance(seconds=20)
    assert [note[:2] for note in ticking.notes()] == [[False, {}]] * 3


def test_a_timer_whose_function_fails_goes_on(tick: Tick) -> None:
    ticking = tick("0 0 * * * *")
    ticking.fails()
    ticking.advance(hours=2)
    assert len(ticking.notes()) == 2
    assert [call.error for call in ticking.host.calls] == ["ValueError: no"] * 2


def test_a_timer_can_be_called_at_any_time(tick: Tick) -> None:
    """As an operator does through the admin API (TimerTriggerBinding.BindAsync); the schedule does not count it."""
    ticking = tick("0 0 * * * *")
    ticking.host.fire("tick")
    assert ticking.notes()[0][:2] == [False, {"Last": BEFORE, "Next": text(hours=1), "LastUpdated": text(hours=0)}]
    assert ticking.host.next_s() == START.timestamp() + 3_600


def test_a_schedule_that_cannot_be_read_is_refused(tick: Tick) -> None:
    with pytest.raises(IndexingFailed, match="'0 0 8 \\? \\* \\*' was not recognized as a valid cron expression"):
        tick("0 0 8 ? * *")
