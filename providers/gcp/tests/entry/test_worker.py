"""The entry of the worker: pure functions, sends and publishes of orchestrations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.errors import PermissionDenied, Unavailable
from cloudless.sending import id_of
from cloudless_gcp.runtime.worker import worker
from providers.gcp.tests.entry.asking import CALLS, FakeGoogle, made, push

TRACE = "b" * 32
CTX = {
    "execution": "e-7", "step": "1", "key": "e-7/1", "from": {"trace": TRACE, "correlation": "order-7"},
    "orchestration": "pay",
}  # fmt: skip


@pytest.fixture
def cloud() -> FakeGoogle:
    return FakeGoogle()


@pytest.fixture
def work(cloud: FakeGoogle) -> Any:
    asked = made(worker, "worker", cloud, entry=CALLS)

    def work(event: Any) -> tuple[Any, int]:
        text, status, _ = asked(event)
        return json.loads(text), status

    return work


def pure(name: str, **facts: Any) -> dict[str, Any]:
    return {"op": "pure", "name": name, "args": {"number": 2}, "ctx": CTX, **facts}


def send(resource: str = "jobs", op: str = "send", **facts: Any) -> dict[str, Any]:
    return {
        "op": op, "resource": resource, "body": {"do": "x"}, "attributes": {}, "delay_s": 0, "group": "", "ctx": CTX,
        **facts,
    }  # fmt: skip


def failed(work: Any, event: dict[str, Any]) -> Any:
    """The error of a step."""
    answer, status = work(event)
    assert (status, list(answer)) == (500, ["cloudless_error"])
    return answer["cloudless_error"]


# --- pure functions ------------------------------------------------------------------------------------------


def test_a_pure_function_is_called_with_numbers_of_its_annotation(work: Any) -> None:
    value = work(pure("twice"))[0]["v"]
    assert (value, type(value)) == (4.0, float)


def test_its_errors_are_those_of_steps(work: Any) -> None:
    error = failed(work, pure("twice", args={"number": -1}))
    assert (error["type"], error["data"]) == ("CardDeclined", {"code": 3, "note": ""})


def test_a_pure_function_that_the_worker_does_not_have_is_named(work: Any) -> None:
    error = failed(work, pure("thrice"))
    assert (error["type"], "'thrice'" in error["message"], "twice" in error["message"]) == (
        "InvalidArgument",
        True,
        True,
    )


# --- sends ---------------------------------------------------------------------------------------------------


def test_a_send_is_a_message_of_the_executions_chain(work: Any, cloud: FakeGoogle) -> None:
    assert work(send()) == ({"v": id_of("e-7/1")}, 200)
    [(queue, message)] = cloud.queues.sent
    assert (queue, message.id, message.body) == ("jobs", id_of("e-7/1"), '{"do":"x"}')
    assert (message.trace, message.correlation, message.sent_s) == (TRACE, "order-7", cloud.time_s)


def test_a_send_that_comes_again_is_the_same_message(work: Any) -> None:
    assert work(send()) == work(send(ctx={**CTX, "attempt": 2}))


def test_a_send_has_a_delay_and_attributes(work: Any, cloud: FakeGoogle) -> None:
    work(send(delay_s=30, attributes={"region": "eu"}))
    [(_, message)] = cloud.queues.sent
    assert (message.delay_s, message.attributes) == (30, {"region": "eu"})


def test_a_send_to_an_ordered_queue_has_a_group(work: Any, cloud: FakeGoogle) -> None:
    work(send("parcels", group="customer-7"))
    assert cloud.queues.sent[0][1].group == "customer-7"
    assert failed(work, send("parcels"))["type"] == "InvalidArgument"


def test_a_publish_is_a_message_of_the_topic(work: Any, cloud: FakeGoogle) -> None:
    work(send("news", "publish", attributes={"region": "eu"}))
    [(topic, message)] = cloud.queues.sent
    assert (topic, message.attributes) == ("news", {"region": "eu"})


def test_parts_that_are_left_out_are_the_usual_ones(work: Any, cloud: FakeGoogle) -> None:
    work({"op": "send", "resource": "jobs", "body": 7, "ctx": CTX})
    assert cloud.queues.sent[0][1].body == "7"


def test_a_send_that_is_refused_for_now_is_a_failure_of_the_platform(work: Any, cloud: FakeGoogle) -> None:
    """Which a workflow tries again."""
    cloud.queues.fail = Unavailable("no Pub/Sub")
    assert failed(work, send())["mro"] == ["UnavailableError", "PlatformError", "Exception"]


def test_a_send_that_is_refused_for_good_is_its_error(work: Any, cloud: FakeGoogle) -> None:
    cloud.queues.fail = PermissionDenied("add pubsub.topics.publish")
    assert failed(work, send())["type"] == "PermissionDenied"
    assert failed(work, send(body={"x": "y" * 200_000}))["type"] == "PayloadTooLarge"


def test_one_message_that_is_not_stored_is_a_failure(work: Any, cloud: FakeGoogle) -> None:
    cloud.queues.refuse = {0: Unavailable("busy")}
    assert failed(work, send())["type"] == "UnavailableError"


# --- what cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [None, {}, {"op": "drop", "ctx": CTX}, push({}), {"op": []}, b"\xff"])
def test_what_is_no_step_of_the_worker_is_refused(work: Any, event: Any) -> None:
    answer, status = work(event)
    assert (status, list(answer)) == (400, ["refused"])


@pytest.mark.parametrize("event", [send(resource=""), {**send(), "resource": None}, pure(""), {**send(), "ctx": {}}])
def test_a_step_that_lacks_something_says_what(work: Any, event: Any) -> None:
    error = failed(work, event)
    assert error["type"] == "InvalidArgument"
    assert '"ctx"' in error["message"] or "has no text" in error["message"]
