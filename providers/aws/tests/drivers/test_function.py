"""The function driver through boto3: one call, and every way in which it may go wrong."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from cloudless.errors import InvalidArgument, NotFound, RemoteError, Unavailable
from cloudless.system import opened
from cloudless_aws.clients import function as module
from providers.aws.tests.drivers.envelopes import NASTY, envelope
from providers.aws.tests.drivers.place import REGION, Place
from providers.aws.tests.stepfunctions import Failed
from tests import tools

CHARGE = "shop-prod-charge:live"


@pytest.fixture
def functions(place: Place) -> Any:
    return place.cloud(functions={"charge": "shop-prod-charge"}).functions


def test_a_call_arrives_whole_and_its_answer_comes_back(place: Place, functions: Any) -> None:
    place.functions.known[CHARGE] = lambda event: {"result": json.loads(opened(event["call"]).body)}
    answer = functions.invoke("charge", envelope(body=NASTY, trace="a" * 32, correlation="c"), 30)
    assert json.loads(answer) == {"result": json.loads(NASTY)}
    [(at, event)] = place.functions.calls
    arrived = opened(event["call"])
    assert (at, arrived.trace, arrived.correlation, arrived.id) == (CHARGE, "a" * 32, "c", f"{1:032x}")


def test_an_error_of_the_function_is_an_answer(place: Place, functions: Any) -> None:
    place.functions.known[CHARGE] = lambda _: {"error": ["CardDeclined", "no funds"]}
    assert json.loads(functions.invoke("charge", envelope(), 30)) == {"error": ["CardDeclined", "no funds"]}


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("Sandbox.Timedout", "RequestId: 7 Error: Task timed out after 30.00 seconds", TimeoutError),
        ("", "2026-01-02T12:00:00Z 7 Task timed out after 30.00 seconds", TimeoutError),
        ("Runtime.ExitError", "RequestId: 7 Error: Runtime exited", RemoteError),
        ("Runtime.ImportModuleError", "No module named 'x'", RemoteError),
    ],
)
def test_a_function_that_gave_no_answer(
    place: Place, functions: Any, kind: str, message: str, expected: type[Exception]
) -> None:
    place.functions.known[CHARGE] = lambda _: _fail(kind, message)
    with pytest.raises(expected, match=message[-12:]) as caught:
        functions.invoke("charge", envelope(), 30)
    assert expected is TimeoutError or getattr(caught.value, "type", "") == "Crashed"


def _fail(kind: str, message: str) -> None:
    raise Failed(kind, json.dumps({"errorType": kind, "errorMessage": message} if kind else {"errorMessage": message}))


def test_a_call_is_made_once(place: Place, functions: Any) -> None:
    place.functions.known[CHARGE] = lambda _: {"result": 1}
    place.failing.append((429, "TooManyRequestsException"))
    with pytest.raises(Unavailable, match=r"invoking 'charge' in eu-central-1.*as the test wants it"):
        functions.invoke("charge", envelope(), 30)
    assert place.functions.calls == []


@pytest.mark.parametrize("code", ["ServiceException", "InternalFailure"])
def test_where_nobody_knows_whether_it_ran_it_crashed(place: Place, functions: Any, code: str) -> None:
    place.failing.append((500, code))
    with pytest.raises(RemoteError, match="nobody knows what became of it"):
        functions.invoke("charge", envelope(), 30)


def test_a_function_that_is_not_ours_crashed(place: Place, functions: Any) -> None:
    place.functions.known[CHARGE] = lambda _: [1, 2]
    with pytest.raises(RemoteError, match=r"shop-prod-charge is no function of ours: it answered \[1, 2\]"):
        functions.invoke("charge", envelope(), 30)


def test_a_function_that_is_not_deployed_is_not_found(functions: Any) -> None:
    with pytest.raises(NotFound, match="deploy the stage"):
        functions.invoke("charge", envelope(), 30)
    with pytest.raises(NotFound, match=r"no address of a function 'other'; it has: \['charge'\]"):
        functions.invoke("other", envelope(), 30)


def test_a_call_that_lambda_does_not_take_is_an_invalid_argument(place: Place, functions: Any) -> None:
    place.failing.append((413, "RequestTooLargeException"))
    with pytest.raises(InvalidArgument):
        functions.invoke("charge", envelope(), 30)


def test_a_caller_waits_no_longer_than_the_function_may_take(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside its start. A server that takes calls, and never answers."""
    monkeypatch.setattr(module, "START_S", 0)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        functions = place.cloud(functions={"charge": "shop-prod-charge"}).functions
        with pytest.raises(TimeoutError, match="no answer in time"):
            functions.invoke("charge", envelope(), 0.1)


def test_nobody_there_is_unavailable(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{tools.free_port()}")
    functions = place.cloud(functions={"charge": "shop-prod-charge"}).functions
    with pytest.raises(Unavailable, match="invoking 'charge' in eu-central-1"):
        functions.invoke("charge", envelope(), 30)


def test_native_gives_the_official_client_and_the_name(functions: Any) -> None:
    client, name = functions.native("charge")
    assert (type(client).__name__, client.meta.region_name, name) == ("Lambda", REGION, "shop-prod-charge")
    functions.close()
