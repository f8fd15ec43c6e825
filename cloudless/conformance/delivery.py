"""Delivery and tracing: every message reaches its handler, and carries what belongs to it."""

from __future__ import annotations

from typing import Any

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes


class DeliveryCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue")
    @covers("delivery")
    def test_every_message_is_handled_and_none_is_left(self, target: Target) -> None:
        queues.jobs.send_all([{"n": n} for n in range(25)])
        target.run()
        assert sorted(note["body"]["n"] for note in notes(target, "work")) == list(range(25))
        assert queues.jobs.dead_letters.peek() == []

    @needs("queue")
    @covers("delivery")
    def test_ids_of_send_are_those_that_handlers_see(self, target: Target) -> None:
        sent = [queues.jobs.send({"n": 0}), *queues.jobs.send_all([{"n": 1}, {"n": 2}])]
        target.run()
        assert {note["id"]: note["body"]["n"] for note in notes(target, "work")} == {sent[0]: 0, sent[1]: 1, sent[2]: 2}

    @needs("queue")
    @covers("delivery")
    def test_an_empty_list_is_nothing_to_send(self, target: Target) -> None:
        assert queues.jobs.send_all([]) == []
        target.run()
        assert notes(target, "work") == []

    @needs("queue")
    @covers("delivery")
    def test_a_message_goes_to_the_consumer_of_its_own_queue(self, target: Target) -> None:
        queues.jobs.send({"n": 1})
        queues.steady.send({"n": 2})
        target.run()
        assert {note["handler"] for note in target.journal()} == {"work", "try_steadily"}
        assert [note["body"] for note in notes(target, "work")] == [{"n": 1}]

    @needs("queue")
    @covers("delivery", "foreign program")
    def test_a_message_of_a_program_that_does_not_know_us_is_handled(self, target: Target) -> None:
        target.inject("jobs", '{"n": 1}', {"region": "eu"})
        target.run()
        (note,) = notes(target, "work")
        assert (note["body"], note["attributes"], note["attempt"]) == ({"n": 1}, {"region": "eu"}, 1)
        assert note["id"]

    @needs("queue")
    @covers("tracing")
    def test_trace_and_correlation_travel_through_every_hop(self, target: Target) -> None:
        id = queues.jobs.send({"then": {"n": 1}})
        target.run()
        (first,), (second,) = notes(target, "work"), notes(target, "follow")
        assert first["correlation"] == second["correlation"] == id
        assert first["trace"].split("-")[1] == second["trace"].split("-")[1]
        assert first["trace"].split("-")[2] != second["trace"].split("-")[2]

    @needs("queue")
    @covers("tracing", "exception")
    def test_a_retry_keeps_trace_correlation_and_time_of_sending(self, target: Target) -> None:
        queues.jobs.send({"do": ["raise", "return"]}, attributes={"region": "eu"})
        target.run()
        first, second = (_without_attempt(note) for note in notes(target, "work"))
        assert first == second

    @needs("queue")
    @covers("tracing", "crash")
    def test_a_delivery_after_a_crash_keeps_trace_correlation_and_time_of_sending(self, target: Target) -> None:
        queues.jobs.send({"do": ["crash", "return"]}, attributes={"region": "eu"})
        target.run()
        first, second = (_without_attempt(note) for note in notes(target, "work"))
        assert first == second

    @needs("queue")
    @covers("time-outs")
    def test_a_handler_knows_how_much_time_it_has(self, target: Target) -> None:
        queues.jobs.send({"n": 1})
        target.run()
        (note,) = notes(target, "work")
        assert 30 < note["remaining"] <= 60  # of its 60 s; a real handler has spent a moment of them


def _without_attempt(note: dict[str, Any]) -> dict[str, Any]:
    return {key: note[key] for key in ("id", "body", "attributes", "correlation", "trace", "sent")}
