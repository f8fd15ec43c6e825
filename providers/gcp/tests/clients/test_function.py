"""Direct calls, behind Cloud Run's front: identity tokens, answers, and what else may come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.driver import rest
from cloudless.errors import NotFound, PermissionDenied, RemoteError, Unavailable
from cloudless.system import opened
from cloudless_gcp.clients import function
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.clients.token import claims_of
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import REGION, Place, function_url, replying
from tests import tools
from tests.hosting.http import Request, Response


@pytest.fixture
def url(place: Place) -> str:
    place.allow(f"projects/{place.project}/locations/{REGION}/services/shop-prod-charge", "roles/run.invoker")
    return function_url(place.project, "shop-prod-charge")


@pytest.fixture
def cloud(place: Place, url: str) -> GoogleCloud:
    return place.cloud(functions={"charge": url})


def test_a_call_arrives_whole_and_its_answer_comes_back(place: Place, cloud: GoogleCloud, url: str) -> None:
    seen: list[Any] = []
    place.functions[url] = replying(lambda body: seen.append(body) or {"result": "ü"})
    call = envelope(body='{"amount":1}', trace="a" * 32, correlation="c")
    assert json.loads(cloud.functions.invoke("charge", call, 10)) == {"result": "ü"}
    received = opened(seen[0]["call"])
    assert (received.body, received.trace, received.id) == (call.body, call.trace, call.id)


def test_the_token_is_for_that_function_and_is_kept(place: Place, cloud: GoogleCloud, url: str) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response(status=200, body=b'{"result":1}')

    place.functions[url] = answer
    cloud.functions.invoke("charge", envelope(), 10)
    cloud.functions.invoke("charge", envelope(), 10)
    first, second = (one.header("Authorization") for one in seen)
    assert first == second
    assert claims_of(first.removeprefix("Bearer "))["aud"] == url
    assert claims_of(first.removeprefix("Bearer "))["email"] == place.account


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (500, b'{"crashed": "the handler ended with SystemExit(1)"}', RemoteError, "Crashed: .*SystemExit"),
        (200, b"<html>", RemoteError, "Crashed: .*200: <html>"),
        (503, b"no instance", RemoteError, "Crashed: .*503: no instance"),
        (504, b"upstream request timeout", TimeoutError, "504: upstream"),
        (429, b"Rate exceeded.", Unavailable, "429: Rate exceeded"),
        (404, b"<html>Not Found", NotFound, "404"),
    ],
)
def test_whatever_else_comes_is_an_error_of_ours(  # noqa: PLR0917  (the table)
    place: Place, cloud: GoogleCloud, url: str, status: int, body: bytes, kind: type[Exception], text: str
) -> None:
    calls: list[Request] = []

    def answer(request: Request) -> Response:
        calls.append(request)
        return Response(status=status, body=body)

    place.functions[url] = answer
    with pytest.raises(kind, match=text):
        cloud.functions.invoke("charge", envelope(), 10)
    assert len(calls) == 1, "a call is never repeated"


def test_a_function_that_takes_too_long_is_no_longer_waited_for(
    place: Place, cloud: GoogleCloud, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **_more: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(rest.Service, "once", slow)
    with pytest.raises(TimeoutError, match="invoking 'charge': no answer within 3 s"):
        cloud.functions.invoke("charge", envelope(), 3)


def test_nobody_there_is_unavailable(cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDLESS_GOOGLE_ENDPOINT", f"http://127.0.0.1:{tools.free_port()}")
    with pytest.raises(Unavailable):
        cloud.functions.invoke("charge", envelope(), 3)


def test_who_may_not_is_told_so(place: Place, cloud: GoogleCloud) -> None:
    place.iam.remove(role="roles/run.invoker")
    with pytest.raises(PermissionDenied, match=f"it lacks {function.INVOKE} on https://{REGION}-"):
        cloud.functions.invoke("charge", envelope(), 3)
