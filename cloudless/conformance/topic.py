"""Topics: fan-out, filters, and subscribers that do not hold up one another."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.codec import BODY_LIMIT
from cloudless.conformance.apps import topics
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, PayloadTooLarge

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
        assert {handler for handler in FILTERED if notes(target, handler)} == expected

    @needs("topic")
    @covers("attributes")
    def test_declared_attributes_are_filled_from_the_body_and_others_can_be_given(self, target: Target) -> None:
        topics.events.publish({"n": 1, "region": "eu", "size": 3, "urgent": True}, attributes={"tenant": "é"})
        target.run()
        expected = {"region": "eu", "size": "3", "urgent": "true", "tenant": "é"}
        assert notes(target, "everything")[0]["attributes"] == expected

    @needs("topic")
    @covers("attributes", "out of range")
    def test_a_field_that_is_no_attribute_is_refused(self, target: Target) -> None:
        with pytest.raises(InvalidArgument, match="attribute 'region' is filled from a field of type list"):
            topics.events.publish({"n": 1, "region": ["eu"]})

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
    def test_a_body_beyond_the_limit_is_refused(self, target: Target) -> None:
        with pytest.raises(PayloadTooLarge):
            topics.events.publish({"n": 1, "x": "x" * BODY_LIMIT})
        target.run()
        assert notes(target, "everything") == []
