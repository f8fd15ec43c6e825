"""What would be lost or changed on the wire is refused before it is sent; what was given up can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator

from cloudless import App, Message
from cloudless.codec import BODY_LIMIT, codec_of
from cloudless.errors import InvalidArgument, InvalidBody
from cloudless.message import Envelope, Failure, traceparent
from cloudless.outgoing import outgoing
from cloudless.system import pack_system, unpack
from cloudless.testing import simulate
from tests.unit.fake_cloud import FakeCloud

SYSTEM_LIMIT = 8 * 1024


class Aliased(BaseModel):
    id: str = Field(alias="orderId")


class OneWay(BaseModel):
    id: str = Field(validation_alias="orderId")


class Excluded(BaseModel):
    id: str = Field(exclude=True)


class Computed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int

    @computed_field
    def twice(self) -> int:
        return 2 * self.a


class Careless(BaseModel):
    a: int

    @field_validator("a")
    @classmethod
    def known(cls, value: int) -> int:
        return {1: 1}[value]


app = App("wire")
numbers = app.queue("numbers", int)
seen: list[Any] = []


@numbers.consumer
def take(number: int) -> None:
    seen.append(number)


@numbers.dead_letters.consumer
def look(letter: Message[Any]) -> None:
    seen.append(letter.body)


@pytest.mark.parametrize("kind", [Aliased, Aliased | None, list[Aliased]])
def test_a_field_with_an_alias_is_written_as_it_is_read(kind: Any) -> None:
    codec, order = codec_of(kind), Aliased(orderId="1")
    body = [order] if kind == list[Aliased] else order
    assert codec.decode(codec.encode(body)) == body
    assert "orderId" in codec.encode(body)


@pytest.mark.parametrize("kind", [OneWay, Excluded, Computed])
def test_a_model_that_cannot_read_what_it_writes_is_refused(kind: Any) -> None:
    with pytest.raises(InvalidArgument, match=kind.__name__):
        codec_of(kind)


@pytest.mark.parametrize("kind", [Careless, Careless | None])
def test_a_validator_that_raises_anything_makes_the_body_invalid(kind: Any) -> None:
    with pytest.raises(InvalidBody, match="KeyError: 2"):
        codec_of(kind).decode('{"a": 2}')


@pytest.mark.parametrize("body", [{1: "a"}, {"a": {None: 1}}, [{"a": ({2.5: 1},)}]])
def test_a_key_that_is_no_string_is_refused(body: Any) -> None:
    with pytest.raises(InvalidBody, match="JSON has only strings"):
        codec_of(None).encode(body)


def test_a_number_that_is_too_long_to_show_is_an_invalid_body() -> None:
    with pytest.raises(InvalidBody, match="expected str, got int"):
        codec_of(str).encode(10**5000)


@pytest.mark.parametrize("text", ["\0" * BODY_LIMIT, "\\" * BODY_LIMIT, "é" * BODY_LIMIT, "\U0001f600" * BODY_LIMIT])
def test_the_system_attribute_fits_whatever_an_error_says(text: str) -> None:
    wide = "\U0001f600" * 128
    packed = pack_system(Envelope("a" * 32, "1", group=wide, deduplication=wide, error=Failure("E", text, 1)))
    assert len(packed) <= SYSTEM_LIMIT
    assert json.loads(packed)["error"][1]


def test_the_type_of_a_strangers_error_is_cut() -> None:
    system = json.dumps({"error": ["E" * 20_000, "text", 1]})
    envelope = unpack("1", {}, system, native_id="x", native_attempt=1, sent_s=0)
    assert len(pack_system(envelope)) < SYSTEM_LIMIT


@pytest.mark.parametrize("system", [7, b"\xff", ["x"], True])
def test_a_system_attribute_of_another_type_is_as_if_absent(system: Any) -> None:
    assert unpack("1", {}, system, native_id="x", native_attempt=1, sent_s=0).id == "x"


@pytest.mark.parametrize("id", ["550e8400-e29b-41d4-a716-446655440000", "7", "é"])
def test_the_trace_of_a_foreign_message_is_one_that_w3c_allows_and_goes_on(id: str) -> None:
    foreign = unpack("1", {}, None, native_id=id, native_attempt=1, sent_s=0)
    version, trace, parent, flags = traceparent(foreign).split("-")
    assert (version, flags) == ("00", "01")
    assert [len(trace), len(parent)] == [32, 16]
    assert int(trace, 16) and int(parent, 16)
    assert outgoing((FakeCloud(), "take", foreign), "2").trace == trace


def test_a_consumer_of_dead_letters_gets_the_raw_text_of_what_is_no_json() -> None:
    with simulate(app) as cloud:
        cloud.cloud.channels["numbers"].put(Envelope("x", "no json"))
        cloud.run()
        assert seen.pop() == "no json"
