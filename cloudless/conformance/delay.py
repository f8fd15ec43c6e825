"""Delayed messages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, PayloadTooLarge

DELAYED_BODY_LIMIT = 98_304
"""96 KiB: the contract's number, and not the code's, which may be wrong."""


class DelayCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue", "queue.delay")
    @covers("delay")
    def test_a_delayed_message_is_not_delivered_before_its_time(self, target: Target) -> None:
        queues.late.send({"n": 1}, delay=timedelta(minutes=10))
        target.advance(timedelta(minutes=9, seconds=58))
        assert notes(target, "take_late") == []
        target.advance(timedelta(seconds=4))
        assert notes(target, "take_late") == [{"body": {"n": 1}}]

    @needs("queue", "queue.delay")
    @covers("delay")
    def test_a_message_without_delay_overtakes_one_with(self, target: Target) -> None:
        queues.late.send({"n": 1}, delay=timedelta(minutes=1))
        queues.late.send({"n": 2})
        target.advance(timedelta(seconds=50))
        assert [note["body"]["n"] for note in notes(target, "take_late")] == [2]
        target.advance(timedelta(seconds=20))
        assert [note["body"]["n"] for note in notes(target, "take_late")] == [2, 1]

    @needs("queue", "queue.delay")
    @covers("delay", "out of range")
    def test_the_longest_delay_of_a_queue_is_allowed(self, target: Target) -> None:
        queues.jobs.send({"n": 1}, delay=timedelta(minutes=15))
        target.advance(timedelta(minutes=14, seconds=58))
        assert notes(target, "work") == []
        target.advance(timedelta(seconds=4))
        assert [note["body"] for note in notes(target, "work")] == [{"n": 1}]

    @needs("queue", "queue.delay")
    @covers("delay", "exception")
    def test_a_delayed_message_that_fails_waits_as_any_other(self, target: Target) -> None:
        queues.jobs.send({"do": ["raise", "return"]}, delay=timedelta(minutes=1))
        target.advance(timedelta(minutes=1, seconds=1))
        assert [note["attempt"] for note in notes(target, "work")] == [1]
        target.advance(timedelta(seconds=3))
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2]

    @needs("queue", "queue.long_delay")
    @covers("delay")
    def test_a_delay_of_thirty_days_is_kept_to_the_minute(self, target: Target) -> None:
        queues.late.send({"n": 1}, delay=timedelta(days=30))
        target.advance(timedelta(days=30) - timedelta(minutes=1))
        assert notes(target, "take_late") == []
        target.advance(timedelta(minutes=2))
        assert len(notes(target, "take_late")) == 1

    @needs("queue", "queue.long_delay")
    @covers("delay", "size")
    def test_a_body_with_a_long_delay_has_half_the_limit(self, target: Target) -> None:
        body = {"x": "x" * (DELAYED_BODY_LIMIT - 8)}
        assert len(json.dumps(body, separators=(",", ":"))) == DELAYED_BODY_LIMIT
        queues.late.send(body, delay=timedelta(hours=1))
        with pytest.raises(PayloadTooLarge, match="delayed beyond 15 minutes"):
            queues.late.send({"x": "x" * (DELAYED_BODY_LIMIT - 7)}, delay=timedelta(hours=1))
        target.advance(timedelta(hours=2))
        assert [note["body"] == body for note in notes(target, "take_late")] == [True]

    @needs("queue")
    @covers("delay", "out of range")
    @pytest.mark.parametrize("delay", [timedelta(seconds=901), timedelta(seconds=-1), timedelta(milliseconds=1_500)])
    def test_a_delay_that_the_queue_does_not_allow_is_refused(self, target: Target, delay: timedelta) -> None:
        with pytest.raises(InvalidArgument, match="whole seconds from 0 to 900"):
            queues.jobs.send({"n": 1}, delay=delay)
        with pytest.raises(InvalidArgument, match="whole seconds from 0 to 900"):
            queues.jobs.send_all([{"n": 1}], delay=delay)
        target.advance(timedelta(minutes=17))
        assert notes(target, "work") == []
