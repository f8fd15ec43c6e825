"""Events as Google's services send them, from Google's own collection: each is handled, or refused with what it is.

What "accepted" means, by file: pushes of Pub/Sub are handled as they are; the data of other services' events comes as
the body of a message, where it is sent as an event is (in binary mode, as Eventarc does, or in one piece). Without a
word of what it is, it is refused.
https://github.com/googleapis/google-cloudevents/tree/main/testdata
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudless_gcp.runtime.function import function
from cloudless_gcp.runtime.queue import consumer
from cloudless_gcp.runtime.schedule import schedule
from cloudless_gcp.runtime.worker import worker
from providers.gcp.tests.entry.asking import FakeGoogle, made
from tests.hosting.recorder import seen

RECORDED = Path(__file__).parents[4].parent / "shared" / "events" / "gcp"
PUSHED: dict[str, tuple[str, dict[str, str]]] = {
    "MessagePublishedData-binary.json": ("\x01\x02\x03\x04", {}),
    "MessagePublishedData-duplicatedFields.json": ("\x01\x02\x03\x04", {}),
    "MessagePublishedData-text.json": ("test message 3", {"attr1": "attr1-value"}),
}
"""Body and attributes of each."""
EVENTS = {
    "SchedulerJobData-simple.json": "google.cloud.scheduler.job.v1.executed",
    "StorageObjectData-complex.json": "google.cloud.storage.object.v1.finalized",
    "StorageObjectData-simple.json": "google.cloud.storage.object.v1.finalized",
}
"""Type of each."""
RECORDER = "tests.hosting.recorder:app"
MAKERS = {"on_take": consumer, "on_report": schedule, "call_charge": function, "worker": worker}
TIME = "2026-01-02T08:00:00.5Z"


def recorded(name: str) -> bytes:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded events are not here: {RECORDED}")
    return (RECORDED / name).read_bytes()


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def call(module: str, content: bytes, environ: dict[str, Any] | None = None, cloud: FakeGoogle | None = None) -> int:
    status: int = made(MAKERS[module], module, cloud or FakeGoogle(), entry=RECORDER)(content, environ)[1]
    return status


def binary(kind: str) -> dict[str, str]:
    """The headers of an event in binary mode."""
    return {
        "HTTP_CE_ID": "7",
        "HTTP_CE_SPECVERSION": "1.0",
        "HTTP_CE_TYPE": kind,
        "HTTP_CE_SOURCE": "//x.googleapis.com",
        "HTTP_CE_TIME": TIME,
    }


def test_every_recorded_event_is_here() -> None:
    recorded("MessagePublishedData-text.json")
    assert {file.name for file in RECORDED.iterdir()} == PUSHED.keys() | EVENTS.keys()


@pytest.mark.parametrize("headers", [{}, binary("google.cloud.pubsub.topic.v1.messagePublished")])
@pytest.mark.parametrize("name", PUSHED)
def test_messages_of_pub_sub_that_are_no_json_are_dead_letters_with_what_they_were(
    name: str, headers: dict[str, str]
) -> None:
    cloud = FakeGoogle()
    assert call("on_take", recorded(name), headers, cloud) == 204
    [(queue, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (queue, letter.error.type, letter.body, letter.attributes) == (
        "anything-dead-letters", "InvalidBody", *PUSHED[name],
    )  # fmt: skip
    assert (letter.id, letter.sent_s) == ("message-id", 1_612_497_974.109)


def test_a_message_of_pub_sub_with_json_is_handled() -> None:
    event = json.loads(recorded("MessagePublishedData-text.json"))
    event["message"]["data"] = "eyJhIjogMX0="
    assert call("on_take", json.dumps(event).encode()) == 204
    [message] = seen
    assert (message.body, message.id, message.attempt) == ({"a": 1}, "message-id", 1)
    assert message.sent_at.isoformat() == "2021-02-05T04:06:14.109000+00:00"


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_another_service_is_a_message_of_its_data(name: str) -> None:
    data = recorded(name)
    assert call("on_take", data, binary(EVENTS[name])) == 204
    [message] = seen
    assert (message.body, message.id, message.sent_at.isoformat()) == (
        json.loads(data), "7", "2026-01-02T08:00:00.500000+00:00",
    )  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_in_one_piece_is_the_same_message(name: str) -> None:
    data = json.loads(recorded(name))
    event = {"specversion": "1.0", "id": "7", "source": "/x", "type": EVENTS[name], "time": TIME, "data": data}
    headers = {"CONTENT_TYPE": "application/cloudevents+json"}
    assert call("on_take", json.dumps(event).encode(), headers) == 204
    assert [(one.body, one.id) for one in seen] == [(data, "7")]


def test_an_event_of_scheduler_is_a_tick_at_its_time() -> None:
    name = "SchedulerJobData-simple.json"
    assert call("on_report", recorded(name), binary(EVENTS[name])) == 204
    assert seen == ["report"]


@pytest.mark.parametrize("module", MAKERS)
@pytest.mark.parametrize("name", EVENTS)
def test_data_that_does_not_say_what_it_is_reaches_nobody(name: str, module: str) -> None:
    assert (call(module, recorded(name)), seen) == (400, [])


@pytest.mark.parametrize("module", ["worker"])
@pytest.mark.parametrize("name", PUSHED)
def test_a_push_at_the_wrong_function_reaches_nobody(name: str, module: str) -> None:
    assert (call(module, recorded(name)), seen) == (400, [])
