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
        assert sorted(n for note in taken for n in note["numbers"]) == list(range(25))
        assert all(1 <= len(note["numbers"]) <= 10 for note in taken)

    @needs("queue")
    @covers("batches", "partial failure")
    def test_a_failing_message_does_not_make_its_neighbours_run_again(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "fails": 1 if n % 5 == 0 else 0} for n in range(25)])
        target.run()
        handled = [n for note in notes(target, "take_batch") for n in note["numbers"]]
        assert sorted(handled) == sorted([*range(25), 0, 5, 10, 15, 20])

    @needs("queue", "queue.dead_letters")
    @covers("batches", "partial failure")
    def test_a_message_that_fails_in_every_batch_is_a_dead_letter_alone(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "fails": 9 if n == 3 else 0} for n in range(10)])
        target.run()
        (letter,) = queues.batches.dead_letters.peek()
        assert (letter.body["n"], letter.error.type, letter.error.attempt) == (3, "PartialFailure", 3)

    @needs("queue")
    @covers("batches", "partial failure")
    def test_an_id_that_is_not_in_the_batch_fails_all_of_it(self, target: Target) -> None:
        queues.batches.send_all([{"n": n, "stranger": True} for n in range(4)])
        target.run()
        handled = [n for note in notes(target, "take_batch") for n in note["numbers"]]
        assert sorted(handled) == sorted([0, 1, 2, 3] * 2)

    @needs("queue", "queue.dead_letters")
    @covers("batches", "exception")
    def test_any_other_exception_fails_the_whole_batch(self, target: Target) -> None:
        queues.whole.send_all([{"n": n, "fails": n == 0} for n in range(4)])
        target.run()
        taken = notes(target, "take_whole")
        shared = {n for note in taken if 0 in note["numbers"] for n in note["numbers"]}
        dead = {letter.body["n"] for letter in queues.whole.dead_letters.peek()}
        assert 0 in dead
        assert dead <= shared
        assert {n for note in taken for n in note["numbers"]} == set(range(4))

    @needs("queue", "queue.dead_letters")
    @covers("batches", "poison message")
    def test_a_message_that_does_not_validate_is_taken_out_of_its_batch(self, target: Target) -> None:
        target.inject("batches", "[1]")
        queues.batches.send_all([{"n": n} for n in range(3)])
        target.run()
        assert sorted(n for note in notes(target, "take_batch") for n in note["numbers"]) == [0, 1, 2]
        (letter,) = queues.batches.dead_letters.peek()
        assert letter.error.type == "InvalidBody"
