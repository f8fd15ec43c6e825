"""Which endpoint answers a request."""

from __future__ import annotations

import pytest

from cloudless.request import Request, Response
from cloudless.runtime.endpoint import EndpointPlan
from cloudless.runtime.router import Router

ROUTER = Router([
    EndpointPlan("show", "GET", "/items/{id}"),
    EndpointPlan("change", "PUT", "/items/{item}"),
    EndpointPlan("new", "GET", "/items/new"),
    EndpointPlan("root", "GET", "/"),
    EndpointPlan("part", "GET", "/{shelf}/{part}"),
])  # fmt: skip


def found(method: str, path: str) -> tuple[str, list[str]] | int:
    """Name of the handler and the segments, or the status."""
    answer = ROUTER.find(Request(method, path))
    return answer.status if isinstance(answer, Response) else (answer[0].handler, answer[1])


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", ("root", ["", ""])),
        ("GET", "/items/7", ("show", ["", "items", "7"])),
        ("PUT", "/items/7", ("change", ["", "items", "7"])),
        ("GET", "/items/new", ("new", ["", "items", "new"])),
        ("GET", "/items/%6Eew", ("new", ["", "items", "new"])),
        ("GET", "/shelf/a%20b", ("part", ["", "shelf", "a b"])),
        ("HEAD", "/items/7", ("show", ["", "items", "7"])),
    ],
)
def test_a_request_gets_to_its_endpoint_with_decoded_segments(
    method: str, path: str, expected: tuple[str, list[str]]
) -> None:
    assert found(method, path) == expected


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PROPFIND"])
def test_the_first_endpoint_of_a_path_answers_for_methods_that_it_has_not(method: str) -> None:
    assert found(method, "/items/7") == ("show", ["", "items", "7"])


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/items/7/", 404), ("", 404), ("/items/%zz", 400), ("/items/a%2Fb", 400)]
)
def test_what_no_endpoint_is_for_is_answered(path: str, status: int) -> None:
    assert found("GET", path) == status
