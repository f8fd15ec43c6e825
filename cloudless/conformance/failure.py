"""Failure and back-off: retries, crashes, poison messages, dead letters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes


class FailureCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue")
    @covers("failure", "exception")
    def test_a_failed_message_comes_again_as_the_next_attempt_with_the_same_id(self, target: Target) -> None:
        id = queues.jobs.send({"do": ["raise", "raise", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2, 3]
        assert {note["id"] for note in notes(target, "work")} == {id}
        assert queues.jobs.dead_letters.peek() == []

    @needs("queue", "queue.dead_letters")
    @covers("failure", "exception")
    def test_the_last_failure_makes_a_dead_letter_with_its_error(self, target: Target) -> None:
        id = queues.jobs.send({"do": ["raise"], "text": "no answer"}, attributes={"region": "eu"})
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2, 3]
        assert (letter.error.type, letter.error.text, letter.error.attempt) == ("ConnectionError", "no answer", 3)
        assert (letter.id, letter.attributes) == (id, {"region": "eu"})
        assert letter.body == {"do": ["raise"], "text": "no answer"}

    @needs("queue")
    @covers("who retries", "exception")
    def test_message_and_context_tell_the_same_attempt(self, target: Target) -> None:
        queues.jobs.send({"do": ["raise", "raise", "return"]})
        target.run()
        assert [(note["attempt"], note["counted"]) for note in notes(target, "work")] == [(1, 1), (2, 2), (3, 3)]

    @needs("queue", "queue.dead_letters")
    @covers("failure", "exception")
    def test_one_attempt_means_one_call(self, target: Target) -> None:
        queues.single.send({"do": ["raise"]})
        target.run()
        (letter,) = queues.single.dead_letters.peek()
        assert (len(notes(target, "try_once")), letter.error.attempt) == (1, 1)

    @needs("queue", "queue.dead_letters")
    @covers("failure", "exception")
    def test_an_error_that_is_not_worth_another_try_is_a_dead_letter_at_once(self, target: Target) -> None:
        queues.narrow.send({"do": ["raise", "value"]})
        target.run()
        (letter,) = queues.narrow.dead_letters.peek()
        assert [note["attempt"] for note in notes(target, "try_narrowly")] == [1, 2]
        assert (letter.error.type, letter.error.attempt) == ("ValueError", 2)

    @needs("queue", "queue.dead_letters")
    @covers("failure", "reject")
    def test_a_rejected_message_is_a_dead_letter_at_once(self, target: Target) -> None:
        queues.jobs.send({"do": ["reject"]})
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert (letter.error.type, letter.error.text, letter.error.attempt) == ("Reject", "never", 1)
        assert len(notes(target, "work")) == 1

    @needs("queue", "queue.dead_letters")
    @covers("failure", "poison message")
    @pytest.mark.parametrize("body", ["[1]", '"text"', "{", " ", "NaN", '{"n": NaN}'])
    def test_a_body_that_does_not_validate_is_a_dead_letter_at_once(self, target: Target, body: str) -> None:
        target.inject("jobs", body)
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert (letter.error.type, letter.error.attempt, notes(target, "work")) == ("InvalidBody", 1, [])

    @needs("queue", "queue.dead_letters")
    @covers("failure", "poison message")
    def test_a_body_that_is_no_json_is_kept_as_its_text(self, target: Target) -> None:
        target.inject("jobs", '{"half": ')
        target.run()
        assert [letter.body for letter in queues.jobs.dead_letters.peek()] == ['{"half": ']

    @needs("queue", "queue.dead_letters")
    @covers("failure", "poison message")
    def test_a_body_of_another_shape_is_named_in_the_dead_letter(self, target: Target) -> None:
        target.inject("models", '{"title": "no name"}')
        target.run()
        (letter,) = queues.models.dead_letters.peek()
        assert letter.error.type == "InvalidBody"
        assert "Model" in letter.error.text
        assert letter.body == {"title": "no name"}

    @needs("queue", "queue.dead_letters")
    @covers("failure", "poison message")
    def test_a_poison_message_does_not_hold_up_the_others(self, target: Target) -> None:
        queues.jobs.send({"n": 0, "do": ["raise"]})
        queues.jobs.send_all([{"n": n} for n in range(1, 5)])
        target.advance(timedelta(seconds=1))
        assert sorted(note["body"]["n"] for note in notes(target, "work")) == [0, 1, 2, 3, 4]
        target.run()
        assert [letter.body["n"] for letter in queues.jobs.dead_letters.peek()] == [0]
        assert sorted(note["body"]["n"] for note in notes(target, "work")) == [0, 0, 0, 1, 2, 3, 4]

    @needs("queue")
    @covers("failure", "crash")
    def test_a_message_whose_handler_crashed_comes_again(self, target: Target) -> None:
        queues.jobs.send({"do": ["crash", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2]
        assert queues.jobs.dead_letters.peek() == []

    @needs("queue", "queue.dead_letters")
    @covers("failure", "crash")
    def test_a_message_that_crashes_every_time_is_a_dead_letter_that_says_so(self, target: Target) -> None:
        queues.jobs.send({"do": ["crash"]})
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)
        assert len(notes(target, "work")) == 3

    @needs("queue", "queue.dead_letters")
    @covers("failure", "crash")
    def test_crashes_and_exceptions_are_counted_together(self, target: Target) -> None:
        queues.jobs.send({"do": ["raise", "crash", "raise"]})
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert (letter.error.type, letter.error.attempt) == ("ConnectionError", 3)
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2, 3]

    @needs("queue")
    @covers("failure", "messages may be lost")
    def test_without_dead_letters_a_message_is_given_up_for_good(self, target: Target) -> None:
        queues.lossy.send({"do": ["raise"]})
        target.run()
        target.advance(timedelta(hours=1))
        assert [note["attempt"] for note in notes(target, "lose")] == [1, 2]

    @needs("queue", "queue.dead_letters")
    @covers("failure", "long error")
    def test_the_text_of_an_error_is_cut_at_two_kibibytes(self, target: Target) -> None:
        queues.single.send({"do": ["raise"], "text": "e" * 3_000})
        target.run()
        (letter,) = queues.single.dead_letters.peek()
        assert letter.error.text == "e" * 2_048

    @needs("queue", "queue.dead_letters")
    @covers("failure", "long error")
    def test_the_text_of_an_error_beyond_ascii_is_cut_as_its_escapes_are_long(self, target: Target) -> None:
        queues.single.send({"do": ["raise"], "text": "é" * 3_000})
        target.run()
        (letter,) = queues.single.dead_letters.peek()
        assert letter.error.text == "é" * 682, "as many as have 4 KiB as escapes"

    @needs("queue")
    @covers("back-off", "exception")
    def test_a_retry_does_not_come_at_once(self, target: Target) -> None:
        queues.steady.send({"do": ["raise", "return"]})
        target.advance(timedelta(0))
        assert len(notes(target, "try_steadily")) == 1
        target.run()
        assert [note["attempt"] for note in notes(target, "try_steadily")] == [1, 2]

    @needs("queue")
    @covers("back-off", "exception")
    def test_waits_are_delay_times_factor(self, target: Target) -> None:
        queues.jobs.send({"do": ["raise"]})
        target.advance(timedelta(seconds=1, milliseconds=900))
        assert len(notes(target, "work")) == 1
        target.advance(timedelta(seconds=1))
        assert len(notes(target, "work")) == 2
        target.advance(timedelta(seconds=2))
        assert len(notes(target, "work")) == 2
        target.advance(timedelta(seconds=3))
        assert len(notes(target, "work")) == 3

    @needs("queue")
    @covers("back-off", "exception")
    def test_a_factor_of_one_keeps_the_wait(self, target: Target) -> None:
        queues.steady.send({"do": ["raise"]})
        for calls in (1, 2, 3):
            target.advance(timedelta(seconds=2, milliseconds=500))
            assert len(notes(target, "try_steadily")) == calls
            target.advance(timedelta(milliseconds=600))
            assert len(notes(target, "try_steadily")) == calls + 1

    @needs("queue", "queue.retry_after")
    @covers("back-off", "RetryAfter")
    def test_retry_after_chooses_the_wait_and_counts(self, target: Target) -> None:
        queues.jobs.send({"do": ["later", "return"]})
        target.advance(timedelta(seconds=29))
        assert len(notes(target, "work")) == 1
        target.advance(timedelta(seconds=2))
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2]

    @needs("queue", "queue.dead_letters")
    @covers("back-off", "RetryAfter")
    def test_the_last_retry_after_makes_a_dead_letter(self, target: Target) -> None:
        queues.jobs.send({"do": ["later"]})
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2, 3]
        assert (letter.error.type, letter.error.attempt) == ("RetryAfter", 3)
