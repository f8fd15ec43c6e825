"""Schedules: due times in every zone, retries and dead letters."""

from __future__ import annotations

from datetime import timedelta

from cloudless.conformance.apps import schedules
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes


class ScheduleSuite(Suite):
    """What every schedule does on every cloud. The target begins at 2026-01-02 12:00 UTC, a Friday."""

    entry = "cloudless.conformance.apps.schedules:app"

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
    def test_a_time_in_the_gap_runs_once_at_its_end(self, target: Target) -> None:
        target.advance(timedelta(days=88))
        due = [note["due"] for note in notes(target, "nightly")]
        assert "2026-03-28T02:30:00+01:00" in due
        assert "2026-03-29T03:00:00+02:00" in due
        assert "2026-03-30T02:30:00+02:00" in due
        assert len(due) == len(set(due)) == 88

    @needs("schedule")
    @covers("schedules", "daylight saving")
    def test_a_time_in_the_fold_runs_the_first_time_only(self, target: Target) -> None:
        target.advance(timedelta(days=298))
        due = [note["due"] for note in notes(target, "nightly")]
        assert "2026-10-25T02:30:00+02:00" in due
        assert "2026-10-25T02:30:00+01:00" not in due

    @needs("schedule")
    @covers("schedules")
    def test_working_days_are_five_a_week(self, target: Target) -> None:
        target.advance(timedelta(weeks=4))
        assert len(notes(target, "working_days")) == 20

    @needs("schedule")
    @covers("schedules")
    def test_day_of_month_or_day_of_week_is_enough(self, target: Target) -> None:
        target.advance(timedelta(days=14))
        days = [note["due"][:10] for note in notes(target, "thirteenth_or_friday")]
        assert days == ["2026-01-09", "2026-01-13", "2026-01-16"]

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
        assert target.journal() == []

    @needs("schedule")
    @covers("schedules", "exception")
    def test_a_run_that_fails_is_retried(self, target: Target) -> None:
        target.advance(timedelta(days=364))
        assert [note["attempt"] for note in notes(target, "recovering")] == [1, 2]
        assert schedules.recovering.dead_letters.peek() == []

    @needs("schedule", "queue.dead_letters")
    @covers("schedules", "exception")
    def test_a_run_that_always_fails_is_a_dead_letter(self, target: Target) -> None:
        target.advance(timedelta(days=364))
        assert [note["attempt"] for note in notes(target, "failing")] == [1, 2, 3]
        (letter,) = schedules.failing.dead_letters.peek()
        assert (letter.error.type, letter.body["schedule"]) == ("ConnectionError", "failing")

    @needs("schedule", "queue.dead_letters")
    @covers("schedules", "exception")
    def test_a_redriven_run_comes_back(self, target: Target) -> None:
        target.advance(timedelta(days=364))
        assert schedules.failing.dead_letters.redrive() == 1
        target.run()
        assert len(notes(target, "failing")) == 6
