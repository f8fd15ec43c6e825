"""Signatures: what holds, and what does not."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.driver.current import leave, use
from cloudless.errors import Unavailable
from cloudless_azure.clients.key import AGAIN_S, VERIFIED_S, Keys
from cloudless_azure.clients.vault import Stored
from cloudless_azure.names import CONTROL, INVOKE, SEND, START, key_of
from cloudless_azure.runtime.guard import BODY_MOST
from cloudless_azure.signature import WINDOW_S, holds, is_timely, path_of, signed
from providers.azure.tests.calls import program
from providers.azure.tests.calls.site import OneKey, Site
from tests.hosting.http import Request

KEY = b"a key of thirty-two bytes or more"
PATH = path_of("invoke", "charge")
NOW_S = 1_767_355_200.75


def test_it_is_what_the_documentation_says() -> None:
    text = f"POST\n/cloudless/invoke/charge\n1767355200\n{hashlib.sha256(b'{}').hexdigest()}"
    mac = hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()
    assert signed(KEY, PATH, b"{}", NOW_S) == f"v1,1767355200,{mac}"


def test_what_was_signed_holds_and_nothing_else_does() -> None:
    signature = signed(KEY, PATH, b"{}", NOW_S)
    version, seconds, mac = signature.split(",")
    assert holds(signature, KEY, PATH, b"{}", NOW_S)
    assert not holds(signature, b"another key", PATH, b"{}", NOW_S)
    assert not holds(signature, KEY, path_of("invoke", "refund"), b"{}", NOW_S)
    assert not holds(signature, KEY, path_of("start", "charge"), b"{}", NOW_S)
    assert not holds(signature, KEY, PATH, b"{ }", NOW_S)
    assert not holds(f"{version},{int(seconds) + 1},{mac}", KEY, PATH, b"{}", NOW_S)
    assert not holds(f"v2,{seconds},{mac}", KEY, PATH, b"{}", NOW_S)
    assert not holds(f"{version},{seconds},{mac[:-1]}", KEY, PATH, b"{}", NOW_S)
    assert not holds(f"{version},{seconds},{mac.upper()}", KEY, PATH, b"{}", NOW_S)


@pytest.mark.parametrize(("after_s", "is_good"), [(-301, False), (-299, True), (299, True), (301.5, False)])
def test_a_request_can_be_repeated_for_five_minutes_and_no_longer(after_s: float, is_good: bool) -> None:
    signature = signed(KEY, PATH, b"{}", NOW_S)
    assert holds(signature, KEY, PATH, b"{}", int(NOW_S) + after_s) is is_good
    assert WINDOW_S == 300


@given(st.text())
def test_nonsense_does_not_hold_and_does_no_harm(text: str) -> None:
    assert not holds(text, KEY, PATH, b"{}", NOW_S)


@pytest.mark.parametrize("seconds", ["", "-1", "1e9", "٣", "9" * 13, "1767355200 "])
def test_a_time_is_written_in_one_way(seconds: str) -> None:
    assert not is_timely(f"v1,{seconds},00", NOW_S)


# --- at the door --------------------------------------------------------------------------------------


NEEDED = {
    START: ("execution", "system", "body"),
    SEND: ("orchestration", "execution", "system", "body"),
    CONTROL: ("operation", "execution"),
}


def asked(site: Site, signature: str, path: str = PATH, body: bytes = b"{}") -> int:
    """Status of the app's answer to a request of a stranger's making."""
    return told_of(site, signature, path, body)[0]


def told_of(site: Site, signature: str, path: str = PATH, body: bytes = b"{}") -> tuple[int, str]:
    """Status and text of that answer."""
    headers = (("X-Cloudless-Signature", signature),)
    answer = site.answer(Request(method="POST", path=path, headers=headers, body=body))
    return answer.status, answer.body.decode()


def key(site: Site, name: str = "charge", verb: str = INVOKE) -> bytes:
    found = site.vault.get("calls-test-1a2b3c", key_of(verb, name))
    assert found
    return found.value.encode()


def test_the_door_opens_for_the_key_and_for_nothing_else(site: Site) -> None:
    body = b'{"system": "", "body": "{\\"amount\\": 1}"}'
    good = signed(key(site), PATH, body, site.now_s)
    assert asked(site, good, body=body) == 200
    assert asked(site, good, body=body + b" ") == 401
    assert asked(site, good, path_of("invoke", "double"), body) == 401
    assert asked(site, "", body=body) == 401
    site.now_s += 302
    assert asked(site, good, body=body) == 401


def test_strangers_learn_nothing_of_names_and_wear_out_no_vault(site: Site) -> None:
    for path in ("/cloudless/invoke/nothing", "/cloudless/nothing/charge", "/cloudless/control/nothing"):
        assert asked(site, signed(b"guess", path, b"{}", site.now_s), path) == 401
    assert asked(site, signed(b"guess", PATH, b"{}", site.now_s - 400)) == 401
    for _ in range(10):
        assert asked(site, signed(b"guess", PATH, b"{}", site.now_s)) == 401
    assert len(site.vault.reads) == 1


def test_the_key_to_one_call_does_not_open_what_is_not_there(site: Site) -> None:
    """Which is compared with some key, too."""
    first = next(iter(site.facts["calls"]["functions"]))
    path = path_of("invoke", "nothing")
    assert asked(site, signed(key(site, first), path, b"{}", site.now_s), path) == 401
    assert site.vault.reads == [("calls-test-1a2b3c", key_of(INVOKE, first))]


def test_an_app_that_may_not_read_its_keys_is_unavailable_and_says_why_to_nobody_but_its_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """As in the minutes after a deployment, until the role counts."""
    site.permitted["steps"] = ()
    paths = (PATH, path_of("invoke", "nothing"), path_of("nothing", "charge"))
    told = {told_of(site, signed(b"guess", path, b"{}", site.now_s), path) for path in paths}
    assert len(told) == 1
    status, text = told.pop()
    assert status == 503
    assert "try again in a minute" in text
    assert "vault" not in text.lower()
    assert "not authorized to perform action" in caplog.text
    site.permitted["steps"] = None
    assert asked(site, signed(b"guess", PATH, b"{}", site.now_s)) == 503
    site.now_s += AGAIN_S
    assert asked(site, signed(b"guess", PATH, b"{}", site.now_s)) == 401


def test_why_keys_cannot_be_read_is_logged_once_for_each_time_that_the_vault_was_asked(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.permitted["steps"] = ()
    for _ in range(10):
        assert asked(site, signed(b"guess", PATH, b"{}", site.now_s)) == 503
    assert [one.name for one in caplog.records].count("cloudless.calls") == 1
    site.now_s += AGAIN_S
    assert asked(site, signed(b"guess", PATH, b"{}", site.now_s)) == 503
    assert [one.name for one in caplog.records].count("cloudless.calls") == 2


def test_a_key_that_was_replaced_opens_nothing_after_five_minutes(site: Site) -> None:
    """Though nobody has signed with the new one."""
    old, body = key(site), b'{"system": "", "body": "{\\"amount\\": 1}"}'
    assert asked(site, signed(old, PATH, body, site.now_s), body=body) == 200
    site.vault.put("calls-test-1a2b3c", key_of(INVOKE, "charge"), "a new key, which nobody has used")
    site.now_s += VERIFIED_S - 1
    assert asked(site, signed(old, PATH, body, site.now_s), body=body) == 200
    site.now_s += 1
    assert asked(site, signed(old, PATH, body, site.now_s), body=body) == 401
    assert asked(site, signed(key(site), PATH, body, site.now_s), body=body) == 200


def test_a_key_holds_on_while_the_vault_does_not_answer(site: Site) -> None:
    class Silent:
        def secret(self, name: str) -> Stored:
            raise Unavailable("Key Vault did not answer")

    vaults: list[Any] = [OneKey("known")]
    keys = Keys(lambda: vaults[0], site.clock, VERIFIED_S)
    assert keys.key(INVOKE, "charge") == b"known"
    vaults[0] = Silent()
    site.now_s += VERIFIED_S
    assert keys.key(INVOKE, "charge") == b"known"
    vaults[0] = OneKey("new")
    site.now_s += VERIFIED_S
    assert keys.key(INVOKE, "charge") == b"new"


def test_a_key_that_was_taken_away_opens_nothing(site: Site) -> None:
    site.vault._vaults["calls-test-1a2b3c"].clear()
    assert asked(site, signed(KEY, PATH, b"{}", site.now_s)) == 401


def test_what_is_no_request_is_refused(site: Site) -> None:
    for body in (b"[]", b"{", b"\xff", b"{}", b'{"body": 3, "system": ""}', b'{"body": "{}", "system": null}'):
        assert asked(site, signed(key(site), PATH, body, site.now_s), body=body) == 400


@pytest.mark.parametrize(("verb", "name"), [(START, "pay"), (SEND, "approval"), (CONTROL, "pay")])
def test_a_request_about_executions_that_lacks_something_is_refused(site: Site, verb: str, name: str) -> None:
    whole = {"execution": "x", "orchestration": "ask", "system": "", "body": "{}", "operation": "describe"}
    path = path_of(verb, name)
    bodies = [json.dumps({field: text for field, text in whole.items() if field != one}) for one in NEEDED[verb]]
    bodies += [json.dumps({**whole, one: [3]}) for one in NEEDED[verb]]
    for body in bodies:
        signature = signed(key(site, name, verb), path, body.encode(), site.now_s)
        assert asked(site, signature, path, body.encode()) == 400, body


@pytest.mark.parametrize("limit", [None, "3", 0])
def test_a_limit_is_a_number(site: Site, limit: object) -> None:
    path, body = path_of(CONTROL, "pay"), json.dumps({"operation": "executions", "limit": limit}).encode()
    assert asked(site, signed(key(site, "pay", CONTROL), path, body, site.now_s), path, body) == 400


@pytest.mark.parametrize("orchestration", ["pay", "ask:q?x=", "ask:q/../../orchestrators"])
def test_an_event_is_for_an_orchestration_that_waits_for_it(site: Site, orchestration: str) -> None:
    """What is sent becomes part of a path of the extension."""
    requests: list[str] = []
    site.hub_before = lambda request: requests.append(request.path)
    path = path_of(SEND, "approval")
    body = json.dumps({"orchestration": orchestration, "execution": "q", "system": "", "body": "true"}).encode()
    assert asked(site, signed(key(site, "approval", SEND), path, body, site.now_s), path, body) == 404
    assert requests == []


def test_a_request_that_no_call_is_so_large_is_not_looked_at(site: Site) -> None:
    body = b" " * (BODY_MOST + 1)
    assert asked(site, signed(key(site), PATH, body, site.now_s), body=body) == 401
    assert site.vault.reads == []


def test_the_largest_arguments_come_through(site: Site) -> None:
    """Every character of them is escaped twice on the way."""
    text = '"' * 98_000
    token = use(site.anybody())
    try:
        assert program.size.invoke(text) == 98_000
    finally:
        leave(token)
