"""Bodies and attributes: every text, every type, every limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from cloudless.conformance.apps import queues
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, InvalidBody, PayloadTooLarge

BODY_LIMIT = 196_608
"""192 KiB: the contract's number, and not the code's, which may be wrong."""
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


class BodyCases(Suite):
    """Part of QueueSuite."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue")
    @covers("body", "nasty strings")
    def test_every_text_survives(self, target: Target) -> None:
        for text in NASTY:
            queues.texts.send(text)
        target.run()
        assert sorted(note["text"] for note in notes(target, "take_text")) == sorted(NASTY)

    @needs("queue")
    @covers("body")
    def test_numbers_and_nesting_survive(self, target: Target) -> None:
        body: dict[str, Any] = {
            "int": 2**60 + 1,
            "float": 0.1,
            "whole": 1.0,
            "tiny": 5e-324,
            "deep": [[[{"a": [None, True, False, 0, ""]}]]],
            "": {},
        }
        queues.jobs.send(body)
        target.run()
        (note,) = notes(target, "work")
        assert json.dumps(note["body"]) == json.dumps(body)  # to Python, 1.0, 1 and True are equal

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
        assert record == {
            "kind": "Record",
            "price": "Decimal('1.10')",
            "id": "UUID('00000000-0000-0000-0000-000000000007')",
            "colour": "<Colour.RED: 'red'>",
        }
        assert notes(target, "take_entry") == [{"numbers": [1, 2]}]

    @needs("queue")
    @covers("body", "wrong payload")
    def test_a_body_of_the_wrong_type_is_refused_before_it_is_sent(self, target: Target) -> None:
        with pytest.raises(InvalidBody, match="expected Model"):
            queues.models.send({"name": "a dict"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        with pytest.raises(InvalidBody, match="cannot be written as JSON"):
            queues.jobs.send({"at": float("nan")})
        with pytest.raises(InvalidBody, match="cannot be written as JSON"):
            queues.jobs.send_all([{"n": 1}, {"at": float("inf")}])
        target.run()
        assert notes(target, "take_model") == notes(target, "work") == []

    @needs("queue")
    @covers("body", "size")
    def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_refused(self, target: Target) -> None:
        text = "x" * (BODY_LIMIT - 2)
        queues.texts.send(text)
        with pytest.raises(PayloadTooLarge, match="the limit is 196,608"):
            queues.texts.send(text + "x")
        target.run()
        assert [note["text"] == text for note in notes(target, "take_text")] == [True]

    @needs("queue")
    @covers("body", "size")
    def test_the_limit_counts_bytes_and_not_characters(self, target: Target) -> None:
        text = "é" * (BODY_LIMIT // 2 - 1)
        queues.texts.send(text)
        with pytest.raises(PayloadTooLarge, match=r"196,609 bytes.*the limit is 196,608"):
            queues.texts.send(text + "x")
        target.run()
        assert [note["text"] == text for note in notes(target, "take_text")] == [True]

    @needs("queue")
    @covers("body", "size")
    def test_a_list_of_bodies_that_no_request_could_hold_arrives_whole(self, target: Target) -> None:
        texts = [str(n) + "x" * 150_000 for n in range(12)]
        queues.texts.send_all(texts)
        target.run()
        assert {note["text"] for note in notes(target, "take_text")} == set(texts)
        assert len(notes(target, "take_text")) == 12

    @needs("queue")
    @covers("body", "size")
    def test_of_a_list_with_one_body_beyond_the_limit_none_is_sent(self, target: Target) -> None:
        with pytest.raises(PayloadTooLarge):
            queues.texts.send_all(["fits", "x" * BODY_LIMIT])
        target.run()
        assert notes(target, "take_text") == []

    @needs("queue")
    @covers("attributes", "nasty strings")
    def test_seven_attributes_of_any_text_survive(self, target: Target) -> None:
        attributes = {f"a_{n}": value for n, value in enumerate(["é", "🜁", " ", "x" * 256, '"', "a=b&c", "漢字"])}
        queues.jobs.send({"n": 1}, attributes=attributes)
        target.run()
        assert [note["attributes"] for note in notes(target, "work")] == [attributes]

    @needs("queue")
    @covers("attributes", "limit")
    @pytest.mark.parametrize(
        ("attributes", "text"),
        [
            ({f"a{n}": "x" for n in range(8)}, "at most 7"),
            ({"a": "x" * 257}, "1 to 256"),
            ({"a": "🜁" * 257}, "1 to 256"),
            ({"a": ""}, "1 to 256"),
            ({"1a": "x"}, "attribute name '1a'"),
            ({"a-b": "x"}, "attribute name 'a-b'"),
            ({"a" * 65: "x"}, "attribute name"),
            ({"": "x"}, "attribute name ''"),
            ({"googleish": "x"}, "attribute name 'googleish'"),
            ({"cloudless": "x"}, "attribute name 'cloudless'"),
            ({"a": "line\nbreak"}, "control character"),
            ({"a": "\ud800"}, "lone surrogate"),
        ],
    )
    def test_attributes_that_some_cloud_would_refuse_are_refused_before_anything_is_stored(
        self, target: Target, attributes: dict[str, str], text: str
    ) -> None:
        with pytest.raises(InvalidArgument, match=text):
            queues.jobs.send({"n": 1}, attributes=attributes)
        target.run()
        assert notes(target, "work") == []

    @needs("queue")
    @covers("attributes", "limit")
    def test_the_largest_attributes_arrive_unchanged(self, target: Target) -> None:
        """Seven of 64 + 256 × 4 bytes: the 8 KiB that the contract allows together are out of reach by a message."""
        widest = {f"{'a' * 63}{n}": chr(0x1F701 + n) * 256 for n in range(7)}
        queues.jobs.send({"n": 1}, attributes=widest)
        target.run()
        assert [note["attributes"] for note in notes(target, "work")] == [widest]
