"""once_by: a key is handled once."""

from __future__ import annotations

from datetime import timedelta

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes


class OnceCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue", "queue.once")
    @covers("once", "duplicate")
    def test_a_key_is_handled_once(self, target: Target) -> None:
        queues.keyed.send_all([{"order": {"id": "1"}}, {"order": {"id": "1"}}, {"order": {"id": "2"}}])
        target.run()
        assert sorted(note["key"] for note in notes(target, "handle_once")) == ["1", "2"]
        assert queues.keyed.dead_letters.peek() == []

    @needs("queue", "queue.once")
    @covers("once", "exception")
    def test_a_key_whose_handler_failed_is_tried_again(self, target: Target) -> None:
        queues.keyed.send({"order": {"id": "1"}, "do": ["raise", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "handle_once")] == [1, 2]
        queues.keyed.send({"order": {"id": "1"}})
        target.run()
        assert len(notes(target, "handle_once")) == 2

    @needs("queue", "queue.once", "queue.retry_after")
    @covers("once", "crash")
    def test_a_key_whose_handler_crashed_is_tried_again(self, target: Target) -> None:
        queues.keyed.send({"order": {"id": "1"}, "do": ["crash", "return"]})
        target.run()
        assert len(notes(target, "handle_once")) == 2
        assert queues.keyed.dead_letters.peek() == []
        queues.keyed.send({"order": {"id": "1"}})
        target.run()
        assert len(notes(target, "handle_once")) == 2

    @needs("queue", "queue.once", "queue.dead_letters")
    @covers("once", "exception")
    def test_a_dead_letter_leaves_its_key_free_and_can_be_redriven(self, target: Target) -> None:
        queues.keyed.send({"order": {"id": "1"}, "do": ["reject", "return"]})
        target.run()
        assert queues.keyed.dead_letters.redrive() == 1
        target.run()
        assert len(notes(target, "handle_once")) == 2
        queues.keyed.send({"order": {"id": "1"}})
        target.run()
        assert len(notes(target, "handle_once")) == 3

    @needs("queue", "queue.once")
    @covers("once")
    def test_a_key_is_remembered_for_a_day_and_no_longer(self, target: Target) -> None:
        queues.keyed.send({"order": {"id": "1"}})
        target.advance(timedelta(hours=23))
        queues.keyed.send({"order": {"id": "1"}})
        target.run()
        assert len(notes(target, "handle_once")) == 1
        target.advance(timedelta(hours=2))
        queues.keyed.send({"order": {"id": "1"}})
        target.run()
        assert len(notes(target, "handle_once")) == 2

    @needs("queue", "queue.once", "queue.dead_letters")
    @covers("once", "poison message")
    def test_a_body_without_the_key_is_a_dead_letter(self, target: Target) -> None:
        queues.keyed.send({"order": {"name": "no id"}})
        target.run()
        (letter,) = queues.keyed.dead_letters.peek()
        assert (letter.error.type, letter.error.attempt, notes(target, "handle_once")) == ("Reject", 1, [])
        assert "order.id" in letter.error.text

    @needs("queue", "queue.once")
    @covers("once", "nasty strings")
    def test_keys_of_any_text_are_told_apart(self, target: Target) -> None:
        keys = ["a/b", "a", "A", "é", "e\u0301", "🜁", " ", "a ", '"', "\n", "..", "x" * 200]
        for key in (*keys, *keys):
            queues.keyed.send({"order": {"id": key}})
        target.run()
        assert sorted(note["key"] for note in notes(target, "handle_once")) == sorted(keys)
