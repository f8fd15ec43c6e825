"""The model of API Gateway, held against what Google's documentation says."""

from typing import Any

import pytest

from providers.gcp.tests.apigateway import Api, Backward, Refused
from providers.gcp.tests.apigateway.path import BadPath, normalized
from tests.hosting.http import Request, Response

URL = "https://europe-west1-shop-1.cloudfunctions.net/shop-prod-get-item"
RESPONSES = {"default": {"description": "whatever it says"}}


def operation(id: str, *variables: str, **backend: Any) -> dict[str, Any]:
    parameters = [{"name": one, "in": "path", "required": True, "type": "string"} for one in variables]
    told = {"address": URL, "path_translation": "APPEND_PATH_TO_ADDRESS", "deadline": 30.0, **backend}
    return {"operationId": id, "responses": RESPONSES, "parameters": parameters, "x-google-backend": told}


def document(paths: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"swagger": "2.0", "info": {"title": "shop", "version": "1"}, "paths": paths, **changes}


class Stand:
    def __init__(self, paths: dict[str, Any], **changes: Any) -> None:
        self.api = Api(document(paths, **changes), "shop-abc.ew.gateway.dev")
        self.asked: list[Backward] = []
        self.fails: type[Exception] | None = None

    def __call__(
        self, method: str, path: str, *headers: tuple[str, str], query: str = "", body: bytes = b""
    ) -> Response:
        request = Request(method=method, path=path, query=query, headers=headers, body=body)
        return self.api.answer(request, self._forward, lambda audience: f"token-for-{audience}")

    def _forward(self, asked: Backward) -> Response:
        if self.fails:
            raise self.fails
        self.asked.append(asked)
        return Response(status=200, body=b"ok")


ITEMS = {
    "/items": {"get": operation("list"), "post": operation("create")},
    "/items/new": {"get": operation("new")},
    "/items/{id}": {"get": operation("get", "id"), "delete": operation("remove", "id")},
    "/": {"get": operation("root")},
}


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("GET", "/items", "/shop-prod-get-item/items"),
        ("GET", "/items/7", "/shop-prod-get-item/items/7"),
        ("GET", "/items/a%20b%2Fc", "/shop-prod-get-item/items/a%20b%2Fc"),
        ("GET", "/", "/shop-prod-get-item/"),
        ("GET", "/items/", "/shop-prod-get-item/items/"),
        ("GET", "//items", "/shop-prod-get-item/items"),
        ("GET", "/x/../items/%41", "/shop-prod-get-item/items/A"),
    ],
)
def test_the_path_is_appended_to_the_address(method: str, path: str, target: str) -> None:
    stand = Stand(ITEMS)
    assert stand(method, path, query="a=%20b&a=c").status == 200
    (asked,) = stand.asked
    assert (asked.request.path, asked.request.query) == (target, "a=%20b&a=c")
    assert asked.url == f"https://europe-west1-shop-1.cloudfunctions.net{target}"


def test_a_constant_address_gets_variables_in_the_query() -> None:
    stand = Stand({"/items/{id}": {"get": operation("get", "id", path_translation="CONSTANT_ADDRESS")}})
    stand("GET", "/items/7", query="a=b")
    (asked,) = stand.asked
    assert (asked.request.path, asked.request.query) == ("/shop-prod-get-item", "a=b&id=7")


def test_what_is_not_said_depends_on_where_it_is_not_said() -> None:
    plain = {"operationId": "get", "responses": RESPONSES}
    below = Stand({"/items": {"get": {**plain, "x-google-backend": {"address": URL}}}})
    above = Stand({"/items": {"get": plain}}, **{"x-google-backend": {"address": URL}})
    for stand, path in ((below, "/shop-prod-get-item"), (above, "/shop-prod-get-item/items")):
        stand("GET", "/items")
        assert (stand.asked[0].request.path, stand.asked[0].deadline_s) == (path, 15.0)


