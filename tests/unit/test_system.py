"""The system attribute: what we write comes back, and what strangers write is survived."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.errors import InvalidArgument
from cloudless.message import Envelope, Failure, utc
from cloudless.system import cut, opened, pack_system, packed, unpack


def read(system: str | None) -> Envelope:
    return unpack("1", {}, system, native_id="native", native_attempt=1, sent_s=5.0)


def facts_of(envelope: Envelope) -> dict[str, object]:
    facts = {name: getattr(envelope, name) for name in ("id", "attempt", "sent_s", "trace", "correlation", "group")}
    error = envelope.error
    return {**facts, "dedup": envelope.deduplication, "error": error and [error.type, error.text, error.attempt]}


WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=128)
ENVELOPES = st.builds(
    Envelope,
    id=WORDS,
    body=st.just("1"),
    sent_s=st.floats(0, 4e9),
    trace=st.sampled_from(["", "a" * 32]),
    correlation=WORDS,
    attempt=st.integers(1, 99),
    group=WORDS,
    deduplication=WORDS,
    error=st.none() | st.builds(Failure, WORDS, WORDS, st.integers(1, 99)),
)


@given(ENVELOPES)
def test_what_is_packed_is_unpacked(envelope: Envelope) -> None:
    system = pack_system(envelope)
    assert system.isascii()
    assert len(system) <= 8 * 1024
    assert facts_of(read(system)) == facts_of(envelope)


def test_the_clouds_count_goes_on_from_ours() -> None:
    system = pack_system(Envelope("a", "1", attempt=3))
    assert unpack("1", {}, system, native_id="n", native_attempt=2, sent_s=0).attempt == 4


def test_a_foreign_message_has_the_clouds_own_facts() -> None:
    envelope = unpack("1", {"a": "b"}, None, native_id="native", native_attempt=2, sent_s=5.0, group="g")
    assert (envelope.id, envelope.attempt, envelope.sent_s, envelope.group) == ("native", 2, 5.0, "g")
    assert (envelope.trace, envelope.correlation, envelope.error) == ("", "", None)


KEYS = st.sampled_from(
    ["id", "attempt", "sent", "traceparent", "correlation", "group", "deduplication", "error", "other"]
)
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def assert_is_sound(envelope: Envelope) -> None:
    """Every part of the envelope is of its type, and can be used as the runtime does."""
    for text in (envelope.id, envelope.group, envelope.trace, envelope.correlation, envelope.deduplication):
        assert isinstance(text, str)
        text.encode()
    assert type(envelope.attempt) is int and envelope.attempt >= 1
    utc(envelope.sent_s)
    if envelope.error is not None:
        assert isinstance(envelope.error.type, str) and isinstance(envelope.error.text, str)
        assert type(envelope.error.attempt) is int
    pack_system(envelope.again(envelope.attempt + 1))


@given(st.dictionaries(KEYS, GARBAGE).map(json.dumps) | st.text() | GARBAGE.map(json.dumps))
def test_whatever_a_stranger_writes_into_our_attribute_is_survived(system: str) -> None:
    assert_is_sound(read(system))


@pytest.mark.parametrize(
    "system",
    [
        "[" * 100_000,
        '{"id":"\\ud800"}',
        '{"attempt":1' + "0" * 4_000 + "}",
        '{"attempt":1' + "0" * 5_000 + "}",
        '{"attempt":-1}',
        '{"attempt":true}',
        '{"sent":1e400}',
        '{"sent":NaN}',
        '{"sent":253402300800}',
        '{"traceparent":"00-xyz-1-01"}',
        '{"error":["ValueError"]}',
        '{"error":{"type":"a","text":"b","attempt":1}}',
        '{"error":["a","b","c"]}',
    ],
)
def test_known_nastiness_is_survived(system: str) -> None:
    envelope = read(system)
    assert_is_sound(envelope)
    assert envelope.attempt == 1
    assert envelope.sent_s == 5.0


@pytest.mark.parametrize("size", [0, 10, 2_048, 5_000])
def test_an_error_text_is_cut_to_whole_characters(size: int) -> None:
    for text in ("x" * size, "ü" * size, "\U0001f600" * size, "\ud800" * size):
        assert len(cut(text).encode()) <= 2_048
        assert len(json.dumps(cut(text))) - 2 <= 4_096
        assert cut(cut(text)) == cut(text)


@pytest.mark.parametrize(("char", "kept"), [("x", 2_048), ("é", 682), ("漢", 682), ("\U0001f600", 341), ("\0", 682)])
def test_as_much_of_an_error_text_is_kept_as_travels(char: str, kept: int) -> None:
    assert cut(char * 5_000) == char * kept


@given(ENVELOPES)
def test_a_message_within_a_call_is_the_one_that_was_packed(envelope: Envelope) -> None:
    received = opened(json.loads(json.dumps(packed(envelope))))
    assert (received.body, facts_of(received)) == (envelope.body, facts_of(envelope))


@pytest.mark.parametrize("message", [None, "x", [], {}, {"system": "{}"}, {"system": "{}", "body": 1}])
def test_what_is_no_packed_message_is_refused(message: object) -> None:
    with pytest.raises(InvalidArgument, match='"system": text, "body": text'):
        opened(message)
