"""Requests reach functions, and answers callers, as through the real host.

Microsoft's pages: https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-http-webhook-trigger and
https://learn.microsoft.com/en-us/aspnet/core/fundamentals/routing; the classes named are those of
https://github.com/Azure/azure-functions-host.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from providers.azure.tests.functionshost.host import KEY, FunctionsHost, IndexingFailed
from providers.azure.tests.functionshost.http import decoded
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.functionshost.route import Template
from providers.azure.tests.servicebus import Broker
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

APP = """
import json, os, threading
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

def told(name, req):
    return func.HttpResponse(json.dumps({
        "function": name, "method": req.method, "url": req.url, "headers": dict(req.headers), "query": dict(req.params),
        "route": dict(req.route_params), "body": req.get_body().decode("latin-1"),
    }))

@app.function_name("b_orders")
@app.route(route="orders/{id:int}/{part?}", methods=["GET", "PUT"])
def orders(req: func.HttpRequest) -> func.HttpResponse:
    return told("orders", req)

@app.function_name("a_first")
@app.route(route="orders/{word}", methods=["GET"])
def first(req: func.HttpRequest) -> func.HttpResponse:
    return told("first", req)

@app.function_name("c_rest")
@app.route(route="files/{*path}")
def rest(req: func.HttpRequest) -> func.HttpResponse:
    return told("rest", req)

@app.route(route="answer")
async def answer(req: func.HttpRequest) -> func.HttpResponse:
    found = func.HttpResponse(bytes(range(256)), status_code=int(req.params.get("status", 200)), mimetype="image/x")
    found.headers.add("X-Many", "1")
    found.headers.add("X-Many", "2")
    found.headers.add("Set-Cookie", "session=\\"a/=\\"; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax")
    found.headers.add("Set-Cookie", "old=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=x.org; SameSite=None")
    return found

