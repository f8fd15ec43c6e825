"""Envelopes and what handlers see of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cloudless import App, Message
from cloudless.message import Context, DeadLetter, Envelope, Failure, traceparent
from cloudless.testing import simulate

FAILURE = Failure("ValueError", "no", 3)
LETTER = Envelope("a" * 32, "1", {"k": "v"}, 5, "g", 10.5, "b" * 32, "c", 2, FAILURE, "d")


def kept(envelope: Envelope) -> tuple[object, ...]:
    """What no redelivery changes."""
    names = ("id", "body", "attributes", "group", "sent_s", "trace", "correlation", "deduplication")
    return tuple(getattr(envelope, name) for name in names)


def test_another_delivery_is_the_same_message_and_a_dead_letter_keeps_its_error() -> None:
    again = LETTER.again(3, delay_s=7)
    assert kept(again) == kept(LETTER)
    assert (again.attempt, again.delay_s, again.error) == (3, 7, FAILURE)


def test_a_new_failure_takes_the_place_of_the_old_one() -> None:
    other = Failure("KeyError", "k", 1)
    assert LETTER.again(1, error=other).error is other


def test_a_letter_that_begins_anew_has_no_error_and_no_attempts() -> None:
    anew = LETTER.anew()
    assert kept(anew) == kept(LETTER)
    assert (anew.attempt, anew.delay_s, anew.error) == (1, 0, None)


def test_a_handler_of_dead_letters_sees_the_error_at_every_attempt() -> None:
    app = App("shop")
    orders = app.queue("orders", str)
    seen: list[tuple[int, str]] = []

    @orders.consumer
    def take(order: str) -> None: ...

    @orders.dead_letters.consumer
    def tell(letter: Message[Any]) -> None:
        seen.append((letter.attempt, letter.error.type if letter.error else ""))
        if letter.attempt < 3:
            raise ConnectionError("no mail server")

    with simulate(app) as cloud:
        cloud.fail(take, ValueError("no"))
        orders.send("a")
        cloud.run()
    assert seen == [(1, "ValueError"), (2, "ValueError"), (3, "ValueError")]


def test_a_message_shows_what_travels() -> None:
    message = Message(1, LETTER)
    assert (message.id, message.attempt, message.group, message.correlation_id) == ("a" * 32, 2, "g", "c")
    assert message.sent_at == datetime(1970, 1, 1, 0, 0, 10, 500_000, tzinfo=UTC)
    message.attributes["k"] = "changed"
    assert message.attributes == {"k": "v"}


def test_a_letter_without_an_error_was_moved_by_the_cloud() -> None:
    letter = DeadLetter("x", LETTER.anew())
    assert (letter.error.type, letter.error.attempt) == ("Unknown", 0)


def test_a_context_counts_down_to_its_time_out_and_not_below() -> None:
    now = [100.0]
    context = Context("take", "r", LETTER, 130.0, lambda: now[0])
    assert (context.remaining_s, context.attempt, context.correlation_id) == (30, 2, "c")
    now[0] = 200.0
    assert context.remaining_s == 0
    assert context.traceparent == traceparent(LETTER) == f"00-{'b' * 32}-{'a' * 16}-01"
    assert context.logger.extra == {
        "handler": "take", "request_id": "r", "correlation_id": "c", "traceparent": context.traceparent,
    }  # fmt: skip
