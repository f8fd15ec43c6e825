"""Ticks of Scheduler and what becomes of them, against the due times of the in-memory cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.message import Envelope
from cloudless.runtime.schedule import due_times, utc_cron
from cloudless.runtime.tick import Timing, run
from cloudless_aws.runtime.schedule import run_of, schedule
from providers.aws.tests.entry.asking import FakeAws, event_of, failed, made, record, sent

BERLIN = {"schedule": "report", "queue": "report", "cron": "0 8 * * *", "every_s": 0, "timezone": "Europe/Berlin"}
DUE = datetime(2026, 1, 2, 7, tzinfo=UTC)
DUE_S = int(DUE.timestamp())
MINUTE = timedelta(minutes=1)


def timing(**facts: Any) -> Timing:
    return Timing({**BERLIN, **facts})


def body_of(due: datetime) -> dict[str, str]:
    """What Scheduler sends, with its own form of a time in place of the keyword."""
    return {"schedule": "report", "due": due.strftime("%Y-%m-%dT%H:%M:%SZ"), "timezone": "Europe/Berlin"}


def tick(due: datetime, sent_at: datetime | None = None) -> Envelope:
    return Envelope("5b6d", json.dumps(body_of(due)), sent_s=(sent_at or due).timestamp())


@pytest.fixture(autouse=True)
def _no_notes() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


def test_a_tick_at_a_due_time_is_the_run_of_that_time() -> None:
    found = run_of(tick(DUE), timing())
    assert found is not None
    expected = run(timing(), DUE_S, DUE_S)
    assert (found.id, found.body, found.trace, found.sent_s) == (expected.id, expected.body, expected.trace, DUE_S)
    assert found.id == "report/2026-01-02T07:00:00+00:00"
    assert json.loads(found.body) == {
        "schedule": "report", "due": "2026-01-02T07:00:00+00:00", "timezone": "Europe/Berlin",
    }  # fmt: skip


@pytest.mark.parametrize("due", [DUE - timedelta(hours=1), DUE + MINUTE, DUE + timedelta(seconds=30)])
def test_a_tick_at_another_time_is_none(due: datetime) -> None:
    assert run_of(tick(due), timing()) is None


@pytest.mark.parametrize("cron", ["0 8 * * *", "30 2 * * *", "15,45 1-3 * * *", "0 9 1 * MON", "*/20 * * * *"])
def test_of_all_ticks_around_a_change_of_clocks_those_count_that_are_due(cron: str) -> None:
    one = timing(cron=cron)
    minutes, hours = (field for field in utc_cron(cron, one.timezone).split()[:2])
    start = datetime(2026, 3, 28, tzinfo=UTC)
    every = [start + n * MINUTE for n in range(3 * 24 * 60)]
    ticks = [at for at in every if _in(at.minute, minutes) and _in(at.hour, hours)]
    found = [int(at.timestamp()) for at in ticks if run_of(tick(at), one)]
    end_s = every[-1].timestamp()
    assert found == list(takewhile(lambda due_s: due_s <= end_s, due_times(one, int(start.timestamp()) - 1)))


def _in(value: int, field: str) -> bool:
    return field == "*" or str(value) in field.split(",")


def test_a_delivery_that_comes_again_is_another_attempt_at_the_same_run() -> None:
    again = tick(DUE)
    again.attempt = 3
    found = run_of(again, timing())
    assert found is not None
    assert (found.attempt, found.id) == (3, "report/2026-01-02T07:00:00+00:00")


@pytest.mark.parametrize("late", [timedelta(), MINUTE, timedelta(hours=23)])
def test_a_tick_that_is_late_counts_while_it_is_the_latest(late: timedelta) -> None:
    assert run_of(tick(DUE, DUE + late), timing()) is not None


def test_after_an_outage_of_scheduler_only_the_latest_missed_tick_counts() -> None:
    back = DUE + timedelta(days=3, hours=1)
    found = [run_of(tick(DUE + timedelta(days=day), back), timing()) is not None for day in range(4)]
    assert found == [False, False, False, True]


def test_within_the_precision_of_scheduler_no_tick_of_every_minute_is_left_out() -> None:
    one = timing(cron="", every_s=60, timezone="UTC")
    for late_s in (0, 59, 60, 119):
        assert run_of(tick(DUE, DUE + timedelta(seconds=late_s)), one) is not None
    assert run_of(tick(DUE, DUE + timedelta(seconds=120)), one) is None


def test_a_copy_of_ours_was_decided_before() -> None:
    """It comes much later, with a back-off between."""
    copy = run(timing(), DUE_S, DUE_S)
    assert run_of(copy, timing()) is copy


def test_a_tick_that_is_due_calls_the_handler_and_others_are_just_done() -> None:
    cloud = FakeAws()
    report = made(schedule, "on_report", cloud)
    native = {"SentTimestamp": str(DUE_S * 1_000)}
    early = record(body_of(DUE - timedelta(hours=1)), native=native)
    assert failed(report(event_of(early, record(body_of(DUE), native=native)))) == []
    assert [one["key"] for one in journal.kept()] == ["report/2026-01-02T07:00:00+00:00"]
    assert [queue for queue, _ in cloud.queues.sent] == ["charge-later"]


def test_a_run_that_is_sent_by_hand_runs() -> None:
    """E.g. redriven from the dead letters."""
    cloud = FakeAws()
    assert failed(made(schedule, "on_report", cloud)(event_of(sent(run(timing(), DUE_S, DUE_S))))) == []
    assert len(journal.kept()) == 1


@pytest.mark.parametrize("body", ["{", "[]", '{"due": 5}', '{"due": "<aws.scheduler.scheduled-time>"}'])
def test_what_is_no_tick_is_a_dead_letter_or_runs_as_what_it_is(body: str) -> None:
    """The handler does not ask for the due time: only what is no JSON object cannot be handed to it."""
    cloud = FakeAws()
    assert failed(made(schedule, "on_report", cloud)(event_of({**record(), "body": body}))) == []
