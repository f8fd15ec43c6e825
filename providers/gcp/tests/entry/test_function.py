"""The entry of functions: direct calls, steps, and messages of `invoke_later`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.message import Envelope
from cloudless.system import packed
from cloudless_gcp.runtime.function import function
from providers.gcp.tests.entry.asking import CALLS, FakeGoogle, made, push

TRACE = "b" * 32
CTX = {
    "execution": "e-7",
    "step": "0",
    "key": "e-7/0",
    "from": {"trace": TRACE, "correlation": "order-7"},
    "attempt": 2,
}


@pytest.fixture
def cloud() -> FakeGoogle:
    return FakeGoogle()


@pytest.fixture
def call(cloud: FakeGoogle) -> Any:
    return _made("call_charge", cloud)


def _made(module: str, cloud: FakeGoogle) -> Any:
    asked = made(function, module, cloud, entry=CALLS)

    def call(event: Any) -> tuple[Any, int]:
        text, status, *headers = asked(event)
        assert headers in ([], [{"content-type": "application/json"}])
        return json.loads(text) if text else None, status

    return call


def invoked(arguments: object, **facts: Any) -> dict[str, Any]:
    return {"call": packed(Envelope("a" * 32, json.dumps(arguments), **facts))}


def step(arguments: object, **context: Any) -> dict[str, Any]:
    return {"args": arguments, "ctx": {**CTX, **context}}


def failed(call: Any, event: dict[str, Any]) -> Any:
    """The error of a step."""
    answer, status = call(event)
    assert (status, list(answer)) == (500, ["cloudless_error"])
    return answer["cloudless_error"]


# --- calls ---------------------------------------------------------------------------------------------------


def test_a_call_is_answered_with_the_result(call: Any) -> None:
    assert call(invoked({"do": "hello"})) == ({"result": {"said": "hello"}}, 200)


def test_a_call_is_answered_with_the_error(call: Any) -> None:
    assert call(invoked({"do": "decline"})) == ({"error": ["CardDeclined", "no funds"]}, 200)


def test_arguments_that_do_not_fit_are_an_answer(call: Any) -> None:
    assert call(invoked({"did": "hello"}))[0]["error"][0] == "InvalidBody"


def test_a_function_sees_who_called_it(call: Any) -> None:
    assert call(invoked({"do": "seen"}, trace=TRACE, correlation="order-7"))[0]["result"] == {
        "execution": "", "key": "a" * 32, "attempt": 1, "traceparent": f"00-{TRACE}-{'a' * 16}-01",
        "correlation": "order-7", "handler": "charge",
    }  # fmt: skip


def test_a_coroutine_is_called_the_same_way(cloud: FakeGoogle) -> None:
    assert _made("call_soon", cloud)(invoked({"number": 1})) == ({"result": 1.0}, 200)


def test_a_function_that_exits_is_gone_for_its_caller(call: Any) -> None:
    assert call(invoked({"do": "exit"})) == ({"crashed": "the handler ended with SystemExit(3)"}, 500)


@pytest.mark.parametrize("event", [{"call": None}, {"call": {"body": "{}"}}, {"call": "{}"}])
def test_a_call_that_cannot_be_read_is_refused(call: Any, event: Any) -> None:
    answer, status = call(event)
    assert (status, '"system": text, "body": text' in answer["refused"]) == (400, True)


# --- steps ---------------------------------------------------------------------------------------------------


def test_a_step_is_answered_with_the_value(call: Any) -> None:
    assert call(step({"do": "hello"})) == ({"v": {"said": "hello"}}, 200)


def test_a_step_sees_its_execution(call: Any) -> None:
    assert call(step({"do": "seen"}))[0]["v"] == {
        "execution": "e-7", "key": "e-7/0", "attempt": 2, "correlation": "order-7", "handler": "charge",
        "traceparent": f"00-{TRACE}-{b'e-7/0'.hex().rjust(16, '0')}-01",
    }  # fmt: skip


def test_a_step_without_origin_is_its_executions_own(call: Any) -> None:
    seen = call({"args": {"do": "seen"}, "ctx": {"execution": "e-7", "key": "k"}})[0]["v"]
    assert (seen["correlation"], seen["attempt"]) == ("e-7", 1)


def test_numbers_of_a_step_are_those_of_the_annotation(cloud: FakeGoogle) -> None:
    """JSON tells 1 from 1.0 only by chance."""
    value = _made("call_soon", cloud)(step({"number": 1}))[0]["v"]
    assert (value, type(value)) == (1.0, float)


def test_a_failed_step_tells_the_whole_error_in_its_body(call: Any) -> None:
    assert failed(call, step({"do": "decline"})) == {
        "type": "CardDeclined",
        "mro": ["CardDeclined", "PaymentFailed", "LookupError", "Exception"],
        "message": "no funds",
        "data": {"code": 7, "note": ""},
    }


def test_a_step_that_exits_says_nothing_that_is_an_error_of_the_programs(call: Any) -> None:
    assert call(step({"do": "exit"})) == ({"crashed": "the handler ended with SystemExit(3)"}, 500)


def test_arguments_of_a_step_that_do_not_fit_are_its_failure(call: Any) -> None:
    assert failed(call, step({"did": "hello"}))["type"] == "InvalidBody"


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
    error = failed(call, event)
    assert error["type"] == "InvalidArgument"
    assert "of a step" in error["message"] or "a step has" in error["message"]


# --- messages ------------------------------------------------------------------------------------------------


def test_a_message_of_invoke_later_is_handled(call: Any) -> None:
    assert call(push({"do": "hello"})) == (None, 204)
    assert call(push({"do": "exit"}, attempt=1)) == (None, 500)


def test_a_message_that_fails_for_good_is_a_dead_letter(call: Any, cloud: FakeGoogle) -> None:
    assert call(push({"do": "decline"}, attempt=5)) == (None, 204)
    [(queue, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (queue, letter.error.type) == ("charge-later-dead-letters", "CardDeclined")


@pytest.mark.parametrize("event", [{}, None, [], b"", b"{", b"\xff", {"op": "pure"}, {"bucket": "b", "name": "n"}])
def test_anything_else_is_refused(call: Any, event: Any) -> None:
    answer, status = call(event)
    assert (status, list(answer)) == (400, ["refused"])


def test_a_request_of_another_kind_is_told_what_it_is(call: Any) -> None:
    answer, _ = call({"op": "pure"})
    assert answer["refused"].startswith("the function of charge takes calls, steps and pushes of its queue, and was ")


def test_a_function_without_a_queue_takes_no_messages(cloud: FakeGoogle) -> None:
    answer, status = _made("call_soon", cloud)(push({"number": 1}))
    assert (status, "takes calls, steps, and was called with a push" in answer["refused"]) == (400, True)