@app.route(route="plain")
def plain(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse()

@app.route(route="header")
def header(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(headers={"X-Name": "\\u00e9"})

@app.route(route="raise")
def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("Server=db;Password=secret")

@app.route(route="die")
def dies(req: func.HttpRequest) -> func.HttpResponse:
    os._exit(3)

@app.route(route="nothing")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None

turn = threading.Barrier(2)

@app.route(route="meet")
def meet(req: func.HttpRequest) -> func.HttpResponse:
    turn.wait(10)
    return func.HttpResponse("met")

@app.route(route="locked", auth_level=func.AuthLevel.FUNCTION)
def locked(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("open")
"""


def write_app(folder: Path, text: str, **host: Any) -> Path:
    (folder / "function_app.py").write_text(text)
    (folder / "host.json").write_text(json.dumps({"version": "2.0", **host}))
    return folder


@pytest.fixture(scope="module")
def host(broker: Broker, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsHost]:
    folder = write_app(tmp_path_factory.mktemp("http"), APP, extensions={"http": {"routePrefix": ""}})
    with FunctionsHost(folder, broker, zygote=zygote) as running:
        yield running


def get(host: FunctionsHost, path: str, method: str = "GET", **more: Any) -> Response:
    path, _, query = path.partition("?")
    return host.http(Request(method=method, path=path, query=query, **more))


def told(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)
    return found


# --- routes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "function", "parameters"),
    [
        ("/orders/7", "first", {"word": "7"}),  # by name, not by what is more specific
        ("/orders/7/", "first", {"word": "7"}),
        ("/Orders/7/Lines", "orders", {"id": "7", "part": "Lines"}),
        ("/orders/a%20b%2Fc", "first", {"word": "a b%2Fc"}),
        ("/files", "rest", {}),
        ("/files/", "rest", {}),
        ("/files/a/b%20c/", "rest", {"path": "a/b c/"}),
    ],
)
def test_the_first_route_that_matches_takes_a_request(
    host: FunctionsHost, path: str, function: str, parameters: dict[str, str]
) -> None:
    found = told(get(host, path))
    assert (found["function"], found["route"]) == (function, parameters)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("POST", "/orders/7"), ("GET", "/orders/x/y"), ("PUT", "/orders/x")]
)
def test_what_no_route_takes_is_not_found(host: FunctionsHost, method: str, path: str) -> None:
    """Also where only the method differs: methods are a constraint of a route."""
    assert get(host, path, method).status == 404


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_a_route_without_methods_takes_all(host: FunctionsHost, method: str) -> None:
    assert told(get(host, "/files/a", method))["method"] == method


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("a/{b=x}", "/a", {"b": "x"}),
        ("a/{b?}", "/a", {}),
        ("a/{b}", "/a", None),
        ("a/{b}", "/a//", None),
        ("a//b", "/a//b", {}),
        ("{id:guid}", "/0f8fad5b-d9cb-469f-a165-70867728950e", {"id": "0f8fad5b-d9cb-469f-a165-70867728950e"}),
        ("{id:guid}", "/7", None),
        ("{n:int}", "/2147483648", None),
        ("{n:long}", "/2147483648", {"n": "2147483648"}),
        ("{b:bool}/{w:alpha}", "/TRUE/Ab", {"b": "TRUE", "w": "Ab"}),
        ("{w:alpha}", "/a1", None),
        ("{*all}", "/", {}),
        ("{*all}", "/a//b", {"all": "a//b"}),
        ("", "/", {}),
        ("", "/a", None),
    ],
)
def test_templates_match_as_those_of_asp_net(template: str, path: str, parameters: dict[str, str] | None) -> None:
    assert Template(template).match(path) == parameters


def test_the_prefix_of_routes_is_api_unless_host_json_or_a_setting_says_otherwise(
    broker: Broker, zygote: Zygote, tmp_path: Path
) -> None:
    write_app(tmp_path, APP)
    with FunctionsHost(tmp_path, broker, zygote=zygote) as default:
        assert (get(default, "/api/plain").status, get(default, "/plain").status) == (200, 404)
    setting = {"AzureFunctionsJobHost__extensions__http__routePrefix": "v1"}
    with FunctionsHost(tmp_path, broker, setting, zygote=zygote) as other:
        assert (get(other, "/v1/plain").status, get(other, "/api/plain").status) == (200, 404)


def test_the_hosts_own_routes_cannot_be_taken(broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    """ScriptHost.ValidateHttpFunction."""
    write_app(tmp_path, APP.replace('"plain"', '"admin/{id}"'), extensions={"http": {"routePrefix": ""}})
    with pytest.raises(IndexingFailed, match="conflicts with one or more built in routes"):
        FunctionsHost(tmp_path, broker, zygote=zygote).start()


def test_a_root_that_no_function_takes_is_the_homepage(host: FunctionsHost) -> None:
    """HomepageMiddleware."""
    assert (get(host, "/").status, get(host, "/").header("content-type")) == (200, "text/html")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a%20b/%C3%A9%2f%2F", "/a b/é%2f%2F"),
        ("/%FF/%C3%28/%C3", "/%FF/%C3(/%C3"),
        ("/50%25%zz%", "/50%%zz%"),
        ("/%E2%82%AC%F0%9F%98%80", "/€😀"),
        ("//a///b/", "//a///b/"),
        ("/a/./b/../c", "/a/c"),
        ("/a/%2e%2E/b/..", "/"),
        ("/a/b/.", "/a/b/"),
        ("/../..", "/"),
        ("/...", "/..."),
    ],
)
def test_paths_are_decoded_as_kestrel_does_it(path: str, expected: str) -> None:
    """UrlDecoder and PathNormalizer of https://github.com/dotnet/aspnetcore."""
    assert decoded(path) == expected


def test_a_path_with_a_null_is_a_bad_request(host: FunctionsHost) -> None:
    assert get(host, "/files/%00").status == 400


# --- requests -----------------------------------------------------------------------------------------


def test_a_request_arrives_as_the_host_converts_it(host: FunctionsHost) -> None:
    """GrpcMessageConversionExtensions.ToRpcHttp."""
    headers = (("Host", "shop.example"), ("X-Many", "1"), ("x-many", "2"), ("Content-Type", "application/json"))
    found = told(get(host, "/files/a%2520b?x=1&x=2&empty=&y=%C3%A9", "POST", headers=headers, body=b'{"a": 1}'))
    assert found == {
        "function": "rest",
        "method": "POST",
        "url": "https://shop.example/files/a%20b?x=1&x=2&empty=&y=%C3%A9",
        "headers": {"host": "shop.example", "x-many": "1,2", "content-type": "application/json"},
        "query": {"x": "1,2", "y": "é"},
        "route": {"path": "a%20b"},
        "body": '{"a": 1}',
    }


def test_bodies_are_bytes(host: FunctionsHost) -> None:
    body = bytes(range(256))
    assert told(get(host, "/files/a", "PUT", body=body))["body"].encode("latin-1") == body


# --- answers ------------------------------------------------------------------------------------------


def test_an_answer_arrives_as_the_host_converts_it(host: FunctionsHost) -> None:
    """Of several headers of one name the library keeps the last, but of cookies; ASP.NET writes these anew."""
    found = get(host, "/answer?status=418")
    assert host.calls[-1].error == ""
    assert (found.status, found.body, found.header("content-type")) == (418, bytes(range(256)), "image/x")
    assert found.header("X-Many") == "2"
    assert [value for name, value in found.headers if name == "Set-Cookie"] == [
        "session=a%2F%3D; max-age=60; path=/; secure; samesite=lax; httponly",
        "old=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=x.org; samesite=none",
    ]


def test_an_empty_answer_is_text(host: FunctionsHost) -> None:
    found = get(host, "/plain")
    assert (found.status, found.body, found.header("content-type")) == (200, b"", "text/plain; charset=utf-8")


@pytest.mark.parametrize("path", ["/raise", "/nothing", "/header"])
def test_what_goes_wrong_is_an_internal_error(host: FunctionsHost, path: str) -> None:
    """A function that raises, one that returns nothing, a header that Kestrel does not send."""
    found = get(host, path)
    assert (found.status, found.body) == (500, b"")


def test_credentials_are_taken_out_of_errors(host: FunctionsHost) -> None:
    get(host, "/raise")
    assert host.calls[-1].error == "ValueError: [Hidden Credential]"


def test_a_worker_that_dies_is_an_internal_error_and_is_replaced(host: FunctionsHost) -> None:
    assert get(host, "/die").status == 500
    assert (host.calls[-1].address, host.calls[-1].error) == ("/die", "python exited with code 3 (0x3)")
    assert get(host, "/plain").status == 200


def test_functions_that_are_not_anonymous_want_a_key(host: FunctionsHost) -> None:
    assert get(host, "/locked").status == 401
    assert get(host, f"/locked?code={KEY}").body == b"open"
    assert get(host, "/locked", headers=(("x-functions-key", KEY),)).body == b"open"


def test_requests_are_served_side_by_side(host: FunctionsHost) -> None:
    found: list[Response] = []
    threads = [Thread(target=lambda: found.append(get(host, "/meet"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.body for one in found] == [b"met", b"met"]


SLOW = """
import os, time
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="slow")
def slow(req: func.HttpRequest) -> func.HttpResponse:
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.01)
    return func.HttpResponse("late")
"""


def test_callers_do_not_wait_longer_than_the_load_balancer(broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout; the function goes on."""
    write_app(tmp_path, SLOW)
    gate = tmp_path / "gate"
    with FunctionsHost(tmp_path, broker, {"GATE": str(gate)}, zygote=zygote, answer_s=0.05) as host:
        assert get(host, "/api/slow").status == 504
        assert host.calls[-1].error == "no answer within 0.05 s"
        gate.touch()


def test_a_function_that_takes_too_long_costs_the_worker_its_life(
    broker: Broker, zygote: Zygote, tmp_path: Path
) -> None:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-host-json#functiontimeout."""
    write_app(tmp_path, SLOW, functionTimeout="00:00:00.1")
    gate = tmp_path / "gate"
    with FunctionsHost(tmp_path, broker, {"GATE": str(gate)}, zygote=zygote) as host:
        assert get(host, "/api/slow").status == 500
        assert host.calls[-1].error == "Timeout value of 00:00:00.1 was exceeded by function: Functions.slow"
        gate.touch()
        assert get(host, "/api/slow").body == b"late"


def test_a_host_that_is_stopped_is_not_available(broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    host = FunctionsHost(write_app(tmp_path, SLOW), broker, zygote=zygote)
    assert get(host, "/api/slow").status == 503


# --- loopback -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def front(host: FunctionsHost) -> Iterator[Loopback]:
    with Loopback() as server:
        server.serve(host.http)
        yield server


def test_an_address_is_known_before_there_is_a_host() -> None:
    with Loopback() as server:
        client = http.client.HTTPConnection("127.0.0.1", server.port)
        client.request("GET", "/")
        assert client.getresponse().status == 503
        client.close()


def test_programs_reach_functions_over_loopback(front: Loopback) -> None:
    client = http.client.HTTPConnection("127.0.0.1", front.port)
    for body in (b"\xff\x00", b"again"):  # one connection
        client.request("PATCH", "/files/a?b=c", body=body, headers={"X-A": "b"})
        found = json.loads(client.getresponse().read())
        assert (found["method"], found["body"].encode("latin-1"), found["query"]) == ("PATCH", body, {"b": "c"})
    client.request("GET", "//files/a")
    assert client.getresponse().read() == b""  # the slashes were there: no route takes them
    client.request("GET", "/answer")
    assert len(client.getresponse().headers.get_all("Set-Cookie") or ()) == 2
    client.close()


def test_a_body_in_chunks_is_lost(front: Loopback) -> None:
    """The host asks for Content-Length: https://github.com/Azure/azure-functions-host/issues/4926."""
    client = http.client.HTTPConnection("127.0.0.1", front.port)
    client.request("POST", "/files/a", body=iter([b"one", b"two"]), encode_chunked=True)
    assert json.loads(client.getresponse().read())["body"] == ""
    client.close()


def test_the_answer_to_head_has_no_body(front: Loopback) -> None:
    client = http.client.HTTPConnection("127.0.0.1", front.port)
    client.request("HEAD", "/answer")
    found = client.getresponse()
    assert (found.status, found.headers["Content-Length"], found.read()) == (200, "256", b"")
    client.close()
