"""The adapter of HTTP, with Microsoft's requests and answers; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import azure.functions as func
import pytest
from azure.functions.http import HttpResponseConverter

from cloudless.driver.current import HERE
from cloudless.passes.plans import endpoint_plans
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.runtime.http import endpoints
from providers.azure.tests.entry.generated import application
from tests.hosting import trials

ENTRY = "tests.hosting.trials:app"
HOST = "https://trials.azurewebsites.net"
JSON = {"content-type": "application/json"}


class Answered:
    """What the worker hands to the host: https://github.com/Azure/azure-functions-language-worker-protobuf, RpcHttp."""

    def __init__(self, native: func.HttpResponse) -> None:
        value: Any = HttpResponseConverter.encode(native, expected_type=None).value
        self.status = int(value["status_code"].value)
        self.headers: dict[str, str] = {name: datum.value for name, datum in value["headers"].items()}
        self.body: bytes = value["body"].value
        self.cookies: list[Any] = [morsel for jar in value["cookies"] or () for morsel in jar.values()]

    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def answer() -> Any:
    plans = endpoint_plans(application(ENTRY))
    facts = {"app": ENTRY, "include": [], "endpoints": [plan.to_json() for plan in plans.values()]}
    return endpoints(facts, AzureCloud({}), func.HttpResponse)


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    trials.released.clear()
    yield
    trials.released.set()


@pytest.fixture
def ask(answer: Any) -> Any:
    def ask(
        method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", rest: str = ""
    ) -> Answered:
        """rest: the route's parameter, where it is not what stands in the path."""
        request = func.HttpRequest(
            method,
            f"{HOST}{path}",
            headers=dict(headers or {}),
            params={},
            route_params={"path": rest or path.partition("?")[0].removeprefix("/")},
            body=body,
        )
        return Answered(asyncio.run(answer(request)))

    return ask


# --- requests ------------------------------------------------------------------------------------------------


def test_the_query_is_that_of_the_url_with_every_value(ask: Any) -> None:
    """The host's own maps of parameters leave out what is empty, and join what is repeated."""
    assert ask("GET", "/seen/1?a=1&a=2&b=&c&d=%C3%A9+%2B").json()["query"] == {
        "a": ["1", "2"], "b": [""], "c": [""], "d": ["é +"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "rest", "value"),
    [
        ("/seen/a%20b", "seen/a b", "a b"),
        ("/seen/a%20b", "seen/a%20b", "a%20b"),
        ("/seen/100%25", "seen/100%", "100%"),
        ("/seen/%C3%A9", "seen/é", "é"),
        ("/seen/%25", "seen/%", "%"),
        ("/seen/%2520%C3%A9", "seen/%20é", "%20é"),
        ("/seen/a%23b", "seen/a#b", "a#b"),
    ],
)
def test_what_a_path_holds_is_decoded_once_whatever_the_host_made_of_it(
    ask: Any, url: str, rest: str, value: str
) -> None:
    assert ask("GET", url, rest=rest).json()["value"] == value


@pytest.mark.parametrize(
    ("url", "rest"),
    [("/seen/a%2Fb", "seen/a%2Fb"), ("/seen/a%2fb", "seen/a%2fb"), ("/seen/%FF", "seen/%FF"), ("/seen/%E9%20", "")],
)
def test_a_path_that_hides_a_slash_or_is_no_text_reaches_nobody(ask: Any, url: str, rest: str) -> None:
    assert ask("GET", url, rest=rest).status == 400


@pytest.mark.parametrize("path", ["/seen/1/", "/seen/", "/nothing", "//seen/1"])
def test_paths_are_exact_though_the_host_takes_any(ask: Any, path: str) -> None:
    assert ask("GET", path).status == 404


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a=1; b=x%3Dy%2B%2F%3D", {"a": "1", "b": "x=y+/="}),
        ("a=%7B%22a%22%7D", {"a": "%7B%22a%22%7D"}),
        ("a=50%", {"a": "50%"}),
        ("a=%2fb", {"a": "%2fb"}),
        ("a=%253D", {"a": "%3D"}),
    ],
)
def test_cookies_are_read_as_they_were_set(ask: Any, sent: str, read: dict[str, str]) -> None:
    """The host escapes values that it sets; what it would have written otherwise was set by somebody else."""
    assert ask("GET", "/seen/1", headers={"Cookie": sent}).json()["cookies"] == read


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::7:1", "2001:db8::7:1"),
        ("", ""),
    ],
)
def test_the_caller_is_whom_the_front_end_saw(ask: Any, forwarded: str, client: str) -> None:
    assert ask("GET", "/seen/1", headers={"X-Forwarded-For": forwarded}).json()["client"] == client


