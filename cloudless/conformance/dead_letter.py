"""Dead letters: peek, redrive, and their consumer."""

from __future__ import annotations

import pytest

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument


class DeadLetterCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_peek_leaves_dead_letters_where_they_are(self, target: Target) -> None:
        queues.single.send_all([{"n": n, "do": ["raise"]} for n in range(3)])
        target.run()
        for _ in range(2):
            assert sorted(letter.body["n"] for letter in queues.single.dead_letters.peek()) == [0, 1, 2]
        assert 1 <= len(queues.single.dead_letters.peek(limit=2)) <= 2
        assert sorted(letter.body["n"] for letter in queues.single.dead_letters.peek()) == [0, 1, 2]
        assert len(notes(target, "try_once")) == 3

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_a_redriven_message_is_a_new_first_attempt_with_its_own_id(self, target: Target) -> None:
        id = queues.jobs.send({"do": ["raise", "raise", "raise"]}, attributes={"region": "eu"})
        target.run()
        assert queues.jobs.dead_letters.redrive() == 1
        target.run()
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2, 3, 1, 2, 3]
        assert {note["id"] for note in notes(target, "work")} == {id}
        assert {note["attributes"]["region"] for note in notes(target, "work")} == {"eu"}
        assert len(queues.jobs.dead_letters.peek()) == 1

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_redrive_moves_at_most_its_limit_and_loses_none(self, target: Target) -> None:
        queues.single.send_all([{"n": n, "do": ["reject"]} for n in range(5)])
        target.run()
        moved = queues.single.dead_letters.redrive(limit=2)
        assert 1 <= moved <= 2
        target.run()
        assert len(notes(target, "try_once")) == 5 + moved
        assert sorted(letter.body["n"] for letter in queues.single.dead_letters.peek(limit=100)) == [0, 1, 2, 3, 4]

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_redrive_moves_many_each_once(self, target: Target) -> None:
        queues.single.send_all([{"n": n, "do": ["reject"]} for n in range(45)])
        target.run()
        assert queues.single.dead_letters.redrive() == 45
        assert queues.single.dead_letters.peek() == []
        target.run()
        assert len(notes(target, "try_once")) == 90
        assert sorted(letter.body["n"] for letter in queues.single.dead_letters.peek(limit=1_000)) == list(range(45))

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_redrive_takes_letters_away_and_moves_none_where_there_are_none(self, target: Target) -> None:
        queues.jobs.send({"do": ["reject"]})
        target.run()
        assert queues.jobs.dead_letters.redrive() == 1
        assert queues.jobs.dead_letters.peek() == []
        assert queues.jobs.dead_letters.redrive() == 0
        target.run()
        assert len(notes(target, "work")) == 2
        assert len(queues.jobs.dead_letters.peek()) == 1

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_a_consumer_of_dead_letters_gets_them_with_their_error(self, target: Target) -> None:
        queues.mourned.send({"n": 1})
        target.run()
        (note,) = notes(target, "mourn")
        assert note == {"body": {"n": 1}, "error": "ConnectionError", "attempt": 1}

    @needs("queue", "queue.dead_letters", "queue.consumed_letters")
    @covers("dead letters")
    def test_dead_letters_that_a_handler_has_consumed_are_not_there_any_more(self, target: Target) -> None:
        queues.mourned.send({"n": 1})
        target.run()
        assert queues.mourned.dead_letters.peek() == []
        assert queues.mourned.dead_letters.redrive() == 0

    @needs("queue", "queue.dead_letters")
    @covers("dead letters", "exception")
    def test_a_consumer_of_dead_letters_that_fails_gets_them_again(self, target: Target) -> None:
        queues.mourned.send({"do": ["raise", "value", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "mourn")] == [1, 2, 3]
        assert {note["error"] for note in notes(target, "mourn")} == {"ConnectionError"}

    @needs("queue", "queue.dead_letters")
    @covers("dead letters", "crash")
    def test_a_consumer_of_dead_letters_that_crashes_gets_them_again(self, target: Target) -> None:
        queues.mourned.send({"do": ["crash", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "mourn")] == [1, 2]
        assert {note["error"] for note in notes(target, "mourn")} == {"ConnectionError"}

    @needs("queue", "queue.dead_letters")
    @covers("dead letters", "out of range")
    @pytest.mark.parametrize("limit", [0, 1_001])
    def test_a_limit_out_of_range_is_refused(self, target: Target, limit: int) -> None:
        with pytest.raises(InvalidArgument, match="1 to 1,000"):
            queues.jobs.dead_letters.peek(limit=limit)
        with pytest.raises(InvalidArgument, match="1 to 1,000"):
            queues.jobs.dead_letters.redrive(limit=limit)
