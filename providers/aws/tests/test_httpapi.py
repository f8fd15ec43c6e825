"""The model of API Gateway's HTTP APIs: routes, events of format 2.0, answers, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest

from providers.aws.tests.httpapi import HttpApi, HttpApis
from providers.aws.tests.httpapi.api import HEADERS_MAX, PAYLOAD_MAX, NotInvoked, Refused
from tests.hosting.http import Request, Response

FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:shop-prod"


@dataclass
class Reply:
    payload: bytes
    error: str = ""


def api(*routes: str) -> HttpApi:
    """An API with a function a route, called like it: "GET /items" is shop-prod:GET-items."""
    apis = HttpApis("eu-central-1", "111122223333")
    id = apis.create_api(Name="shop-prod", ProtocolType="HTTP")["ApiId"]
    for route in routes:
        made = apis.create_integration(
            ApiId=id, IntegrationType="AWS_PROXY", IntegrationUri=f"{FUNCTION}:{route}", PayloadFormatVersion="2.0"
        )
        apis.create_route(ApiId=id, RouteKey=route, Target=f"integrations/{made['IntegrationId']}")
    apis.create_stage(ApiId=id, StageName="$default", AutoDeploy=True)
    return apis.apis[id]


def asked(one: HttpApi, method: str, path: str, **facts: Any) -> tuple[Response, dict[str, Any]]:
    """The answer to a request, and the event that the function was given ({} where none was)."""
    events: list[dict[str, Any]] = []

    def invoke(function: str, event: bytes, source: str) -> Reply:
        events.append({**json.loads(event), "function": function, "source": source})
        return Reply(json.dumps({"statusCode": 200, "body": function.rpartition(":")[2]}).encode())

    answer = one.answer(Request(method=method, path=path, **facts), invoke, lambda: 1_767_355_200.5)
    return answer, events[0] if events else {}


def replying(one: HttpApi, reply: Any, error: str = "") -> Response:
    """The answer where the function replies so."""
    payload = reply if isinstance(reply, bytes) else json.dumps(reply).encode()

    def invoke(function: str, event: bytes, source: str) -> Reply:
        return Reply(payload, error)

    return one.answer(Request(method="GET", path="/x"), invoke, lambda: 0.0)


ROUTES = (
    "GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default", "ANY /pets/dog/{id}"
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("POST", "/test/5", "ANY /{proxy+}"),
        ("PUT", "/pets/dog/2", "ANY /pets/dog/{id}"),
        ("GET", "/", "$default"),
    ],
)
def test_the_most_specific_route_answers(method: str, path: str, route: str) -> None:
    """The first four are the page's own examples."""
    answer, event = asked(api(*ROUTES), method, path)
    assert answer.body.decode() == event["routeKey"] == route


@pytest.mark.parametrize("path", ["/items/", "/items/7/", "//items", "/Items", "/items/7/8", "/"])
def test_no_other_path_is_found(path: str) -> None:
    answer, event = asked(api("GET /items", "GET /items/{id}"), "GET", path)
    assert (answer.status, answer.body, event) == (404, b'{"message": "Not Found"}', {})


def test_another_method_is_not_found_unless_there_is_any() -> None:
    assert asked(api("GET /items"), "PUT", "/items")[0].status == 404
    assert asked(api("GET /items", "ANY /items"), "PUT", "/items")[0].body == b"ANY /items"
    assert asked(api("GET /items", "ANY /items"), "HEAD", "/items")[0].body == b"ANY /items"


def test_a_path_is_decoded_once_before_it_is_matched() -> None:
    one = api("GET /items/{id}", "GET /items/{a}/{b}")
    assert asked(one, "GET", "/items/a%20b%2520c")[1]["pathParameters"] == {"id": "a b%20c"}
    assert asked(one, "GET", "/%69tems/a%2Fb")[1]["pathParameters"] == {"a": "a", "b": "b"}
    found = asked(one, "GET", "/items/a%3Fb=c", query="x=%31&x=2&y")[1]
    assert (found["rawPath"], found["rawQueryString"]) == ("/items/a", "x=%31&x=2&y")
    assert found["queryStringParameters"] == {"x": "1,2", "y": ""}


@pytest.mark.parametrize(
    ("path", "raw"),
    [("/items/%FF", "/items/\ufffd"), ("/items/%zz", "/items/%zz"), ("/x/../items/a", "/items/a"), ("/..", "/")],
)
def test_what_no_page_tells_of_paths_is_what_a_caller_least_expects(path: str, raw: str) -> None:
    assert asked(api("$default"), "GET", path)[1]["rawPath"] == raw


