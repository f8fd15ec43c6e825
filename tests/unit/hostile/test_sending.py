"""What a step says is to be sent: it is a message that every cloud takes, or is refused."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from cloudless import App
from cloudless.codec import load
from cloudless.errors import CloudlessError, InvalidArgument
from cloudless.message import Envelope
from cloudless.sending import Sending
from tests.hostile.effort import hostile
from tests.hostile.text import values

app = App("shop")
orders = app.queue("orders", dict[str, Any], max_delay=timedelta(minutes=5))
steps = app.ordered_queue("steps", dict[str, Any])
placed = app.topic("placed", dict[str, Any], attributes=["region"])
SENDING = Sending(app.declared)
CAUSE = Envelope("a" * 32, "{}", trace="b" * 32, correlation="c")
USUAL = {"body": {"region": "eu"}, "delay_s": 0, "group": "", "attributes": {"kind": "x"}}
STEPS = {
    "queue:orders": {**USUAL, "delay_s": 300},
    "queue:steps": {**USUAL, "group": "customer-7"},
    "topic:placed": USUAL,
}


@pytest.mark.parametrize("target", STEPS)
def test_a_step_is_a_message_or_is_refused(target: str) -> None:
    @hostile
    @given(values(STEPS[target]))
    def check(payload: Any) -> None:
        given = {**USUAL, **payload} if isinstance(payload, dict) else USUAL
        try:
            message = SENDING.message(target, given, "7/1", CAUSE)
        except CloudlessError:
            return
        assert load(message.body) == given["body"]
        assert type(message.delay_s) in (int, float) and 0 <= message.delay_s <= 300
        assert isinstance(message.group, str)
        assert all(isinstance(one, str) for pair in message.attributes.items() for one in pair)

    check()


@pytest.mark.parametrize(
    "delay_s", [-1, 0.5, 301, 10**30, "5", "PT5S", None, True, [5], {"seconds": 5}, float("nan"), float("inf")], ids=str
)
def test_a_delay_is_whole_seconds_of_the_queues(delay_s: Any) -> None:
    with pytest.raises(InvalidArgument, match="give whole seconds from 0 to 300"):
        SENDING.message("queue:orders", {**USUAL, "delay_s": delay_s}, "7/1", CAUSE)


@pytest.mark.parametrize("target", ["queue:placed", "topic:orders", "topic:", "queue:", "orders", ""])
def test_a_step_goes_somewhere(target: str) -> None:
    with pytest.raises(InvalidArgument, match="the app has no such one"):
        SENDING.message(target, USUAL, "7/1", CAUSE)
