"""Ticks of Cloud Scheduler and what becomes of them, against the due times of the in-memory cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.ir import Schedule
from cloudless.message import Envelope
from cloudless.node import replace
from cloudless.runtime.schedule import due_times, utc_cron
from cloudless.runtime.tick import Timing, run
from cloudless_gcp.compile.schedule import tick_of
from cloudless_gcp.runtime.schedule import EARLY_S, Ticks, run_of, schedule
from providers.gcp.tests.entry.asking import TRIALS, FakeGoogle, made, push, sent
from providers.gcp.tests.entry.generated import application

BERLIN = {"schedule": "report", "queue": "report", "cron": "0 8 * * *", "every_s": 0, "timezone": "Europe/Berlin"}
DUE = datetime(2026, 1, 2, 7, tzinfo=UTC)
DUE_S = int(DUE.timestamp())
MINUTE = timedelta(minutes=1)
THREE_DAYS = [datetime(2026, 3, 28, tzinfo=UTC) + n * MINUTE for n in range(3 * 24 * 60)]
"""The minutes around a change of clocks in Europe."""
DONE = ("", 204)


def timing(**facts: Any) -> Timing:
    return Timing({**BERLIN, **facts})


@cache
def said(cron: str = "0 8 * * *", timezone: str = "Europe/Berlin", every_s: int = 0) -> dict[str, Any]:
    """What a tick carries by what a build writes."""
    [found] = application(TRIALS).schedules
    utc = "" if every_s else utc_cron(cron, timezone)
    one: Schedule = replace(found, cron="" if every_s else cron, timezone=timezone, every_s=every_s, utc_cron=utc)
    return tick_of(one, {**BERLIN, "cron": one.cron, "timezone": timezone, "every_s": every_s})


def ticks(cron: str, timezone: str) -> Ticks:
    return Ticks(said(cron, timezone)["ticks"])


def tick(at: datetime, cron: str = "0 8 * * *", timezone: str = "Europe/Berlin", every_s: int = 0) -> Envelope:
    """The message of a tick, published then."""
    return Envelope("5b6d", json.dumps(said(cron, timezone, every_s)), sent_s=at.timestamp())


@pytest.fixture(autouse=True)
def _no_notes() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


def test_a_tick_at_a_due_time_is_the_run_of_that_time() -> None:
    found = run_of(tick(DUE + timedelta(seconds=0.4)), DUE_S)
    assert found is not None
    expected = run(timing(), DUE_S, DUE_S + 0.4)
    assert (found.id, found.body, found.trace, found.sent_s) == (
        expected.id,
        expected.body,
        expected.trace,
        DUE_S + 0.4,
    )
    assert found.id == "report/2026-01-02T07:00:00+00:00"
    assert json.loads(found.body)["due"] == "2026-01-02T07:00:00+00:00"


def test_a_tick_of_the_other_half_of_the_year_is_none() -> None:
    assert run_of(tick(DUE - timedelta(hours=1)), DUE_S) is None


@cache
def fired_in_march(cron: str, timezone: str) -> list[datetime]:
    """Every tick of the three days, whenever it comes then."""
    all_ = ticks(cron, timezone)
    return [at for at in THREE_DAYS if all_.latest(at.timestamp()) == at.timestamp()]


@pytest.mark.parametrize(
    "cron",
    ["0 8 * * *", "30 2 * * *", "15,45 1-3 * * *", "0 9 1 * MON", "*/20 * * * *", "0 0 29 3 *", "59 23 28-31 3 *"],
)
@pytest.mark.parametrize("late_s", [-EARLY_S, -0.001, 0.0, 1.5, 59.0])
@pytest.mark.parametrize("timezone", ["Europe/Berlin", "UTC", "Australia/Lord_Howe"])
def test_of_all_ticks_around_a_change_of_clocks_those_count_that_are_due(
    cron: str, late_s: float, timezone: str
) -> None:
    one = timing(cron=cron, timezone=timezone)
    fired = fired_in_march(cron, timezone)
    found = [run_of(tick(at + timedelta(seconds=late_s), cron, timezone), at.timestamp()) for at in fired]
    start_s, end_s = THREE_DAYS[0].timestamp(), THREE_DAYS[-1].timestamp()
    due = takewhile(lambda due_s: due_s <= end_s, due_times(one, int(start_s) - 1))
    assert [one.id for one in found if one] == [run(one, due_s, 0).id for due_s in due]


def test_a_delivery_that_comes_again_is_another_attempt_at_the_same_run() -> None:
    again = tick(DUE)
    again.attempt = 3
    found = run_of(again, DUE_S)
    assert found is not None
    assert (found.attempt, found.id) == (3, "report/2026-01-02T07:00:00+00:00")


@pytest.mark.parametrize("late", [MINUTE, timedelta(hours=22, minutes=59)])
def test_a_tick_that_is_late_counts_until_the_next_one(late: timedelta) -> None:
    found = run_of(tick(DUE + late), DUE_S)
    assert found is not None
    assert found.id == "report/2026-01-02T07:00:00+00:00"
    assert run_of(tick(DUE + timedelta(hours=23)), DUE_S) is None


@pytest.mark.parametrize("early_s", [0.001, 1, EARLY_S])
def test_a_tick_that_is_early_is_the_run_of_its_time_and_waits_for_it(early_s: float) -> None:
    """It is not the run of the day before, once more."""
    found = run_of(tick(DUE - timedelta(seconds=early_s)), DUE_S - early_s)
    assert found is not None
    assert (found.id, round(found.delay_s, 6)) == ("report/2026-01-02T07:00:00+00:00", early_s)


@pytest.mark.parametrize(("published_s", "now_s"), [(-5, 0), (-5, 3), (0, -5), (1, -5)])
def test_nobody_waits_where_one_of_the_clocks_says_that_it_is_time(published_s: int, now_s: int) -> None:
    found = run_of(tick(DUE + timedelta(seconds=published_s)), DUE_S + now_s)
    assert found is not None
    assert (found.id, found.delay_s) == ("report/2026-01-02T07:00:00+00:00", 0)


def test_early_ticks_of_each_minute_are_each_a_run_of_its_own() -> None:
    for late_s in (-EARLY_S, 0, 49):
        start = DUE + timedelta(seconds=late_s)
        found = [run_of(tick(start + n * MINUTE, "* * * * *", "UTC"), DUE_S) for n in range(60)]
        assert [one.id[-14:-9] for one in found if one] == [f"07:{n:02}" for n in range(60)]


def test_a_run_that_is_too_early_is_sent_for_its_time_and_calls_nobody() -> None:
    cloud = FakeGoogle()
    report = made(schedule, "on_report", cloud)
    cloud.time_s = DUE_S - 3
    assert report(push(said(), publishTime="2026-01-02T06:59:56Z")) == DONE
    assert journal.kept() == []
    [(queue, run)] = cloud.queues.sent
    assert (queue, run.id, run.delay_s) == ("report", "report/2026-01-02T07:00:00+00:00", 3)
    cloud.time_s = DUE_S
    assert report(sent(run)) == DONE
    assert [one["key"] for one in journal.kept()] == ["report/2026-01-02T07:00:00+00:00"]


def test_what_is_due_every_few_minutes_is_found() -> None:
    found = run_of(tick(DUE + 7 * MINUTE, timezone="UTC", every_s=300), DUE_S)
    assert found is not None
    assert found.id == "report/2026-01-02T07:05:00+00:00"


def test_a_tick_that_comes_once_in_four_years_is_found() -> None:
    leap = ticks("0 0 29 2 *", "UTC")
    assert leap.latest(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) == datetime(2024, 2, 29, tzinfo=UTC).timestamp()
    assert Ticks({"days": [30], "months": [2]}).latest(DUE_S) is None


def test_days_of_a_week_begin_with_sunday() -> None:
    sundays = ticks("0 6 * * SUN", "UTC")
    assert sundays.latest(DUE_S) == datetime(2025, 12, 28, 6, tzinfo=UTC).timestamp()


def test_a_tick_says_only_what_is_restricted() -> None:
    assert said()["ticks"] == {"minutes": [0], "hours": [6, 7]}


def test_a_tick_stays_what_it_was_whichever_schedule_the_function_has_by_now() -> None:
    """The function has another one: a deployment changes function and job one after the other."""
    report = made(schedule, "on_report", FakeGoogle())
    assert report(push(said("0 9 * * *", "UTC"), publishTime="2026-01-02T09:00:00.1Z")) == DONE
    assert report(push(said("0 9 * * *", "Europe/Berlin"), publishTime="2026-01-02T07:00:00.1Z")) == DONE
    assert [one["key"] for one in journal.kept()] == ["report/2026-01-02T09:00:00+00:00"]


def test_a_copy_of_ours_was_decided_before() -> None:
    """It comes much later, with a back-off between."""
    copy = run(timing(), DUE_S, DUE_S)
    assert run_of(copy, DUE_S) is copy


def test_a_tick_that_is_due_calls_the_handler_and_others_are_just_done() -> None:
    cloud = FakeGoogle()
    report = made(schedule, "on_report", cloud)
    assert report(push(said(), publishTime="2026-01-02T06:00:00.1Z")) == DONE
    assert report(push(said(), publishTime="2026-01-02T07:00:00.1Z")) == DONE
    assert [one["key"] for one in journal.kept()] == ["report/2026-01-02T07:00:00+00:00"]
    assert [queue for queue, _ in cloud.queues.sent] == ["charge-later"]


def test_a_run_that_is_sent_by_hand_runs() -> None:
    """E.g. redriven from the dead letters."""
    assert made(schedule, "on_report", FakeGoogle())(sent(run(timing(), DUE_S, DUE_S))) == DONE
    assert [one["key"] for one in journal.kept()] == ["report/2026-01-02T07:00:00+00:00"]
