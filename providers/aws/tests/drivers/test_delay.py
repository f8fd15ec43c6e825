"""Delays of more than 15 minutes: one-off schedules, each for one message, in the model of EventBridge Scheduler."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.errors import NotFound
from cloudless_aws.wire import envelope_of_message
from providers.aws.tests.drivers.envelopes import NASTY, envelope
from providers.aws.tests.drivers.place import REGION, START_S, Place

GROUP, ROLE = "shop-prod-orders", "shop-prod--delay-orders-eu-central-1"
DAY_S = 86_400


@pytest.fixture
def queues(place: Place) -> Any:
    place.scheduler.create_schedule_group(Name=GROUP)
    place.client("sqs").create_queue(QueueName="shop-prod-orders")
    return place.cloud(queues={"orders": "shop-prod-orders"}, delays={"orders": {"group": GROUP, "role": ROLE}}).queues


def test_a_message_is_scheduled_for_its_time_and_not_before(place: Place, queues: Any) -> None:
    place.now_s = START_S + 0.25
    assert queues.send("orders", [envelope(7, delay_s=DAY_S)]) == []
    [asked] = place.made("scheduler", "CreateSchedule")
    assert asked["ScheduleExpression"] == "at(2026-01-03T12:00:01)"
    assert (asked["GroupName"], asked["Name"], asked["ActionAfterCompletion"]) == (GROUP, f"{7:032x}", "DELETE")
    assert asked["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert asked["Target"]["RoleArn"] == f"arn:aws:iam::{place.account}:role/{ROLE}"
    assert place.scheduler.take() is None
    place.now_s = START_S + DAY_S + 1
    due = place.scheduler.take()
    assert due is not None
    assert due.send.queue == "shop-prod-orders"
    assert place.scheduler.take() is None


@pytest.mark.parametrize("body", [NASTY, '"<aws.scheduler.scheduled-time>"', json.dumps('"' * 40_000)])
def test_a_delayed_message_is_whole_whatever_it_holds(place: Place, queues: Any, body: str) -> None:
    sent = envelope(7, body, delay_s=DAY_S, attributes={"region": "<aws.scheduler.execution-id>"}, trace="a" * 32)
    queues.send("orders", [sent])
    place.now_s += DAY_S
    due = place.scheduler.take()
    assert due is not None
    entry = due.send.entry
    place.client("sqs").send_message(QueueUrl=queues.native("orders")[1], **entry)
    [received] = queues.receive("orders", 1)
    assert (received.envelope.body, received.envelope.attributes) == (body, sent.attributes)
    assert (received.envelope.id, received.envelope.trace) == (sent.id, sent.trace)


def test_short_and_long_delays_go_their_own_ways(place: Place, queues: Any) -> None:
    delays = [0, 900, 901, 2_592_000]
    assert queues.send("orders", [envelope(at, delay_s=delay_s) for at, delay_s in enumerate(delays)]) == []
    assert [entry.get("DelaySeconds", 0) for _, entry in place.queues.sends] == [0, 900]
    assert sorted(int(one["Name"], 16) for one in place.made("scheduler", "CreateSchedule")) == [2, 3]


def test_a_schedule_whose_answer_was_lost_is_made_once(place: Place, queues: Any) -> None:
    place.failing.append((500, "InternalServerException"))
    queues.send("orders", [envelope(7, delay_s=DAY_S)])
    queues.send("orders", [envelope(7, delay_s=2 * DAY_S)])
    assert len(place.scheduler.schedules) == 1


def test_an_id_that_is_no_name_of_a_schedule_is_a_digest(place: Place, queues: Any) -> None:
    foreign = envelope(body="{}", delay_s=DAY_S)
    foreign.id = "a foreign id / 7"
    queues.send("orders", [foreign])
    [asked] = place.made("scheduler", "CreateSchedule")
    assert len(asked["Name"]) == 64


def test_of_several_what_was_not_scheduled_is_told_by_its_place(place: Place, queues: Any) -> None:
    queues.send("orders", [envelope(1)])
    place.failing += [(400, "ValidationException")]
    unsent = queues.send("orders", [envelope(2, delay_s=DAY_S), envelope(3, delay_s=1)])
    assert [(one.index, type(one.error).__name__) for one in unsent] in (
        [(0, "InvalidArgument")],
        [(1, "InvalidArgument")],
    )


def test_a_queue_without_a_group_sends_nothing_later(place: Place) -> None:
    queues = place.cloud(queues={"orders": "shop-prod-orders"}).queues
    with pytest.raises(NotFound, match="no schedule group for later messages of queue 'orders'"):
        queues.send("orders", [envelope(7, delay_s=DAY_S)])


def test_a_group_that_is_gone_is_not_found(place: Place) -> None:
    delays = {"orders": {"group": "gone", "role": ROLE}}
    queues = place.cloud(queues={"orders": "shop-prod-orders"}, delays=delays).queues
    with pytest.raises(NotFound, match=r"scheduling a message of queue 'orders' in eu-central-1.*deploy the stage"):
        queues.send("orders", [envelope(7, delay_s=DAY_S)])
    assert queues.native("orders")[1].endswith(f"/{place.account}/shop-prod-orders")
    assert REGION in str(queues.native("orders")[0].meta.region_name)


def test_what_is_received_is_the_envelope(place: Place, queues: Any) -> None:
    queues.send("orders", [envelope(5, group="g", attempt=3)])
    message = place.client("sqs").receive_message(
        QueueUrl=queues.native("orders")[1], MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"][0]
    assert envelope_of_message(message).attempt == 3