def test_a_body_that_the_host_lost_is_asked_for_with_its_length(ask: Any) -> None:
    answered = ask("POST", "/bytes", headers={"Transfer-Encoding": "chunked"})
    assert (answered.status, "Content-Length" in answered.json()["detail"]) == (411, True)


def test_every_byte_comes_and_goes(ask: Any) -> None:
    body = bytes(range(256)) * 16_384
    answered = ask("POST", "/bytes", body=body, headers={"content-type": "application/octet-stream"})
    assert (answered.status, answered.body) == (200, body[::-1])
    assert ask("POST", "/bytes", body=b"x" * 12_000_000).status == 413


# --- answers -------------------------------------------------------------------------------------------------


def test_a_header_that_comes_several_times_is_joined(ask: Any) -> None:
    answered = ask("GET", "/answer?name=x-one&value=1")
    assert (answered.headers["x-many"], answered.headers["x-one"], answered.body.decode()) == ("a, b", "1", "é")


def test_an_answer_without_a_body_has_no_type(ask: Any) -> None:
    """An empty content type is none to the host."""
    answered = ask("OPTIONS", "/bytes")
    assert (answered.status, answered.headers["content-type"], answered.headers["allow"]) == (204, "", "OPTIONS, POST")


def test_head_tells_the_length_and_has_no_body(ask: Any) -> None:
    answered = ask("HEAD", "/seen/1")
    assert (answered.status, answered.body) == (200, b"")
    assert int(answered.headers["content-length"]) > 0


def test_several_cookies_get_to_the_host(ask: Any) -> None:
    answered = ask(
        "GET", "/answer?name=set-cookie&value=a%3Db%3D%3D%3B+Path%3D%2F%3B+Max-Age%3D60%3B+SameSite%3DNone%3B+Secure"
    )
    (cookie,) = answered.cookies
    assert (cookie.key, cookie.value, cookie["path"], cookie["max-age"]) == ("a", "b==", "/", "60")
    assert "set-cookie" not in answered.headers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-name", "%C3%A9"),
        ("set-cookie", "a=b; Expires=Wed, 21-Oct-2026 07:28:00 GMT"),
        ("set-cookie", "a=b; Priority=High"),
        ("set-cookie", "path=b"),
        ("set-cookie", "no cookie at all"),
    ],
)
def test_an_answer_that_would_lose_something_is_500_and_says_why_in_the_log(
    ask: Any, name: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    answered = ask("GET", f"/answer?name={name}&value={value.replace(' ', '%20').replace(';', '%3B')}")
    assert (answered.status, answered.json()["title"]) == (500, "Internal Server Error")
    assert "cannot be answered on Azure" in caplog.text


def test_a_cookie_with_the_date_that_http_has_is_carried(ask: Any) -> None:
    answered = ask(
        "GET", "/answer?name=set-cookie&value=a%3Db%3B%20Expires%3DWed%2C%2021%20Oct%202026%2007%3A28%3A00%20GMT"
    )
    assert [cookie["expires"] for cookie in answered.cookies] == ["Wed, 21 Oct 2026 07:28:00 GMT"]


# --- time and ends -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers"), [("/do", JSON), ("/async", JSON), ("/guarded", {"x-do": "block"})]
)  # fmt: skip
def test_an_endpoint_past_its_time_is_504_whatever_it_is_doing(ask: Any, path: str, headers: dict[str, str]) -> None:
    method, body = ("GET", b"") if path == "/guarded" else ("POST", b'{"do": "block"}')
    answered = ask(method, path, headers=headers, body=body)
    assert (answered.status, "1 s" in answered.json()["detail"]) == (504, True)


@pytest.mark.parametrize("path", ["/do", "/async"])
def test_an_endpoint_that_ends_its_thread_is_502_and_the_next_request_is_answered(
    ask: Any, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask("POST", path, headers=JSON, body=b'{"do": "exit"}').status == 502
    assert "SystemExit(3)" in caplog.text
    assert ask("POST", path, headers=JSON, body=b'{"do": ""}').json()["handler"] == (
        "act" if path == "/do" else "act_async"
    )


def test_requests_side_by_side_each_have_their_own_handler(answer: Any) -> None:
    async def both() -> list[Any]:
        asked = [
            func.HttpRequest(
                "POST", f"{HOST}/{path}", headers=JSON, params={}, route_params={"path": path}, body=b'{"do": ""}'
            )
            for path in ("do", "async") * 20
        ]
        return list(await asyncio.gather(*map(answer, asked)))

    names = [Answered(one).json()["handler"] for one in asyncio.run(both())]
    assert names == ["act", "act_async"] * 20
    assert HERE.get(None) is None
