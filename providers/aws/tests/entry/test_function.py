"""The entry of functions: direct calls, steps, and messages of `invoke_later`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.errors import InvalidArgument
from cloudless.message import Envelope
from cloudless.system import packed
from cloudless_aws.runtime.function import function
from providers.aws.tests.entry.asking import FakeAws, event_of, failed, made, record

ENTRY = "tests.hosting.calls:app"
TRACE = "b" * 32
CTX = {
    "execution": "e-7",
    "step": "0",
    "key": "e-7/0",
    "from": {"trace": TRACE, "correlation": "order-7"},
    "attempt": 2,
}


@pytest.fixture
def cloud() -> FakeAws:
    return FakeAws()


@pytest.fixture
def call(cloud: FakeAws) -> Any:
    return _made("call_charge", cloud)


def _made(module: str, cloud: FakeAws) -> Any:
    return made(function, module, cloud, entry=ENTRY)


def invoked(arguments: object, **facts: Any) -> dict[str, Any]:
    return {"call": packed(Envelope("a" * 32, json.dumps(arguments), **facts))}


def step(arguments: object, **context: Any) -> dict[str, Any]:
    return {"args": arguments, "ctx": {**CTX, **context}}


def raised(call: Any, event: dict[str, Any]) -> tuple[str, Any]:
    """Class and text of what a step raises, as Step Functions hears of it."""
    with pytest.raises(Exception) as found:  # noqa: PT011
        call(event)
    text = str(found.value)
    assert found.value.__cause__ is None
    return type(found.value).__name__, json.loads(text) if text.startswith("{") else text


# --- calls ---------------------------------------------------------------------------------------------------


def test_a_call_is_answered_with_the_result(call: Any) -> None:
    assert call(invoked({"do": "hello"})) == {"result": {"said": "hello"}}


def test_a_call_is_answered_with_the_error(call: Any) -> None:
    assert call(invoked({"do": "decline"})) == {"error": ["CardDeclined", "no funds"]}


def test_arguments_that_do_not_fit_are_an_answer(call: Any) -> None:
    assert call(invoked({"did": "hello"}))["error"][0] == "InvalidBody"


def test_a_function_sees_who_called_it(call: Any) -> None:
    assert call(invoked({"do": "seen"}, trace=TRACE, correlation="order-7"))["result"] == {
        "execution": "", "key": "a" * 32, "attempt": 1, "traceparent": f"00-{TRACE}-{'a' * 16}-01",
        "correlation": "order-7", "handler": "charge",
    }  # fmt: skip


def test_a_coroutine_is_called_the_same_way(cloud: FakeAws) -> None:
    assert _made("call_soon", cloud)(invoked({"number": 1})) == {"result": 1.0}


def test_a_function_that_exits_is_gone_for_its_caller(call: Any) -> None:
    assert raised(call, invoked({"do": "exit"})) == ("Runtime.ExitError", "the handler ended with SystemExit(3)")


@pytest.mark.parametrize("event", [{"call": None}, {"call": {"body": "{}"}}, {"call": "{}"}])
def test_a_call_that_cannot_be_read_is_refused(call: Any, event: Any) -> None:
    with pytest.raises(InvalidArgument, match='"system": text, "body": text'):
        call(event)


# --- steps ---------------------------------------------------------------------------------------------------


def test_a_step_is_answered_with_the_value(call: Any) -> None:
    assert call(step({"do": "hello"})) == {"v": {"said": "hello"}}


def test_a_step_sees_its_execution(call: Any) -> None:
    assert call(step({"do": "seen"}))["v"] == {
        "execution": "e-7", "key": "e-7/0", "attempt": 2, "correlation": "order-7", "handler": "charge",
        "traceparent": f"00-{TRACE}-{b'e-7/0'.hex().rjust(16, '0')}-01",
    }  # fmt: skip


def test_a_step_without_origin_is_its_executions_own(call: Any) -> None:
    seen = call({"args": {"do": "seen"}, "ctx": {"execution": "e-7", "key": "k"}})["v"]
    assert (seen["correlation"], seen["attempt"]) == ("e-7", 1)


def test_numbers_of_a_step_are_those_of_the_annotation(cloud: FakeAws) -> None:
    """JSON tells 1 from 1.0 only by chance."""
    value = _made("call_soon", cloud)(step({"number": 1}))["v"]
    assert (value, type(value)) == (1.0, float)


def test_a_failed_step_raises_the_whole_error(call: Any) -> None:
    assert raised(call, step({"do": "decline"})) == (
        "CardDeclined",
        {
            "type": "CardDeclined",
            "mro": ["CardDeclined", "PaymentFailed", "LookupError", "Exception"],
            "message": "no funds",
            "data": {"code": 7, "note": ""},
        },
    )


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ([], "CardDeclined"),
        (["PlatformError", "PaymentFailed"], "PaymentFailed"),
        (["LookupError", "PaymentFailed"], "LookupError"),
        (["CardDeclined", "PaymentFailed"], "CardDeclined"),
        (["OSError"], "CardDeclined"),
        ("LookupError", "CardDeclined"),
    ],
)
def test_its_class_is_called_as_its_step_looks_for_it(call: Any, names: Any, kind: str) -> None:
    name, error = raised(call, step({"do": "decline"}, retry=names))
    assert (name, error["type"]) == (kind, "CardDeclined")


def test_an_error_that_its_cause_could_not_hold_loses_its_data(call: Any) -> None:
    _, error = raised(call, step({"do": "large"}))
    assert error["type"] == "CardDeclined"
    assert len(json.dumps(json.dumps(error))) < 32_768


def test_a_step_that_exits_is_called_as_lambda_calls_it(call: Any) -> None:
    assert raised(call, step({"do": "exit"}))[0] == "Runtime.ExitError"


def test_arguments_of_a_step_that_do_not_fit_are_its_failure(call: Any) -> None:
    assert raised(call, step({"did": "hello"}))[0] == "InvalidBody"


@pytest.mark.parametrize(
    "event",
    [
        {"args": {"do": "hello"}},
        {"args": {"do": "hello"}, "ctx": None},
        {"args": {"do": "hello"}, "ctx": {"execution": "e-7"}},
        {"args": {"do": "hello"}, "ctx": {"key": "k"}},
        {"args": {"do": "hello"}, "ctx": {"key": "k", "execution": "\n"}},
        {"args": [], "ctx": CTX},
    ],
)
def test_a_step_that_cannot_be_read_says_what_is_missing(call: Any, event: Any) -> None:
    name, error = raised(call, event)
    assert name == "InvalidArgument"
    assert "of a step" in error["message"] or "a step has" in error["message"]


# --- messages ------------------------------------------------------------------------------------------------


def test_a_message_of_invoke_later_is_handled(call: Any) -> None:
    assert failed(call(event_of(record({"do": "hello"}), record({"do": "exit"}, id="m")))) == ["m"]


def test_a_message_that_fails_for_good_is_a_dead_letter(call: Any, cloud: FakeAws) -> None:
    assert failed(call(event_of(record({"do": "decline"}, receives=5)))) == []
    [(queue, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (queue, letter.error.type) == ("charge-later-dead-letters", "CardDeclined")


@pytest.mark.parametrize("event", [{}, None, [], {"detail-type": "x", "detail": {}}, {"version": "2.0"}])
def test_anything_else_is_refused(call: Any, event: Any) -> None:
    with pytest.raises(InvalidArgument, match="function of charge takes calls, steps and messages"):
        call(event)


def test_a_function_without_a_queue_takes_no_messages(cloud: FakeAws) -> None:
    with pytest.raises(InvalidArgument, match="takes calls, steps, and was called with an event of SQS"):
        _made("call_soon", cloud)(event_of(record({"number": 1})))
