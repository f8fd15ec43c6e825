"""Functions that are invoked: what comes back, and what may go wrong on the way."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from cloudless.driver.current import HERE, leave, use
from cloudless.errors import InvalidBody, NotFound, PermissionDenied, RemoteError, Unavailable
from cloudless.message import Envelope
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.names import INVOKE, key_of
from providers.azure.tests.calls import program
from providers.azure.tests.calls.program import CardDeclined
from providers.azure.tests.calls.servers import Scripted, answer
from providers.azure.tests.calls.site import VAULT, Site
from tests import tools
from tests.hosting.http import Request, Response

CHARGE = (INVOKE, "charge")


def invoked(functions: Any, name: str = "charge", timeout_s: float = 10, **arguments: Any) -> Any:
    reply = functions.invoke(name, Envelope("0" * 32, json.dumps(arguments)), timeout_s)
    return json.loads(reply)


def test_a_function_is_called_and_its_result_returned(site: Site) -> None:
    token = use(site.caller(CHARGE))
    try:
        amount, correlation = program.charge.invoke(3)
    finally:
        leave(token)
    assert amount == 3.0
    assert len(correlation) == 32


def test_what_it_raises_is_raised_again(site: Site) -> None:
    token = use(site.caller(CHARGE))
    try:
        with pytest.raises(CardDeclined, match="no funds"):
            program.charge.invoke(2_000)
    finally:
        leave(token)


def test_arguments_that_do_not_fit_are_the_function_s_to_refuse(site: Site) -> None:
    assert invoked(site.caller(CHARGE).functions, amount="a lot")["error"][0] == InvalidBody.__name__


def test_a_key_is_read_once(site: Site) -> None:
    functions = site.caller(CHARGE).functions
    for amount in range(3):
        invoked(functions, amount=amount)
    assert [name for _, name in site.vault.reads] == ["cloudless--invoke-charge"] * 2  # the caller, the app


# --- permission ---------------------------------------------------------------------------------------


def test_without_the_key_a_handler_is_told_what_to_write(site: Site) -> None:
    token = HERE.set((site.caller((INVOKE, "double")), "take", None))
    try:
        with pytest.raises(PermissionDenied) as caught:
            program.charge.invoke(3)
    finally:
        HERE.reset(token)
    assert "handler 'take' may not invoke function 'charge'" in str(caught.value)
    assert "add uses=[charge.invoke] to its decorator" in str(caught.value)
    assert site.calls == []


def test_without_the_key_a_caller_outside_is_told_the_role(site: Site) -> None:
    with pytest.raises(PermissionDenied, match="Key Vault Secrets User on the vault's secret cloudless--invoke-charge"):
        invoked(site.caller((INVOKE, "double")).functions, amount=1)


def test_the_key_of_another_function_does_not_open_this_one(site: Site) -> None:
    theirs = site.vault.get(VAULT, key_of(INVOKE, "double"))
    assert theirs
    functions = site.functions_at(site.front.url, theirs.value)
    with pytest.raises(PermissionDenied, match="does not accept our key to invoke function 'charge'"):
        invoked(functions, amount=1)


def test_a_function_that_has_no_key_is_not_found(site: Site) -> None:
    with pytest.raises(NotFound, match="nobody may invoke function 'nothing'"):
        invoked(site.anybody().functions, "nothing")


def test_a_key_that_was_rotated_is_read_again_on_both_sides(site: Site) -> None:
    old, new = site.caller(CHARGE).functions, site.caller(CHARGE, who="new").functions
    invoked(old, amount=1)
    site.vault.put(VAULT, key_of(*CHARGE), "another key, of thirty-two bytes or more")
    site.now_s += 2
    site.calls.clear()
    assert invoked(new, amount=2)["result"][0] == 2.0
    assert len(site.calls) == 1  # the app had the old one, and looked again before it refused
    assert invoked(old, amount=3)["result"][0] == 3.0
    assert len(site.calls) == 3  # refused once, then signed with the new one


# --- trouble ------------------------------------------------------------------------------------------


def test_a_function_that_takes_too_long_is_given_up(site: Site) -> None:
    released = threading.Event()

    def wait(request: Request) -> Response | None:
        released.wait(10)
        return None

    site.before = wait
    with pytest.raises(TimeoutError, match=r"no answer within 0\.2 s"):
        invoked(site.caller(CHARGE).functions, timeout_s=0.2, amount=1)
    released.set()


def test_the_app_says_so_when_the_function_s_own_time_is_up(site: Site) -> None:
    reply = invoked(site.caller((INVOKE, "slow")).functions, "slow")
    program.released.set()
    assert reply == {"error": ["TimeoutError", "the handler took longer than 1 s"]}


def test_a_function_that_ends_its_process_has_crashed(site: Site) -> None:
    def died(request: Request) -> Response:
        return Response(status=500)  # what the host answers for a worker that died

    site.before = died
    with pytest.raises(RemoteError, match="Crashed: the function died without an answer"):
        invoked(site.caller(CHARGE).functions, amount=1)
    assert len(site.calls) == 1


def test_a_server_that_dies_in_the_middle_of_its_answer_has_crashed(site: Site) -> None:
    with Scripted(answer('{"value": "{}"}')[:-5]) as server:
        with pytest.raises(RemoteError, match="Crashed"):
            invoked(site.functions_at(server.url), amount=1)
        assert server.requests == 1


@pytest.mark.parametrize("status", [429, 503])
def test_an_app_that_is_too_busy_is_unavailable_and_not_asked_twice(site: Site, status: int) -> None:
    site.before = lambda request: Response(status=status, headers=(("Retry-After", "1"),), body=b"The host is busy.")
    with pytest.raises(Unavailable, match=f"answered {status}: The host is busy"):
        invoked(site.caller(CHARGE).functions, amount=1)
    assert len(site.calls) == 1


def test_an_app_that_is_away_is_unavailable(site: Site) -> None:
    with pytest.raises(Unavailable, match="the function app of steps did not answer"):
        invoked(site.functions_at(f"http://127.0.0.1:{tools.free_port()}"), amount=1)


def test_a_connection_that_was_closed_meanwhile_is_replaced_before_anything_is_sent(site: Site) -> None:
    text = answer('{"value": "{\\"result\\": 1}"}')
    with Scripted(text, text) as server:
        functions = site.functions_at(server.url)
        for _ in range(2):
            assert invoked(functions, amount=1) == {"result": 1}
            assert server.closed.acquire(timeout=5)
        assert server.requests == 2


def test_an_error_of_ours_is_said_to_be_one_and_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.facts["calls"]["functions"]["charge"]["app"] = "providers.azure.tests.calls.nowhere:app"
    with pytest.raises(Exception, match="ModuleNotFoundError") as caught:
        invoked(site.caller(CHARGE).functions, amount=1)
    assert type(caught.value).__name__ == "InternalError"
    assert "invoke charge failed" in caplog.text
    assert "ModuleNotFoundError" in caplog.text


def test_native_is_the_app_and_the_name(site: Site) -> None:
    assert site.anybody().functions.native("charge") == (site.front.url, "charge")


def test_a_stage_without_the_setting_says_which(site: Site) -> None:
    with pytest.raises(NotFound, match="there is no setting CLOUDLESS_STEPS"):
        AzureCloud({}).functions.invoke("charge", Envelope("1", "{}"), 1)
