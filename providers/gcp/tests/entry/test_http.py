"""The entry of endpoints, with requests as gunicorn has them; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.request import Response
from cloudless_gcp.runtime.http import endpoint, request_of, response_of, take_every_path
from providers.gcp.tests.entry.asking import CALLS, TRIALS, Asked, FakeGoogle, facts_of
from tests.hosting import trials


class Native:
    """As far as we use `flask.Response`: it tells the length of what it was given, and a type of its own."""

    def __init__(self, response: bytes, status: int, headers: list[tuple[str, str]]) -> None:
        self.body = response
        self.status = status
        self.pairs = list(headers)
        self.headers = Headers(self.pairs)
        self.headers["content-length"] = str(len(response))
        if not any(name == "content-type" for name, _ in headers):
            self.pairs.append(("content-type", "text/html"))


class Headers:
    """As far as we use `werkzeug.datastructures.Headers`."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __setitem__(self, name: str, value: str) -> None:
        self.remove(name)
        self._pairs.append((name, value))

    def remove(self, name: str) -> None:
        self._pairs[:] = [pair for pair in self._pairs if pair[0] != name]


def asked(method: str, uri: str, *, body: Any = None, headers: dict[str, str] | None = None, **environ: Any) -> Asked:
    """A request as gunicorn hands it over. uri: as it was sent."""
    path, _, query = uri.partition("?")
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    native = {
        "REQUEST_METHOD": method, "RAW_URI": uri, "PATH_INFO": path, "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(content)), **named, **environ,
    }  # fmt: skip
    return Asked(content, native)


@pytest.fixture(autouse=True)
def _let_go() -> None:
    trials.released.clear()


@pytest.fixture
def ask() -> Any:
    def ask(handler: str, *request: Any, timeout_s: float = 29, entry: str = TRIALS, **facts: Any) -> Native:
        found = facts_of(f"http_{handler}", entry)
        plan = {**found["endpoint"], "timeout_s": timeout_s}
        answer: Native = endpoint({**found, "endpoint": plan}, FakeGoogle(), Native)(asked(*request, **facts))
        return answer

    return ask


def body_of(answer: Native) -> Any:
    return json.loads(answer.body)


# --- requests ------------------------------------------------------------------------------------------------


def test_the_query_is_that_of_the_url_with_every_value(ask: Any) -> None:
    seen = body_of(ask("seen", "GET", "/seen/1?a=1&a=2&b=&c&d=%C3%A9+%2B"))
    assert seen["query"] == {"a": ["1", "2"], "b": [""], "c": [""], "d": ["é +"]}


@pytest.mark.parametrize(
    ("sent", "value"),
    [("a%20b", "a b"), ("%C3%A9", "é"), ("100%25", "100%"), ("a%2520b", "a%20b"), ("a+b", "a+b"), ("a%2Fb", None)],
)
def test_the_path_is_the_one_that_was_sent(ask: Any, sent: str, value: str | None) -> None:
    answer = ask("seen", "GET", f"/seen/{sent}")
    if value is not None:
        seen = body_of(answer)
        assert (seen["value"], seen["path"]) == (value, f"/seen/{sent}")
    else:
        assert answer.status in (200, 400, 404)


@pytest.mark.parametrize("sent", ["%FF", "%zz", "%00", "a%0Ab", "%ED%A0%80"])
def test_a_path_that_cannot_be_read_is_refused(ask: Any, sent: str) -> None:
    answer = ask("seen", "GET", f"/seen/{sent}")
    assert (answer.status, dict(answer.pairs)["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("uri", ["http://gateway.example/seen/1?a=1#x", "/seen/1?a=1", "/seen/1#x"])
def test_a_request_line_may_have_a_whole_url(ask: Any, uri: str) -> None:
    seen = body_of(ask("seen", "GET", uri))
    assert (seen["value"], seen["path"]) == ("1", "/seen/1")


def test_a_server_that_keeps_no_uri_is_asked_for_its_own() -> None:
    assert request_of(asked("GET", "/", RAW_URI="", REQUEST_URI="/a%20b?c")).path == "/a%20b"


def test_headers_have_lower_case_names_and_those_of_the_body() -> None:
    request = request_of(asked("POST", "/", body={}, headers={"x-name": "a", "host": "h"}, CONTENT_TYPE="text/plain"))
    assert request.headers == {"x-name": "a", "host": "h", "content-type": "text/plain", "content-length": "2"}


def test_a_request_without_a_body_has_none() -> None:
    request = request_of(asked("GET", "/", CONTENT_TYPE="", CONTENT_LENGTH=""))
    assert (request.body, request.headers) == (b"", {})


GATEWAYS = "Bearer of.the.gateway"


@pytest.mark.parametrize(
    ("headers", "authorization"),
    [
        ({"authorization": GATEWAYS, "x-forwarded-authorization": "Basic abc"}, "Basic abc"),
        ({"authorization": GATEWAYS}, None),
        ({}, None),
    ],
)
def test_who_calls_is_who_called_the_gateway(headers: dict[str, str], authorization: str | None) -> None:
    found = request_of(asked("GET", "/", headers=headers)).headers
    assert (found.get("authorization"), "x-forwarded-authorization" in found) == (authorization, False)


def test_the_caller_is_the_first_address_that_was_seen(ask: Any) -> None:
    headers = {"x-forwarded-for": "203.0.113.7, 10.0.0.1"}
    answer = ask("act", "POST", "/do", body={"do": ""}, headers=headers)
    assert body_of(answer) == {"client": "203.0.113.7", "handler": "act"}


def test_cookies_are_read(ask: Any) -> None:
    assert body_of(ask("seen", "GET", "/seen/1", headers={"cookie": "a=1; b=x=y"}))["cookies"] == {"a": "1", "b": "x=y"}


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"traceparent": f"00-{'b' * 32}-{'c' * 16}-01", "x-cloud-trace-context": f"{'d' * 32}/1;o=1"}, "b" * 32),
        ({"x-cloud-trace-context": f"{'d' * 32}/1;o=1"}, "d" * 32),
        ({"x-cloud-trace-context": "d" * 32}, "d" * 32),
        ({"x-cloud-trace-context": "?"}, None),
        ({}, None),
    ],
)
def test_a_request_goes_on_with_the_trace_of_its_caller_or_of_cloud_run(
    ask: Any, headers: dict[str, str], trace: str | None
) -> None:
    found = body_of(ask("traced", "GET", "/traced", headers=headers, entry=CALLS)).split("-")[1]
    assert found == (trace or found)
    assert len(found) == 32


