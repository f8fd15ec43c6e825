"""The entry of the worker: pure functions, sends and publishes of orchestrations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.errors import InvalidArgument, PermissionDenied, Unavailable
from cloudless.sending import id_of
from cloudless_aws.runtime.worker import worker
from providers.aws.tests.entry.asking import FakeAws, event_of, made, record

ENTRY = "tests.hosting.calls:app"
TRACE = "b" * 32
CTX = {
    "execution": "e-7", "step": "1", "key": "e-7/1", "from": {"trace": TRACE, "correlation": "order-7"},
    "orchestration": "pay",
}  # fmt: skip


@pytest.fixture
def cloud() -> FakeAws:
    return FakeAws()


@pytest.fixture
def work(cloud: FakeAws) -> Any:
    return made(worker, "worker", cloud, entry=ENTRY)


def pure(name: str, **facts: Any) -> dict[str, Any]:
    return {"op": "pure", "name": name, "args": {"number": 2}, "ctx": CTX, **facts}


def send(resource: str = "jobs", op: str = "send", **facts: Any) -> dict[str, Any]:
    return {
        "op": op, "resource": resource, "body": {"do": "x"}, "attributes": {}, "delay_s": 0, "group": "", "ctx": CTX,
        **facts,
    }  # fmt: skip


def raised(work: Any, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Exception) as found:  # noqa: PT011
        work(event)
    return type(found.value).__name__, json.loads(str(found.value))


# --- pure functions ------------------------------------------------------------------------------------------


def test_a_pure_function_is_called_with_numbers_of_its_annotation(work: Any) -> None:
    value = work(pure("twice"))["v"]
    assert (value, type(value)) == (4.0, float)


def test_its_errors_are_those_of_steps(work: Any) -> None:
    name, error = raised(work, pure("twice", args={"number": -1}, ctx={**CTX, "retry": ["LookupError"]}))
    assert (name, error["type"], error["data"]) == ("LookupError", "CardDeclined", {"code": 3, "note": ""})


def test_a_pure_function_that_the_worker_does_not_have_is_named(work: Any) -> None:
    name, error = raised(work, pure("thrice"))
    assert (name, "'thrice'" in error["message"], "twice" in error["message"]) == ("InvalidArgument", True, True)


# --- sends ---------------------------------------------------------------------------------------------------


def test_a_send_is_a_message_of_the_executions_chain(work: Any, cloud: FakeAws) -> None:
    assert work(send()) == {"v": id_of("e-7/1")}
    [(queue, message)] = cloud.queues.sent
    assert (queue, message.id, message.body) == ("jobs", id_of("e-7/1"), '{"do":"x"}')
    assert (message.trace, message.correlation, message.sent_s) == (TRACE, "order-7", cloud.time_s)


def test_a_send_that_comes_again_is_the_same_message(work: Any) -> None:
    assert work(send()) == work(send(ctx={**CTX, "attempt": 2}))


def test_a_send_has_a_delay_and_attributes(work: Any, cloud: FakeAws) -> None:
    work(send(delay_s=30, attributes={"region": "eu"}))
    [(_, message)] = cloud.queues.sent
    assert (message.delay_s, message.attributes) == (30, {"region": "eu"})


def test_a_send_to_an_ordered_queue_has_a_group(work: Any, cloud: FakeAws) -> None:
    work(send("parcels", group="customer-7"))
    assert cloud.queues.sent[0][1].group == "customer-7"
    assert raised(work, send("parcels"))[0] == "InvalidArgument"


def test_a_publish_is_a_message_of_the_topic(work: Any, cloud: FakeAws) -> None:
    work(send("news", "publish", attributes={"region": "eu"}))
    [(topic, message)] = cloud.queues.sent
    assert (topic, message.attributes) == ("news", {"region": "eu"})


def test_parts_that_are_left_out_are_the_usual_ones(work: Any, cloud: FakeAws) -> None:
    work({"op": "send", "resource": "jobs", "body": 7, "ctx": CTX})
    assert cloud.queues.sent[0][1].body == "7"


def test_a_send_that_is_refused_for_now_is_a_failure_of_the_platform(work: Any, cloud: FakeAws) -> None:
    """Which Step Functions tries again: its first retrier looks for that name."""
    cloud.queues.fail = Unavailable("no SQS")
    event = send(ctx={**CTX, "retry": ["PlatformError"]})
    name, error = raised(work, event)
    assert (name, error["mro"]) == ("PlatformError", ["UnavailableError", "PlatformError", "Exception"])


def test_a_send_that_is_refused_for_good_is_its_error(work: Any, cloud: FakeAws) -> None:
    cloud.queues.fail = PermissionDenied("add sqs:SendMessage")
    assert raised(work, send())[0] == "PermissionDenied"
    assert raised(work, send(body={"x": "y" * 200_000}))[0] == "PayloadTooLarge"


def test_one_message_that_is_not_stored_is_a_failure(work: Any, cloud: FakeAws) -> None:
    cloud.queues.refuse = {0: Unavailable("busy")}
    assert raised(work, send())[0] == "UnavailableError"


# --- what cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [None, {}, {"op": "drop", "ctx": CTX}, event_of(record({})), {"op": []}])
def test_what_is_no_step_of_the_worker_is_refused(work: Any, event: Any) -> None:
    with pytest.raises(InvalidArgument, match="the function of the worker takes steps"):
        work(event)


@pytest.mark.parametrize("event", [send(resource=""), {**send(), "resource": None}, pure(""), {**send(), "ctx": {}}])
def test_a_step_that_lacks_something_says_what(work: Any, event: Any) -> None:
    name, error = raised(work, event)
    assert name == "InvalidArgument"
    assert '"ctx"' in error["message"] or "has no text" in error["message"]
