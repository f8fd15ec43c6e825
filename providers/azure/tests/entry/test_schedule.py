"""Timers and what our function makes of their ticks, against the due times of the in-memory cloud."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudless import App
from cloudless.errors import Unavailable
from cloudless.ir import Schedule
from cloudless.runtime.schedule import due_times
from cloudless.runtime.tick import Timing, run
from cloudless.testing import simulate
from cloudless_azure.compile.schedule import ncrontab
from providers.azure.tests.entry.ticking import Delay, Ticking, facts, schedule
from providers.azure.tests.functionshost.ncrontab import Ncrontab
from tests.virtual.zones import AFTER, BEFORE, changes, different_changes, different_zones

CRONS = (
    "*/20 * * * *", "7 * * * *", "30 2 * * *", "15,45 1-3 * * *", "0 0 * * *", "59 23 28-31 * *", "0 */2 * * SUN",
    "30 1 1,15 * FRI", "*/7 0,3 1 * */3",
)  # fmt: skip
"""Every minute comes apart: it has a thousand ticks a day."""

ALL_ZONES = ("30 2 * * *", "0 0 * * *", "*/20 1-3 * * *", "15,45 1-3 * * *", "30 1 1,15 * FRI")
DAYS = (1, 15)
"""Of the month, that they name."""
FEW = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
    "America/Scoresbysund", "America/St_Johns", "Asia/Tehran", "Antarctica/Troll", "Antarctica/Casey", "UTC",
)  # fmt: skip
EIGHT = datetime(2026, 1, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def expected(one: Schedule, start: datetime, end: datetime) -> list[int]:
    """What the in-memory cloud does."""
    return list(takewhile(lambda due_s: due_s <= end.timestamp(), due_times(one, int(start.timestamp()))))


def sent(one: Schedule, start: datetime, end: datetime, delay: Delay = timedelta) -> list[int]:
    """What a deployed schedule does."""
    ticking = Ticking(one, start)
    ticking.until(end, delay)
    return ticking.due


def check_zone(name: str, crons: Iterable[str], found: Iterable[datetime]) -> None:
    for before in list(found) or [datetime(2026, 3, 28, 12, tzinfo=UTC)]:
        start, end = before - BEFORE, before + AFTER
        for cron in crons:
            one = schedule(cron, name)
            assert sent(one, start, end) == expected(one, start, end), (name, cron, before)


@pytest.mark.parametrize("name", FEW)
def test_a_run_is_sent_for_each_due_time_around_a_change(name: str) -> None:
    check_zone(name, CRONS, changes(name)[:2])


@pytest.mark.slow
def test_a_run_is_sent_for_each_due_time_in_every_zone_around_every_change() -> None:
    for name in different_zones():
        check_zone(name, ALL_ZONES, different_changes(name, DAYS))


@pytest.mark.parametrize("name", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_every_minute_is_every_minute_around_a_change(name: str) -> None:
    check_zone(name, ["* * * * *"], changes(name)[:1])


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    minute=st.sampled_from(["*/25", "0", "5,50", "10-12"]),
    hour=st.sampled_from(["*", "*/5", "3", "1,23", "8-10"]),
    day=st.sampled_from(["*", "1", "29-31", "*/9", "L"]),
    month=st.sampled_from(["*", "2", "1,6"]),
    weekday=st.sampled_from(["*", "MON-FRI", "0", "7", "*/3", "FRI#2"]),
    name=st.sampled_from(FEW),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1)),  # noqa: DTZ001
)
def test_a_run_is_sent_for_each_due_time_wherever_the_timer_starts(  # noqa: PLR0917
    minute: str, hour: str, day: str, month: str, weekday: str, name: str, start: datetime
) -> None:
    one, begin = schedule(f"{minute} {hour} {day} {month} {weekday}", name), start.replace(tzinfo=UTC)
    end = begin + timedelta(days=40)
    assert sent(one, begin, end) == expected(one, begin, end)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(minutes=st.integers(1, 1_600), start=st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1)))  # noqa: DTZ001
def test_an_interval_is_kept_though_its_ticks_are_of_the_day(minutes: int, start: datetime) -> None:
    one, begin = schedule(every_s=minutes * 60), start.replace(tzinfo=UTC)
    end = begin + timedelta(minutes=minutes * 3)
    assert sent(one, begin, end) == expected(one, begin, end)


@pytest.mark.parametrize("name", ["Europe/Berlin", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("cron", ["* * * * *", "*/20 * * * *", "30 2 * * *"])
def test_ticks_that_come_a_little_early_or_late_change_nothing(name: str, cron: str) -> None:
    rng, one = random.Random(7), schedule(cron, name)
    start = (changes(name) or [EIGHT])[0] - timedelta(hours=2)
    end = start + timedelta(hours=24)
    found = sent(one, start, end - MINUTE, lambda: timedelta(seconds=rng.uniform(-0.9, 30)))
    assert found == expected(one, start, end - MINUTE)


# --- outages and failures ------------------------------------------------------------------------------------


def test_after_an_outage_only_the_latest_missed_run_is_sent() -> None:
    ticking = Ticking(schedule("0 * * * *"), EIGHT - MINUTE)
    ticking.until(EIGHT)
    ticking.out(until=EIGHT + timedelta(hours=5, minutes=10))
    ticking.until(EIGHT + timedelta(hours=6))
    hours = [datetime.fromtimestamp(due_s, UTC).hour for due_s in ticking.due]
    assert hours == [8, 13, 14]


def test_after_an_outage_without_a_due_time_nothing_is_sent() -> None:
    ticking = Ticking(schedule("0 8 * * MON", "Europe/Berlin"), datetime(2026, 1, 2, tzinfo=UTC))
    ticking.out(until=datetime(2026, 1, 4, tzinfo=UTC))
    ticking.until(datetime(2026, 1, 4, tzinfo=UTC))
    assert ticking.ticks == 1
    assert ticking.due == []


def test_an_outage_of_years_is_gone_through_in_no_time() -> None:
    ticking = Ticking(schedule("* * * * *"), EIGHT)
    late = EIGHT + timedelta(days=800)
    ticking.out(until=late)
    ticking.until(late)
    assert ticking.due == [int(late.timestamp())]


def test_a_run_that_could_not_be_sent_is_sent_when_the_tick_comes_again() -> None:
    ticking = Ticking(schedule("0 8 * * *"), EIGHT - MINUTE)
    ticking.cloud.outbox.problem = Unavailable("Service Bus is away")
    with pytest.raises(Unavailable):
        ticking.again(EIGHT)
    ticking.cloud.outbox.problem = None
    for seconds in (10, 200, 4_000):
        ticking.again(EIGHT + timedelta(seconds=seconds))
    assert ticking.due == [int(EIGHT.timestamp())] * 3


def test_the_same_run_is_the_same_message_however_often_it_is_sent() -> None:
    first, second = (run(Timing(facts(schedule("0 8 * * *"))), int(EIGHT.timestamp()), now_s) for now_s in (1, 2))
    assert first.id == second.id == "report/2026-01-02T08:00:00+00:00"
    assert (first.trace, first.correlation) == (second.trace, second.correlation)
    assert len(first.trace) == 32


def test_the_body_is_that_of_the_in_memory_cloud() -> None:
    app = App("shop")

    @app.schedule("0 8 * * *", timezone="Europe/Berlin")
    def report() -> None: ...

    with simulate(app, start=EIGHT) as cloud:
        cloud.advance(timedelta(days=1))
        (call,) = cloud.calls(report)
    due_s = int((EIGHT + timedelta(hours=23)).timestamp())
    assert call.body == json.loads(run(Timing(facts(schedule("0 8 * * *", "Europe/Berlin"))), due_s, 0).body)


def test_a_tick_that_somebody_asked_for_sends_nothing_before_its_time() -> None:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-manually-run-non-http."""
    ticking = Ticking(schedule("0 8 * * *"), EIGHT - timedelta(hours=3))
    ticking.again(EIGHT - timedelta(hours=2))
    assert ticking.due == []


