"""The entry of endpoints, with events of API Gateway; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from cloudless.errors import InvalidArgument
from cloudless.request import BODY_MOST, Response
from cloudless_aws.runtime.http import TEXT_MOST, endpoint, reply_of, request_of
from providers.aws.tests.entry.asking import PLENTY_S, Context, FakeAws, event_of, facts_of, made, record
from tests.hosting import trials

JSON = {"content-type": "application/json"}
CALLS = "tests.hosting.calls:app"
XRAY = "Root=1-5759e988-bd862e3fe1be46a994272793"


def asked(method: str, path: str, *, query: str = "", body: Any = None, **facts: Any) -> dict[str, Any]:
    """A request as the gateway hands it over. path: decoded. body: JSON.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    text = None if body is None else json.dumps(body)
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": JSON if text else {"accept": "*/*"},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
            "requestId": "id",
            "stage": "$default",
        },
        **({"body": text} if text else {}),
        "isBase64Encoded": False,
        **facts,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def _let_go() -> None:
    trials.released.clear()


@pytest.fixture
def ask() -> Any:
    def ask(handler: str, *request: Any, timeout_s: float = 29, **facts: Any) -> dict[str, Any]:
        plan = {**facts_of(f"http_{handler}")["endpoint"], "timeout_s": timeout_s}
        found: dict[str, Any] = made(endpoint, f"http_{handler}", FakeAws(), endpoint=plan)(asked(*request, **facts))
        return found

    return ask


def body_of(reply: Mapping[str, Any]) -> Any:
    assert reply["isBase64Encoded"] is False
    return json.loads(reply["body"])


# --- requests ------------------------------------------------------------------------------------------------


def test_the_query_is_that_of_the_url_with_every_value(ask: Any) -> None:
    """The gateway's own map of parameters joins what is repeated."""
    seen = body_of(ask("seen", "GET", "/seen/1", query="a=1&a=2&b=&c&d=%C3%A9+%2B"))
    assert seen["query"] == {"a": ["1", "2"], "b": [""], "c": [""], "d": ["é +"]}


@pytest.mark.parametrize("value", ["a b", "é", "100%", "a%20b", "a+b", "%zz", '<">', "a~b", "日本", "\U0001f600"])
def test_a_path_that_was_decoded_is_the_one_that_was_sent(ask: Any, value: str) -> None:
    seen = body_of(ask("seen", "GET", f"/seen/{value}"))
    assert seen["value"] == value
    assert seen["path"].isascii()


@pytest.mark.parametrize("value", ["\ufffd", chr(0xD800), "a\x00b", "a\nb", "?", ".."])
def test_a_path_that_hides_something_is_refused(ask: Any, value: str) -> None:
    reply = ask("seen", "GET", f"/seen/{value}")
    assert (reply["statusCode"], reply["headers"]["content-type"]) == (400, "application/problem+json")


def test_a_slash_that_was_encoded_is_another_path(ask: Any) -> None:
    assert ask("seen", "GET", "/seen/a/b")["statusCode"] == 404


def test_cookies_come_as_a_list(ask: Any) -> None:
    seen = body_of(ask("seen", "GET", "/seen/1", cookies=["a=1", "b=x=y"]))
    assert seen["cookies"] == {"a": "1", "b": "x=y"}


def test_the_caller_is_the_address_that_the_gateway_saw(ask: Any) -> None:
    assert body_of(ask("act", "POST", "/do", body={"do": ""})) == {"client": "203.0.113.7", "handler": "act"}


def test_header_names_are_lower_case_whoever_sends_them() -> None:
    request = request_of(asked("GET", "/", headers={"X-Name": "a", "Content-Type": "text/plain"}), "seen")
    assert request.headers == {"x-name": "a", "content-type": "text/plain"}


def test_the_event_is_left_as_it_was() -> None:
    event = asked("GET", "/", cookies=["a=1"])
    request_of(event, "seen")
    assert event == asked("GET", "/", cookies=["a=1"])


def test_a_body_that_is_no_text_comes_as_base64() -> None:
    body = b64encode(b"\x00\xff\x10").decode()
    event = {**asked("POST", "/bytes", headers={"content-type": "x/y"}), "body": body, "isBase64Encoded": True}
    reply = made(endpoint, "http_binary", FakeAws())(event)
    assert (reply["isBase64Encoded"], b64decode(reply["body"])) == (True, b"\x10\xff\x00")


def test_a_request_without_a_body_has_none() -> None:
    for nothing in ({}, {"body": None}, {"body": ""}):
        assert request_of({**asked("POST", "/bytes"), **nothing}, "binary").body == b""


def test_a_text_that_is_no_unicode_is_refused() -> None:
    event = {**asked("POST", "/do", headers=JSON), "body": '{"do": "\ud800"}'}
    reply = made(endpoint, "http_act", FakeAws())(event)
    assert reply["statusCode"] == 400


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"traceparent": f"00-{'b' * 32}-{'c' * 16}-01", "x-amzn-trace-id": XRAY}, "b" * 32),
        ({"x-amzn-trace-id": XRAY}, "5759e988bd862e3fe1be46a994272793"),
        ({"x-amzn-trace-id": "Root=?"}, ""),
        ({"accept": "*/*"}, ""),
    ],
)
def test_a_request_goes_on_with_the_trace_of_its_caller_or_of_x_ray(headers: dict[str, str], trace: str) -> None:
    event = asked("GET", "/traced", headers=headers)
    found = body_of(made(endpoint, "http_traced", FakeAws(), entry=CALLS)(event))
    assert found.split("-")[1] == (trace or Context.aws_request_id.replace("-", "")), "else Lambda's id"