def test_a_text_goes_before_a_variable() -> None:
    stand = Stand({**ITEMS, "/items/new": {"get": operation("new", address="https://other.example.com")}})
    stand("GET", "/items/new")
    assert stand.asked[0].request.header("Host") == "other.example.com"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/Items", 404),
        ("GET", "/items/7/more", 404),
        ("PUT", "/items", 405),
        ("HEAD", "/items", 405),
        ("OPTIONS", "/items", 405),
        ("GET", "/../items", 400),
    ],
)
def test_what_is_not_configured_does_not_pass(method: str, path: str, status: int) -> None:
    stand = Stand(ITEMS)
    answer = stand(method, path)
    assert (answer.status, stand.asked) == (status, [])
    assert f'"code": {status}'.encode() in answer.body


def test_the_gateways_token_takes_the_place_of_the_callers() -> None:
    stand = Stand(ITEMS)
    stand("GET", "/items", ("Authorization", "Bearer mine"), ("X-Forwarded-Authorization", "Bearer forged"))
    request = stand.asked[0].request
    assert request.header("Authorization") == f"Bearer token-for-{URL}"
    assert request.header("X-Forwarded-Authorization") == "Bearer mine"


def test_an_audience_can_be_another_one_or_none() -> None:
    stand = Stand(
        {"/a": {"get": operation("a", jwt_audience="https://x")}, "/b": {"get": operation("b", disable_auth=True)}}
    )
    stand("GET", "/a")
    stand("GET", "/b", ("Authorization", "Bearer mine"))
    assert [one.request.header("Authorization") for one in stand.asked] == ["Bearer token-for-https://x", "Bearer mine"]


def test_a_header_says_another_method() -> None:
    stand = Stand(ITEMS)
    assert stand("POST", "/items/7", ("X-HTTP-Method-Override", "DELETE")).status == 200
    assert stand.asked[0].request.method == "DELETE"


def test_what_the_gateway_refuses_by_itself() -> None:
    stand = Stand(ITEMS)
    assert stand("GET", "/items", ("a_b", "c")).status == 400
    assert stand("POST", "/items", body=b"a" * (32 * 1_024 * 1_024 + 1)).status == 413


@pytest.mark.parametrize(("problem", "status"), [(TimeoutError, 504), (ConnectionRefusedError, 503)])
def test_a_backend_that_does_not_answer(problem: type[Exception], status: int) -> None:
    stand = Stand(ITEMS)
    stand.fails = problem
    assert stand("GET", "/items").status == status


OTHER = {"/a": {"get": operation("a")}}


@pytest.mark.parametrize(
    "body",
    [
        document({}),
        document(OTHER, swagger="3.0"),
        document(OTHER, info={"title": "shop"}),
        document(OTHER, basePath="/v1"),
        document(OTHER, **{"x-strange": 1}),
        document({"a": {"get": operation("a")}}),
        document({"/a//b": {"get": operation("a")}}),
        document({"/a/{id=**}": {"get": operation("a")}}),
        document({"/a/{id}/{id}": {"get": operation("a", "id")}}),
        document({"/a/{id}": {"get": operation("a")}}),
        document({"/a": {"get": operation("a", "id")}}),
        document({"/a": {"get": operation("a"), "post": operation("a")}}),
        document({"/a/{b}": {"get": operation("a", "b")}, "/a/{c}": {"get": operation("b", "c")}}),
        document({"/a": {"get": operation("a b")}}),
        document({"/a": {"get": operation("a", address="x")}}),
        document({"/a": {"get": operation("a", deadline=601)}}),
        document({"/a": {"get": operation("a", path_translation="SOME")}}),
        document({"/a": {"get": operation("a", jwt_audience="x", disable_auth=True)}}),
        document({"/a": {"get": {"operationId": "a", "responses": RESPONSES}}}),
        document({"/a": {"get": {**operation("a"), "responses": {}}}}),
        document({"/a": {"trace": operation("a")}}),
    ],
)
def test_what_is_no_api(body: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Api(body, "host")


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/hello/../world", "/world"),  # the table of --disable_normalize_path
        ("/%4A", "/J"),
        ("/%4a", "/J"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a%20b", "/a%20b"),
        ("/hello//world", "/hello/world"),
        ("/a/.", "/a/"),
        ("/a/./b/..", "/a/"),
        ("/a/", "/a/"),
        ("/", "/"),
    ],
)
def test_paths_are_normalised(path: str, normal: str) -> None:
    assert normalized(path) == normal


def test_no_path_leaves_the_root() -> None:
    for path in ("/..", "/a/../../b", "a"):
        with pytest.raises(BadPath):
            normalized(path)