def test_a_tick_without_a_status_is_for_its_own_minute() -> None:
    ticking = Ticking(schedule("* * * * *"), EIGHT)
    ticking.timer.is_monitored = False
    ticking.fire(EIGHT + timedelta(seconds=70))
    assert ticking.due == [int((EIGHT + MINUTE).timestamp())]


# --- the expression ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (schedule("0 8 * * MON-FRI", "Europe/Berlin"), "0 0 6,7 * * *"),
        (schedule("30 2 * * *", "Australia/Lord_Howe"), "0 0,30 15,16 * * *"),
        (schedule("0 6 1 * *"), "0 0 6 1 * *"),
        (schedule("0 6 * 1,2 SUN"), "0 0 6 * 1,2 0"),
        (schedule("0 6 * * 0-7"), "0 0 6 * * *"),
        (schedule("0 6 1 * MON"), "0 0 6 * * *"),
        (schedule("0 6 L * *"), "0 0 6 * * *"),
        (schedule("0 6 * * FRI#1"), "0 0 6 * * *"),
        (schedule(every_s=60), "0 * * * * *"),
        (schedule(every_s=5_400), "0 0,30 0,1,3,4,6,7,9,10,12,13,15,16,18,19,21,22 * * *"),
        (schedule(every_s=420), "0 * * * * *"),
        (schedule(every_s=7 * 86_400), "0 0 0 * * *"),
    ],
)
def test_the_expression_of_a_schedule(one: Schedule, text: str) -> None:
    assert ncrontab(one) == text


def test_no_more_ticks_than_needed_where_the_zone_is_utc() -> None:
    one = schedule("0 6 1 1 *")
    later = Ncrontab(ncrontab(one))
    first = later.after(EIGHT)
    assert [first, later.after(first)] == [datetime(2027, 1, 1, 6, tzinfo=UTC), datetime(2028, 1, 1, 6, tzinfo=UTC)]
    assert list(islice(due_times(one, int(EIGHT.timestamp())), 1)) == [int(first.timestamp())]


def test_facts_of_a_schedule_are_json() -> None:
    assert json.loads(json.dumps(facts(schedule("0 8 * * *")))) == facts(schedule("0 8 * * *"))