@pytest.mark.parametrize(
    "event",
    [None, [], {}, event_of(record({})), {"version": "1.0", "httpMethod": "GET", "requestContext": {}},
     {**asked("GET", "/"), "requestContext": {}}, {**asked("GET", "/"), "headers": None},
     {**asked("POST", "/"), "body": "?", "isBase64Encoded": True}, {**asked("GET", "/"), "rawPath": None}],
)  # fmt: skip
def test_what_is_no_request_is_refused(event: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"function of act takes requests of API Gateway, payload 2\.0"):
        made(endpoint, "http_act", FakeAws())(event, PLENTY_S)


# --- answers -------------------------------------------------------------------------------------------------


def test_an_answer_has_one_value_a_header_and_its_cookies_apart() -> None:
    answer = Response("é", headers=[("x-many", "a"), ("X-Many", "b")])
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    assert reply_of(answer) == {
        "statusCode": 200,
        "headers": {"x-many": "a, b", "content-type": "text/plain; charset=utf-8"},
        "cookies": [
            "a=1; Path=/; Secure; HttpOnly; SameSite=Lax",
            "b=2; Path=/; Secure; HttpOnly; SameSite=Lax",
        ],
        "body": "é",
        "isBase64Encoded": False,
    }


def test_an_answer_that_is_no_text_goes_as_base64() -> None:
    reply = reply_of(Response(b"\xff\x00"))
    assert (reply["isBase64Encoded"], b64decode(reply["body"])) == (True, b"\xff\x00")


@pytest.mark.parametrize("size", [TEXT_MOST, TEXT_MOST + 1, BODY_MOST])
@pytest.mark.parametrize("character", [b"\x00", b'"', "é".encode(), b"a", b"\xff"])
def test_every_answer_that_is_allowed_fits_into_lambdas_six_megabytes(size: int, character: bytes) -> None:
    """However Lambda's client writes it: Python 3.11's escapes what is beyond ASCII."""
    reply = reply_of(Response(character * (size // len(character))))
    assert len(json.dumps(reply)) < 6 * 1024 * 1024


def test_declared_errors_have_their_status(ask: Any) -> None:
    reply = ask("refused", "GET", "/refused")
    assert (reply["statusCode"], reply["headers"]["www-authenticate"]) == (401, "Custom")


def test_a_head_request_has_the_head_of_a_get(ask: Any) -> None:
    reply, got = ask("seen", "HEAD", "/seen/1"), ask("seen", "GET", "/seen/1")
    assert (reply["statusCode"], reply["body"]) == (200, "")
    assert abs(int(reply["headers"]["content-length"]) - len(got["body"])) <= len("HEAD")  # it shows the method


def test_a_head_request_whose_path_cannot_be_read_has_the_head_of_a_get(ask: Any) -> None:
    reply, got = (ask("seen", method, "/seen/\ufffd") for method in ("HEAD", "GET"))
    assert (reply["statusCode"], reply["body"]) == (got["statusCode"], "") == (400, "")
    assert reply["headers"] == {**got["headers"], "content-length": str(len(got["body"]))}


def test_a_method_that_the_path_has_not_is_answered(ask: Any) -> None:
    reply = ask("act", "GET", "/do")
    assert (reply["statusCode"], reply["headers"]["allow"]) == (405, "OPTIONS, POST")


# --- handlers that do not end well ---------------------------------------------------------------------------


@pytest.mark.parametrize(("handler", "path"), [("act", "/do"), ("act_async", "/async")])
def test_a_handler_past_its_time_is_a_504(ask: Any, handler: str, path: str) -> None:
    reply = ask(handler, "POST", path, body={"do": "block"}, timeout_s=0.05)
    assert (reply["statusCode"], "longer than 0.05 s" in reply["body"]) == (504, True)


def test_who_says_who_is_calling_is_watched_as_well(ask: Any) -> None:
    reply = ask("guarded", "GET", "/guarded", headers={"x-do": "block"}, timeout_s=0.05)
    assert reply["statusCode"] == 504


@pytest.mark.parametrize(("handler", "path"), [("act", "/do"), ("act_async", "/async")])
def test_a_handler_that_exits_is_a_502_and_a_line_in_the_log(
    ask: Any, caplog: pytest.LogCaptureFixture, handler: str, path: str
) -> None:
    reply = ask(handler, "POST", path, body={"do": "exit"})
    assert (reply["statusCode"], json.loads(reply["body"])["detail"]) == (502, "the function died")
    assert "SystemExit(3)" in caplog.text


def test_an_error_that_is_not_declared_is_a_500_without_its_text(ask: Any) -> None:
    reply = ask("act", "POST", "/do", body={"do": "raise"})
    assert (reply["statusCode"], "not yet" in reply["body"]) == (500, False)