# --- answers -------------------------------------------------------------------------------------------------


def test_an_answer_has_every_value_of_a_header_apart() -> None:
    answer = Response("é", headers=[("x-many", "a"), ("X-Many", "b")])
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    native: Native = response_of(answer, Native)
    assert (native.status, native.body) == (200, "é".encode())
    assert [value for name, value in native.pairs if name in ("x-many", "set-cookie")] == [
        "a", "b", "a=1; Path=/; Secure; HttpOnly; SameSite=Lax", "b=2; Path=/; Secure; HttpOnly; SameSite=Lax",
    ]  # fmt: skip


def test_an_answer_that_says_no_type_gets_none() -> None:
    assert response_of(Response(status=204), Native).pairs == [("content-length", "0")]


def test_bytes_are_answered_as_they_are(ask: Any) -> None:
    answer = ask("binary", "POST", "/bytes", body=b"\x00\xff\x10", CONTENT_TYPE="x/y")
    assert (answer.body, dict(answer.pairs)["content-type"]) == (b"\x10\xff\x00", "application/octet-stream")


def test_declared_errors_have_their_status(ask: Any) -> None:
    answer = ask("refused", "GET", "/refused")
    assert (answer.status, dict(answer.pairs)["www-authenticate"]) == (401, "Custom")


def test_a_head_request_has_the_head_of_a_get(ask: Any) -> None:
    head, got = ask("seen", "HEAD", "/seen/1"), ask("seen", "GET", "/seen/1")
    assert (head.status, head.body) == (200, b"")
    assert abs(int(dict(head.pairs)["content-length"]) - len(got.body)) <= len("HEAD")  # it shows the method


def test_a_head_request_whose_path_cannot_be_read_has_the_head_of_a_get(ask: Any) -> None:
    head, got = (ask("seen", method, "/seen/%FF") for method in ("HEAD", "GET"))
    assert (head.status, head.body, dict(head.pairs)["content-length"]) == (400, b"", str(len(got.body)))


def test_a_method_that_the_path_has_not_is_answered(ask: Any) -> None:
    answer = ask("act", "GET", "/do")
    assert (answer.status, dict(answer.pairs)["allow"]) == (405, "OPTIONS, POST")


# --- handlers that do not end well ---------------------------------------------------------------------------


@pytest.mark.parametrize(("handler", "path"), [("act", "/do"), ("act_async", "/async")])
def test_a_handler_past_its_time_is_a_504(ask: Any, handler: str, path: str) -> None:
    answer = ask(handler, "POST", path, body={"do": "block"}, timeout_s=0.05)
    trials.released.set()
    assert (answer.status, b"longer than 0.05 s" in answer.body) == (504, True)


def test_who_says_who_is_calling_is_watched_as_well(ask: Any) -> None:
    answer = ask("guarded", "GET", "/guarded", headers={"x-do": "block"}, timeout_s=0.05)
    trials.released.set()
    assert answer.status == 504


@pytest.mark.parametrize(("handler", "path"), [("act", "/do"), ("act_async", "/async")])
def test_a_handler_that_exits_is_a_502_and_a_line_in_the_log(
    ask: Any, caplog: pytest.LogCaptureFixture, handler: str, path: str
) -> None:
    answer = ask(handler, "POST", path, body={"do": "exit"})
    assert (answer.status, body_of(answer)["detail"]) == (502, "the function died")
    assert "SystemExit(3)" in caplog.text


def test_an_error_that_is_not_declared_is_a_500_without_its_text(ask: Any) -> None:
    answer = ask("act", "POST", "/do", body={"do": "raise"})
    assert (answer.status, b"not yet" in answer.body) == (500, False)


# --- what functions-framework would answer itself ------------------------------------------------------------


class Flask:
    """As far as we use `flask.Flask`."""

    def __init__(self) -> None:
        self.first: list[Any] = []

    def before_request(self, f: Any) -> Any:
        self.first.append(f)
        return f


class Current:
    """The request of whatever is answered."""

    endpoint: str | None = None


@pytest.mark.parametrize(("routed", "answer"), [("run", None), ("error", "answered"), (None, "answered")])
def test_what_is_not_routed_to_the_function_is_answered_all_the_same(routed: str | None, answer: str | None) -> None:
    app, current = Flask(), Current()
    take_every_path(app, lambda request: "answered", current)
    current.endpoint = routed
    [first] = app.first
    assert first() == answer