def test_an_event_has_small_names_joined_values_and_a_list_of_cookies() -> None:
    headers = (("X-Many", "a"), ("x-many", "b"), ("Cookie", "a=1; b=2"), ("Content-Type", "application/json"))
    event = asked(api("POST /x"), "POST", "/x", headers=headers, body=b'{"a": 1}')[1]
    assert event["version"] == "2.0"
    assert (event["headers"]["x-many"], event["cookies"]) == ("a,b", ["a=1", "b=2"])
    assert "cookie" not in event["headers"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": 1}', False)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["time"] == "02/Jan/2026:12:00:00 +0000"
    assert event["requestContext"]["timeEpoch"] == 1_767_355_200_500
    assert event["source"].endswith("/$default/POST/x")


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/x-www-form-urlencoded", "image/png", ""])
def test_what_is_no_text_comes_in_base64(kind: str) -> None:
    event = asked(api("POST /x"), "POST", "/x", headers=(("Content-Type", kind),), body=b"a=1")[1]
    assert (event["body"], event["isBase64Encoded"]) == ("YT0x", True)


def test_a_request_without_a_body_has_none() -> None:
    event = asked(api("GET /x"), "GET", "/x")[1]
    assert "body" not in event
    assert "cookies" not in event


def test_a_reply_becomes_an_answer() -> None:
    one = api("GET /x")
    reply = {
        "statusCode": 201,
        "headers": {"x-a": "1"},
        "cookies": ["a=1", "b=2"],
        "body": "hé",
        "isBase64Encoded": False,
    }
    answer = replying(one, reply)
    assert (answer.status, answer.body) == (201, "hé".encode())
    assert [value for name, value in answer.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert replying(one, {"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}).body == b"\x00\xff"
    assert replying(one, {"hello": "world"}).body == b'{"hello": "world"}'


@pytest.mark.parametrize(
    "reply",
    [
        {"statusCode": "two hundred"}, {"statusCode": 200, "multiValueHeaders": {}}, {"statusCode": 200, "body": {}},
        {"statusCode": 200, "headers": {"a": 1}}, {"statusCode": 200, "headers": {"a": "x\ny"}},
        {"statusCode": 200, "body": "é", "isBase64Encoded": True}, {"statusCode": 200, "cookies": "a=1"},
    ],
)  # fmt: skip
def test_a_reply_that_the_format_has_not_is_500(reply: Any) -> None:
    assert replying(api("GET /x"), reply).status == 500


def test_a_function_that_fails_or_may_not_be_invoked_is_500() -> None:
    one = api("GET /x")
    assert replying(one, {"errorType": "KeyError"}, "Unhandled").body == b'{"message": "Internal Server Error"}'

    def invoke(function: str, event: bytes, source: str) -> Reply:
        raise NotInvoked

    assert one.answer(Request(method="GET", path="/x"), invoke, lambda: 0.0).status == 500


def test_a_function_that_takes_too_long_is_503_and_goes_on() -> None:
    apis = HttpApis("eu-central-1", "1")
    id = apis.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    make_route(apis, id, "GET /x", TimeoutInMillis=50)
    apis.create_stage(ApiId=id, StageName="$default", AutoDeploy=True)
    answered, ended = Event(), Event()

    def invoke(function: str, event: bytes, source: str) -> Reply:
        answered.wait()
        ended.set()
        return Reply(b"{}")

    answer = apis.apis[id].answer(Request(method="GET", path="/x"), invoke, lambda: 0.0)
    assert (answer.status, answer.body) == (503, b'{"message": "Service Unavailable"}')
    answered.set()
    assert ended.wait(10)


def test_requests_have_limits() -> None:
    one = api("POST /x")
    assert asked(one, "POST", "/x", body=b"x" * (PAYLOAD_MAX + 1))[0].status == 413
    assert asked(one, "POST", "/x", headers=(("a", "x" * HEADERS_MAX),))[0].status == 431


def make_route(apis: HttpApis, id: str, key: str, **more: Any) -> Any:
    made = apis.create_integration(
        ApiId=id, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="2.0", **more
    )
    return apis.create_route(ApiId=id, RouteKey=key, Target=f"integrations/{made['IntegrationId']}")


@pytest.mark.parametrize("key", ["FETCH /x", "GET x", "GET /{a+}/b", "GET /a{b}", "GET /{}", "get /x"])
def test_a_route_key_that_is_none_is_refused(key: str) -> None:
    apis = HttpApis("eu-central-1", "1")
    id = apis.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    with pytest.raises(Refused, match="route key"):
        make_route(apis, id, key)


MISTAKES: list[Callable[[HttpApis, str], Any]] = [
    lambda apis, id: [make_route(apis, id, "GET /x"), make_route(apis, id, "GET /x")],
    lambda apis, id: apis.create_route(ApiId=id, RouteKey="GET /x", Target="integrations/none"),
    lambda apis, id: apis.create_stage(ApiId=id, StageName="$default"),
    lambda apis, id: apis.create_stage(ApiId="none", StageName="$default", AutoDeploy=True),
    lambda apis, id: apis.create_api(Name="a", ProtocolType="WEBSOCKET"),
    lambda apis, id: apis.create_api(Name="a", ProtocolType="HTTP", CorsConfiguration={}),
    lambda apis, id: apis.create_integration(
        ApiId=id, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="2.0",
        TimeoutInMillis=30_001,
    ),
    lambda apis, id: apis.create_integration(
        ApiId=id, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="1.0"
    ),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_api_gateway_refuses_or_the_model_has_not_is_refused(mistake: Callable[[HttpApis, str], Any]) -> None:
    apis = HttpApis("eu-central-1", "1")
    id = apis.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    with pytest.raises(Refused):
        mistake(apis, id)


def test_an_api_without_a_stage_is_not_found() -> None:
    one = api("GET /x")
    one.is_deployed = False
    assert asked(one, "GET", "/x")[0].status == 404
