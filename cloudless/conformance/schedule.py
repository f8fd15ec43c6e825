"""Schedules: due times in every zone, retries and dead letters."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Generator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from cloudless.conformance.apps import schedules
from cloudless.conformance.harness import Harness, Target
from cloudless.conformance.suite import Suite, covers, needs, notes


def noon(year: int, month: int, day: int) -> datetime:
    """That day at noon, UTC."""
    return datetime(year, month, day, 12, tzinfo=UTC)


class ScheduleSuite(Suite):
    """What every schedule does on every cloud. The target begins shortly before what a case is about."""

    entry = "cloudless.conformance.apps.schedules:app"

    @pytest.fixture
    def new_year(self, harness: Harness, _expect_gaps: None) -> Generator[Target]:
        """A target that begins shortly before what is due once a year."""
        with harness.deploy(self.entry, start=noon(2026, 12, 31)) as target:
            yield target

    @needs("schedule")
    @covers("schedules")
    def test_a_schedule_runs_at_its_local_time(self, target: Target) -> None:
        target.advance(timedelta(days=2))
        assert [note["due"] for note in notes(target, "nightly")] == [
            "2026-01-03T02:30:00+01:00",
            "2026-01-04T02:30:00+01:00",
        ]

    @needs("schedule")
    @covers("schedules", "daylight saving")
    def test_a_time_in_the_gap_runs_once_at_its_end(self, harness: Harness) -> None:
        with harness.deploy(self.entry, start=noon(2026, 3, 27)) as target:
            target.advance(timedelta(days=4))
            assert [note["due"] for note in notes(target, "nightly")] == [
                "2026-03-28T02:30:00+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-03-30T02:30:00+02:00",
                "2026-03-31T02:30:00+02:00",
            ]

    @needs("schedule")
    @covers("schedules", "daylight saving")
    def test_a_time_in_the_fold_runs_the_first_time_only(self, harness: Harness) -> None:
        with harness.deploy(self.entry, start=noon(2026, 10, 24)) as target:
            target.advance(timedelta(days=3))
            assert [note["due"] for note in notes(target, "nightly")] == [
                "2026-10-25T02:30:00+02:00",
                "2026-10-26T02:30:00+01:00",
                "2026-10-27T02:30:00+01:00",
            ]

    @needs("schedule")
    @covers("schedules", "daylight saving")
    @pytest.mark.parametrize(("day", "runs"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)])
    def test_a_star_follows_elapsed_time(self, harness: Harness, day: str, runs: int) -> None:
        before = datetime.combine(date.fromisoformat(day) - timedelta(days=1), time(12), UTC)
        with harness.deploy("cloudless.conformance.apps.elapsed:app", start=before) as target:
            target.advance(timedelta(days=2))
            due = [note["due"] for note in notes(target, "hourly") if note["due"].startswith(day)]
            assert len(set(due)) == len(due) == runs

    @needs("schedule")
    @covers("schedules")
    def test_working_days_are_five_a_week(self, target: Target) -> None:
        target.advance(timedelta(weeks=2))
        due = [datetime.fromisoformat(note["due"]) for note in notes(target, "working_days")]
        assert [one.date() for one in due] == [date(2026, 1, day) for day in range(5, 17) if (day - 3) % 7 > 1]
        assert {one.timetz().isoformat() for one in due} == {"08:00:00+01:00"}

    @needs("schedule")
    @covers("schedules", "calendar edges")
    def test_a_day_that_a_month_has_not_is_not_made_up(self, harness: Harness) -> None:
        """From the last day of each month until past where its 31st would be, counted on into the next one."""
        due: list[str] = []
        for month in range(1, 13):
            _, last = monthrange(2026, month)
            with harness.deploy(self.entry, start=noon(2026, month, last)) as target:
                target.advance(timedelta(days=32 - last))
                due += [note["due"][:16] for note in notes(target, "long_months")]
        assert due == [f"2026-{month:02}-31T23:59" for month in (1, 3, 5, 7, 8, 10, 12)]

    @needs("schedule")
    @covers("schedules", "calendar edges")
    def test_the_leap_day_comes_in_leap_years_only(self, harness: Harness) -> None:
        due: list[str] = []
        for year in (2027, 2028):
            with harness.deploy(self.entry, start=noon(year, 2, 27)) as target:
                target.advance(timedelta(days=3))
                due += [note["due"] for note in notes(target, "leap_day")]
        assert due == ["2028-02-29T00:00:00+00:00"]

    @needs("schedule")
    @covers("schedules")
    def test_day_of_month_or_day_of_week_is_enough(self, target: Target) -> None:
        target.advance(timedelta(days=11))
        days = [note["due"][:10] for note in notes(target, "thirteenth_or_friday")]
        assert days == ["2026-01-09", "2026-01-13"]

    @needs("schedule")
    @covers("schedules")
    def test_an_interval_is_anchored_at_the_epoch(self, target: Target) -> None:
        target.advance(timedelta(hours=13))
        hours = [note["due"][11:16] for note in notes(target, "quarterly")]
        assert hours == ["18:00", "00:00"]

    @needs("schedule")
    @covers("schedules")
    def test_nothing_runs_before_it_is_due(self, target: Target) -> None:
        target.run()
        target.advance(timedelta(hours=5, minutes=58))
        assert target.journal() == []
        target.advance(timedelta(minutes=4))
        assert [note["due"] for note in notes(target, "quarterly")] == ["2026-01-02T18:00:00+00:00"]

    @needs("schedule")
    @covers("schedules", "exception")
    def test_a_run_that_fails_is_retried(self, new_year: Target) -> None:
        new_year.advance(timedelta(days=1))
        assert [note["attempt"] for note in notes(new_year, "recovering")] == [1, 2]
        assert schedules.recovering.dead_letters.peek() == []

    @needs("schedule")
    @covers("schedules", "crash")
    def test_a_run_that_crashed_comes_again_with_its_due_time(self, new_year: Target) -> None:
        new_year.advance(timedelta(days=1))
        assert notes(new_year, "crashing") == [
            {"attempt": attempt, "due": "2027-01-01T04:00:00+00:00"} for attempt in (1, 2)
        ]
        assert schedules.crashing.dead_letters.peek() == []

    @needs("schedule", "queue.dead_letters")
    @covers("schedules", "exception")
    def test_a_run_that_always_fails_is_a_dead_letter(self, new_year: Target) -> None:
        new_year.advance(timedelta(days=1))
        assert [note["attempt"] for note in notes(new_year, "failing")] == [1, 2, 3]
        (letter,) = schedules.failing.dead_letters.peek()
        assert (letter.error.type, letter.body["schedule"]) == ("ConnectionError", "failing")

    @needs("schedule", "queue.dead_letters")
    @covers("schedules", "exception")
    def test_a_redriven_run_comes_back(self, new_year: Target) -> None:
        new_year.advance(timedelta(days=1))
        assert schedules.failing.dead_letters.redrive() == 1
        new_year.run()
        assert [note["attempt"] for note in notes(new_year, "failing")] == [1, 2, 3, 1, 2, 3]
        assert len(schedules.failing.dead_letters.peek()) == 1
