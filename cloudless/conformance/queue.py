"""Queues: delivery, failure, back-off, dead letters, bodies, attributes, once_by, batches, delays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from cloudless.codec import BODY_LIMIT, DELAYED_BODY_LIMIT
from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, InvalidBody, PayloadTooLarge

NASTY = [
    "",
    "a",
    '"quotes" and \\ backslashes',
    "tab\tnewline\nreturn\r",
    "\x00\x01\x1f control",
    "\x7f\x80\x9f",
    "\ufffe\uffff noncharacters",
    "\u2028\u2029 separators",
    "é ß 漢字 עברית",
    "🜁👩‍👩‍👧",
    '{"json": ["in", "json"]}',
    "<xml>&amp;</xml>",
    " leading and trailing ",
]


class QueueSuite(Suite):
    """What every queue does on every cloud."""

    entry = "cloudless.conformance.apps.queues:app"

    # --- delivery ---

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
        sent = [queues.jobs.send({"n": 1}), *queues.jobs.send_all([{"n": 2}, {"n": 3}])]
        target.run()
        assert {note["id"] for note in notes(target, "work")} == set(sent)
        assert len(set(sent)) == 3

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
        assert (len(notes(target, "work")), len(notes(target, "try_steadily"))) == (1, 1)

    @needs("queue")
    @covers("delivery", "foreign program")
    def test_a_message_of_a_program_that_does_not_know_us_is_handled(self, target: Target) -> None:
        target.inject("jobs", '{"n": 1}', {"region": "eu"})
        target.run()
        (note,) = notes(target, "work")
        assert (note["body"], note["attributes"], note["attempt"]) == ({"n": 1}, {"region": "eu"}, 1)
        assert note["id"]

    # --- failure ---

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
    @pytest.mark.parametrize("body", ["[1]", '"text"', "{", "", "NaN", '{"n": NaN}'])
    def test_a_body_that_does_not_validate_reaches_no_handler(self, target: Target, body: str) -> None:
        if body:
            target.inject("jobs", body)
        else:
            target.inject("jobs", " ")
        target.run()
        (letter,) = queues.jobs.dead_letters.peek()
        assert (letter.error.type, notes(target, "work")) == ("InvalidBody", [])

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
        target.run()
        done = {note["body"]["n"] for note in notes(target, "work")}
        assert done == set(range(5))
        assert len(queues.jobs.dead_letters.peek()) == 1

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

    @needs("queue")
    @covers("failure", "messages may be lost")
    def test_without_dead_letters_a_message_is_given_up_for_good(self, target: Target) -> None:
        queues.lossy.send({"do": ["raise"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "lose")] == [1, 2]

    @needs("queue", "queue.dead_letters")
    @covers("failure", "long error")
    def test_the_text_of_an_error_is_cut_at_two_kibibytes(self, target: Target) -> None:
        queues.single.send({"do": ["raise"], "text": "é" * 3_000})
        target.run()
        (letter,) = queues.single.dead_letters.peek()
        assert letter.error.text.startswith("é" * 1_000)

    # --- back-off ---

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
        for calls in (1, 2, 3, 4):
            assert len(notes(target, "try_steadily")) == calls - 1
            target.advance(timedelta(seconds=3, milliseconds=100) if calls > 1 else timedelta(0))
        assert len(notes(target, "try_steadily")) == 4

    @needs("queue", "queue.retry_after")
    @covers("back-off", "RetryAfter")
    def test_retry_after_chooses_the_wait_and_counts(self, target: Target) -> None:
        queues.jobs.send({"do": ["later", "return"]})
        target.advance(timedelta(seconds=29))
        assert len(notes(target, "work")) == 1
        target.advance(timedelta(seconds=2))
        assert [note["attempt"] for note in notes(target, "work")] == [1, 2]

    # --- dead letters ---

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_peek_leaves_dead_letters_where_they_are(self, target: Target) -> None:
        queues.single.send_all([{"n": n, "do": ["raise"]} for n in range(3)])
        target.run()
        assert {letter.body["n"] for letter in queues.single.dead_letters.peek()} == {0, 1, 2}
        assert {letter.body["n"] for letter in queues.single.dead_letters.peek()} == {0, 1, 2}
        assert len(queues.single.dead_letters.peek(limit=2)) <= 2

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
        assert {letter.body["n"] for letter in queues.single.dead_letters.peek(limit=100)} == set(range(5))

    @needs("queue", "queue.dead_letters")
    @covers("dead letters")
    def test_a_consumer_of_dead_letters_gets_them_with_their_error(self, target: Target) -> None:
        queues.mourned.send({"n": 1})
        target.run()
        (note,) = notes(target, "mourn")
        assert note == {"body": {"n": 1}, "error": "ConnectionError", "attempt": 1}

    @needs("queue", "queue.dead_letters")
    @covers("dead letters", "exception")
    def test_a_consumer_of_dead_letters_that_fails_gets_them_again(self, target: Target) -> None:
        queues.mourned.send({"do": ["raise", "value", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "mourn")] == [1, 2, 3]

    # --- bodies and attributes ---

    @needs("queue")
    @covers("body")
    def test_every_text_survives(self, target: Target) -> None:
        for text in NASTY:
            queues.texts.send(text)
        target.run()
        assert sorted(note["text"] for note in notes(target, "take_text")) == sorted(NASTY)

    @needs("queue")
    @covers("body")
    def test_numbers_and_nesting_survive(self, target: Target) -> None:
        body: dict[str, Any] = {
            "int": 2**60,
            "float": 0.1,
            "tiny": 5e-324,
            "deep": [[[{"a": [None, True, False]}]]],
            "": {},
        }
        queues.jobs.send(body)
        target.run()
        assert notes(target, "work")[0]["body"] == body

    @needs("queue")
    @covers("body", "lone surrogate")
    def test_a_lone_surrogate_is_refused_before_it_is_sent(self, target: Target) -> None:
        with pytest.raises(InvalidBody, match=r"lone surrogate U\+D800"):
            queues.texts.send("\ud800")
        target.run()
        assert notes(target, "take_text") == []

    @needs("queue")
    @covers("body")
    def test_models_dataclasses_and_typed_dicts_arrive_as_what_they_are(self, target: Target) -> None:
        at = datetime(2026, 5, 1, 12, 30, 1, 5, tzinfo=UTC)
        queues.models.send(queues.Model(name="é", ratio=0.5))
        queues.records.send(queues.Record(at, Decimal("1.10"), UUID(int=7), queues.Colour.RED))
        queues.entries.send({"numbers": [1, 2]})
        target.run()
        assert notes(target, "take_model") == [{"kind": "Model", "body": {"name": "é", "ratio": 0.5}}]
        (record,) = notes(target, "take_record")
        assert datetime.fromisoformat(record.pop("at")) == at
        assert record == {"kind": "Record", "price": "1.10", "id": str(UUID(int=7)), "colour": "RED"}
        assert notes(target, "take_entry") == [{"numbers": [1, 2]}]

    @needs("queue")
    @covers("body", "wrong payload")
    def test_a_body_of_the_wrong_type_is_refused_before_it_is_sent(self, target: Target) -> None:
        with pytest.raises(InvalidBody, match="expected Model"):
            queues.models.send({"name": "a dict"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        with pytest.raises(InvalidBody, match="cannot be written as JSON"):
            queues.jobs.send({"at": float("nan")})

    @needs("queue")
    @covers("body", "size")
    def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_refused(self, target: Target) -> None:
        text = "x" * (BODY_LIMIT - 2)
        queues.texts.send(text)
        with pytest.raises(PayloadTooLarge, match="the limit is 196,608"):
            queues.texts.send(text + "x")
        target.run()
        assert [len(note["text"]) for note in notes(target, "take_text")] == [BODY_LIMIT - 2]

    @needs("queue")
    @covers("body", "size")
    def test_the_limit_counts_bytes_and_not_characters(self, target: Target) -> None:
        queues.texts.send("é" * (BODY_LIMIT // 2 - 1))
        with pytest.raises(PayloadTooLarge):
            queues.texts.send("é" * (BODY_LIMIT // 2))
        target.run()
        assert len(notes(target, "take_text")) == 1

    @needs("queue")
    @covers("body", "size")
    def test_a_list_of_large_bodies_is_cut_into_requests_that_fit(self, target: Target) -> None:
        queues.texts.send_all([str(n) + "x" * 150_000 for n in range(12)])
        target.run()
        assert sorted(int(note["text"].rstrip("x")) for note in notes(target, "take_text")) == list(range(12))

    @needs("queue")
    @covers("attributes")
    def test_seven_attributes_of_any_text_survive(self, target: Target) -> None:
        attributes = {f"a_{n}": value for n, value in enumerate(["é", "🜁", " ", "x" * 256, '"', "a=b&c", "漢字"])}
        queues.jobs.send({"n": 1}, attributes=attributes)
        target.run()
        assert notes(target, "work")[0]["attributes"] == attributes

    @needs("queue")
    @covers("attributes", "limit")
    @pytest.mark.parametrize(
        ("attributes", "text"),
        [
            ({f"a{n}": "x" for n in range(8)}, "at most 7"),
            ({"a": "x" * 257}, "1 to 256"),
            ({"a": ""}, "1 to 256"),
            ({"1a": "x"}, "attribute name '1a'"),
            ({"a-b": "x"}, "attribute name 'a-b'"),
            ({"a" * 65: "x"}, "attribute name"),
            ({"googleish": "x"}, "attribute name 'googleish'"),
            ({"cloudless": "x"}, "attribute name 'cloudless'"),
            ({"a": "line\nbreak"}, "control character"),
            ({"a": "\ud800"}, "lone surrogate"),
        ],
    )
    def test_attributes_that_some_cloud_would_refuse_are_refused(
        self, target: Target, attributes: dict[str, str], text: str
    ) -> None:
        with pytest.raises(InvalidArgument, match=text):
            queues.jobs.send({"n": 1}, attributes=attributes)
        target.run()
        assert notes(target, "work") == []

    @needs("queue")
    @covers("attributes", "limit")
    def test_attributes_of_eight_kibibytes_together_are_refused_beyond(self, target: Target) -> None:
        wide = {f"a{n}": "漢" * 256 for n in range(7)}
        queues.jobs.send({"n": 1}, attributes=wide)
        target.run()
        assert notes(target, "work")[0]["attributes"] == wide

    # --- once ---

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
        assert (letter.error.type, notes(target, "handle_once")) == ("Reject", [])

    # --- batches ---

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

    # --- delay ---

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

    # --- tracing ---

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
        queues.jobs.send({"do": ["raise", "return"]})
        target.run()
        first, second = (_without_attempt(note) for note in notes(target, "work"))
        assert first == second

    @needs("queue")
    @covers("time-outs")
    def test_a_handler_knows_how_much_time_it_has(self, target: Target) -> None:
        queues.jobs.send({"n": 1})
        target.run()
        assert 0 < notes(target, "work")[0]["remaining"] <= 60


def _without_attempt(note: dict[str, Any]) -> dict[str, Any]:
    return {key: note[key] for key in ("id", "body", "correlation", "trace", "sent")}
