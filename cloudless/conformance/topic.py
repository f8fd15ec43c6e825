"""Topics: fan-out, filters, and subscribers that do not hold up one another."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.conformance.apps import topics
from cloudless.conformance.body import NASTY
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, PayloadTooLarge

BODY_LIMIT = 196_608
"""192 KiB: the contract's number, and not the code's, which may be wrong."""
CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({"region": "eu"}, {"western", "beginning", "file_away"}),
    ({"region": "us"}, {"western"}),
    ({"region": "asia"}, {"elsewhere"}),
    ({"region": "europe"}, {"elsewhere", "beginning"}),
    ({}, set()),
    ({"size": 10}, set()),
    ({"region": "eu", "size": 10}, {"western", "beginning", "file_away", "both"}),
    ({"region": "eu", "size": 30}, {"western", "beginning", "file_away"}),
    ({"region": "us", "size": 20}, {"western"}),
    ({"urgent": True}, {"urgent"}),
    ({"urgent": False}, {"urgent"}),
    ({"region": "EU"}, {"elsewhere"}),
]
FILTERED = ("western", "elsewhere", "beginning", "urgent", "both", "file_away")


class TopicSuite(Suite):
    """What every topic does on every cloud."""

    entry = "cloudless.conformance.apps.topics:app"

    @needs("topic")
    @covers("topics")
    def test_every_subscriber_gets_every_message(self, target: Target) -> None:
        topics.events.publish_all([{"n": n} for n in range(5)])
        target.run()
        for handler in ("everything", "faulty", "once"):
            assert sorted(note["n"] for note in notes(target, handler)) == list(range(5))

    @needs("topic")
    @covers("topics", "nasty strings")
    def test_texts_of_any_characters_reach_every_subscriber(self, target: Target) -> None:
        topics.events.publish_all([{"n": text} for text in NASTY])
        target.run()
        for handler in ("everything", "faulty"):
            assert sorted(note["n"] for note in notes(target, handler)) == sorted(NASTY)

    @needs("topic")
    @covers("topics")
    def test_the_id_of_publish_is_the_one_that_subscribers_see(self, target: Target) -> None:
        id = topics.events.publish({"n": 1})
        target.run()
        assert [note["id"] for note in notes(target, "everything")] == [id]

    @needs("topic")
    @covers("topics", "exception")
    def test_a_failing_subscriber_does_not_make_others_run_again(self, target: Target) -> None:
        topics.events.publish({"n": 1, "do": ["raise", "raise", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "faulty")] == [1, 2, 3]
        assert [note["attempt"] for note in notes(target, "everything")] == [1]

    @needs("topic")
    @covers("topics", "crash")
    def test_a_crashing_subscriber_does_not_make_others_run_again(self, target: Target) -> None:
        topics.events.publish({"n": 1, "do": ["crash", "return"]})
        target.run()
        assert [note["attempt"] for note in notes(target, "faulty")] == [1, 2]
        assert [note["attempt"] for note in notes(target, "everything")] == [1]

    @needs("topic", "queue.dead_letters")
    @covers("topics", "poison message")
    def test_each_subscriber_has_dead_letters_of_its_own(self, target: Target) -> None:
        topics.events.publish({"n": 1, "do": ["raise"]})
        target.run()
        (letter,) = topics.faulty.dead_letters.peek()
        assert (letter.error.type, letter.error.attempt) == ("ConnectionError", 3)
        assert topics.everything.dead_letters.peek() == []

    @needs("topic", "queue.dead_letters")
    @covers("topics")
    def test_a_redriven_letter_comes_back_to_its_subscriber_only(self, target: Target) -> None:
        topics.events.publish({"n": 1, "do": ["reject", "return"]})
        target.run()
        assert topics.faulty.dead_letters.redrive() == 1
        target.run()
        assert [note["attempt"] for note in notes(target, "faulty")] == [1, 1]
        assert len(notes(target, "everything")) == 1

    @needs("topic", "topic.filter")
    @covers("topics", "filter")
    @pytest.mark.parametrize(("attributes", "expected"), CASES, ids=[str(attributes) for attributes, _ in CASES])
    def test_a_filter_lets_through_what_matches_and_needs_the_attribute(
        self, target: Target, attributes: dict[str, Any], expected: set[str]
    ) -> None:
        topics.events.publish({"n": 1, **attributes})
        target.run()
        assert {handler: len(notes(target, handler)) for handler in FILTERED} == {
            handler: int(handler in expected) for handler in FILTERED
        }

    @needs("topic")
    @covers("attributes")
    def test_declared_attributes_are_filled_from_the_body_and_others_can_be_given(self, target: Target) -> None:
        topics.events.publish({"n": 1, "region": "eu", "size": 3, "urgent": True}, attributes={"tenant": "é"})
        target.run()
        expected = {"region": "eu", "size": "3", "urgent": "true", "tenant": "é"}
        assert [note["attributes"] for note in notes(target, "everything")] == [expected]

    @needs("topic")
    @covers("attributes", "out of range")
    def test_a_field_that_is_no_attribute_is_refused(self, target: Target) -> None:
        with pytest.raises(InvalidArgument, match="attribute 'region' is filled from a field of type list"):
            topics.events.publish({"n": 1, "region": ["eu"]})
        target.run()
        assert target.journal() == []

    @needs("topic")
    @covers("attributes", "limit")
    def test_filled_and_given_attributes_are_counted_together(self, target: Target) -> None:
        body = {"n": 1, "region": "eu", "size": 3, "urgent": True}
        topics.events.publish(body, attributes={f"a{n}": "x" for n in range(4)})
        with pytest.raises(InvalidArgument, match="at most 7"):
            topics.events.publish(body, attributes={f"a{n}": "x" for n in range(5)})
        target.run()
        assert [len(note["attributes"]) for note in notes(target, "everything")] == [7]

    @needs("topic")
    @covers("topics")
    def test_a_forwarded_message_keeps_body_and_attributes(self, target: Target) -> None:
        topics.events.publish({"n": 1, "region": "eu"})
        target.run()
        assert notes(target, "file_away") == [{"n": 1, "attributes": {"region": "eu"}}]

    @needs("topic", "queue.once")
    @covers("once", "duplicate")
    def test_a_subscriber_handles_a_key_once(self, target: Target) -> None:
        topics.events.publish_all([{"n": 1}, {"n": 1}])
        target.run()
        assert (len(notes(target, "once")), len(notes(target, "everything"))) == (1, 2)

    @needs("topic")
    @covers("body", "size")
    def test_a_published_body_of_the_limit_is_taken_and_one_byte_more_is_refused(self, target: Target) -> None:
        text = "x" * (BODY_LIMIT - len('{"n":1,"x":""}'))
        topics.events.publish({"n": 1, "x": text})
        with pytest.raises(PayloadTooLarge, match="the limit is 196,608"):
            topics.events.publish({"n": 2, "x": text + "x"})
        target.run()
        assert [note["n"] for note in notes(target, "everything")] == [1]
