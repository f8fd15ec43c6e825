"""Every endpoint is in the document, with what it says about itself and who may call it."""

from typing import Annotated, Any

from cloudless import App, Identity, Request, api_key, jwt
from cloudless.conformance.apps import endpoints
from cloudless.http import Endpoint
from tests.unit.frontend.openapi.described import described, get


def test_every_endpoint_is_there_once_with_its_name_and_neither_head_nor_options() -> None:
    paths = described(endpoints.app)["paths"]
    found = {(path, method, one["operationId"]) for path, item in paths.items() for method, one in item.items()}
    declared = [one for one in endpoints.app.registered if isinstance(one, Endpoint)]
    assert found == {(one.path, one.method.lower(), one.name) for one in declared}


def test_title_version_and_servers_are_those_given() -> None:
    found = described(App("shop"), version="2.1", servers=["https://shop.example/v2"])
    assert found["openapi"] == "3.1.0"
    assert found["info"] == {"title": "shop", "version": "2.1"}
    assert found["servers"] == [{"url": "https://shop.example/v2"}]
    assert described(App("shop"))["info"]["version"] == "0.1.0"
    assert "servers" not in described(App("shop"))


def test_a_docstring_is_summary_and_description() -> None:
    def documented() -> None:
        """Say hello.

        To whoever asks,
            in any language.
        """

    def bare() -> None: ...

    found = get(documented)
    assert (found["summary"], found["description"]) == ("Say hello.", "To whoever asks,\n    in any language.")
    assert {"summary", "description"}.isdisjoint(get(bare))


def test_who_may_call_is_a_scheme_that_endpoints_share() -> None:
    app = App("shop")

    def customer(request: Request) -> str:
        """Look the customer up."""
        return request.client

    def show(who: Annotated[Any, Identity()]) -> None: ...

    def nothing() -> None: ...

    app.get("/a", auth=jwt(issuer="https://issuer.example", audience="shop", scopes=["read"]), name="a")(show)
    app.get("/b", auth=jwt(issuer="https://issuer.example", audience="shop"), name="b")(show)
    app.get("/c", auth=jwt(issuer="https://other.example", audience=["a", "b"]), name="c")(show)
    app.get("/d", auth=api_key(app.secret("key"), header="X-Key"), name="d")(show)
    app.get("/e", auth=customer, name="e")(show)
    app.get("/f", public=True, name="f")(nothing)
    found = described(app)
    asked = {path: item["get"].get("security") for path, item in found["paths"].items()}
    assert asked == {
        "/a": [{"jwt": ["read"]}], "/b": [{"jwt": []}], "/c": [{"jwt_2": []}],
        "/d": [{"api_key": []}], "/e": [{"customer": []}], "/f": None,
    }  # fmt: skip
    refused = {
        path: [code for code in item["get"]["responses"] if code > "400"] for path, item in found["paths"].items()
    }
    assert refused == {
        "/a": ["401", "403"],
        "/b": ["401"],
        "/c": ["401"],
        "/d": ["401"],
        "/e": ["401", "403"],
        "/f": [],
    }
    assert found["components"]["securitySchemes"] == {
        "jwt": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of https://issuer.example for shop.",
        },
        "jwt_2": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of https://other.example for a or b.",
        },
        "api_key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "customer": {
            "type": "http",
            "scheme": "custom",
            "description": "Decided from the request by a function of the application. Look the customer up.",
        },
    }
