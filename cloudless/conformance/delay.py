"""Delayed messages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cloudless.codec import DELAYED_BODY_LIMIT
from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, PayloadTooLarge


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
        target.advance(timedelta(minutes=2))
        assert [note["body"]["n"] for note in notes(target, "take_late")] == [2, 1]

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
        assert len(notes(target, "take_late")) == 1

    @needs("queue")
    @covers("delay", "out of range")
    @pytest.mark.parametrize("delay", [timedelta(minutes=16), timedelta(seconds=-1), timedelta(milliseconds=1_500)])
    def test_a_delay_that_the_queue_does_not_allow_is_refused(self, target: Target, delay: timedelta) -> None:
        with pytest.raises(InvalidArgument, match="whole seconds from 0 to 900"):
            queues.jobs.send({"n": 1}, delay=delay)
