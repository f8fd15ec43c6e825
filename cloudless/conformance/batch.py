"""Batches: single failures, and what becomes of the neighbours."""

from __future__ import annotations

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes


class BatchCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue")
    @covers("batches")
    def test_a_batch_handler_gets_every_message_once(self, target: Target) -> None:
        queues.batches.send_all([{"n": n} for n in range(25)])
        target.run()
        taken = notes(target, "take_batch")
        assert sorted(_handled(target, "take_batch")) == list(range(25))
        assert all(1 <= len(note["numbers"]) <= 10 for note in taken)

    @needs("queue")
    @covers("batches", "partial failure")
    def test_a_failing_message_does_not_make_its_neighbours_run_again(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "fails": 1 if n % 5 == 0 else 0} for n in range(25)])
        target.run()
        assert sorted(_handled(target, "take_batch")) == sorted([*range(25), 0, 5, 10, 15, 20])

    @needs("queue", "queue.dead_letters")
    @covers("batches", "partial failure")
    def test_a_message_that_fails_in_every_batch_is_a_dead_letter_alone(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "fails": 9 if n == 3 else 0} for n in range(10)])
        target.run()
        (letter,) = queues.batches.dead_letters.peek()
        assert (letter.body["n"], letter.error.type, letter.error.attempt) == (3, "PartialFailure", 3)
        assert sorted(_handled(target, "take_batch")) == sorted([*range(10), 3, 3])

    @needs("queue")
    @covers("batches", "partial failure")
    def test_an_id_that_is_not_in_the_batch_fails_all_of_it(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "stranger": True} for n in range(4)])
        target.run()
        assert sorted(_handled(target, "take_batch")) == sorted([0, 1, 2, 3] * 2)

    @needs("queue", "queue.dead_letters")
    @covers("batches", "exception")
    def test_any_other_exception_fails_the_whole_batch(self, target: Target) -> None:
        queues.whole.send_all([{"n": n, "fails": n == 0} for n in range(4)])
        target.run()
        taken = [set(note["numbers"]) for note in notes(target, "take_whole")]
        dead = {letter.body["n"] for letter in queues.whole.dead_letters.peek()}
        for n in range(4):
            failed = sum({0, n} <= batch for batch in taken)
            assert sum(n in batch for batch in taken) == failed + (n not in dead)
            assert (failed == 3) == (n in dead)
        assert 0 in dead

    @needs("queue")
    @covers("batches", "crash")
    def test_a_batch_that_crashed_comes_again_and_no_other(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "crashes": 1 if n == 0 else 0} for n in range(12)])
        target.run()
        crashed = next(note["numbers"] for note in notes(target, "take_batch") if 0 in note["numbers"])
        assert sorted(_handled(target, "take_batch")) == sorted([*range(12), *crashed])
        assert queues.batches.dead_letters.peek() == []

    @needs("queue", "queue.dead_letters")
    @covers("batches", "poison message")
    def test_a_message_that_does_not_validate_is_taken_out_of_its_batch(self, target: Target) -> None:
        target.inject("batches", "[1]")
        queues.batches.send_all([{"n": n} for n in range(3)])
        target.run()
        assert sorted(_handled(target, "take_batch")) == [0, 1, 2]
        (letter,) = queues.batches.dead_letters.peek()
        assert (letter.body, letter.error.type) == ([1], "InvalidBody")


def _handled(target: Target, handler: str) -> list[int]:
    """The numbers of every message of every batch."""
    return [n for note in notes(target, handler) for n in note["numbers"]]
