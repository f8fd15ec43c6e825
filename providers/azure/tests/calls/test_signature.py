"""Signatures: what holds, and what does not."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.driver.current import leave, use
from cloudless_azure.names import INVOKE, key_of
from cloudless_azure.runtime.call import BODY_MOST
from cloudless_azure.signature import WINDOW_S, holds, is_timely, path_of, signed
from providers.azure.tests.calls import program
from providers.azure.tests.calls.site import Site
from providers.azure.tests.functionshost.http import Request

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


def asked(site: Site, signature: str, path: str = PATH, body: bytes = b"{}") -> int:
    """Status of the app's answer to a request of a stranger's making."""
    return site.answer(
        Request(method="POST", path=path, headers=(("X-Cloudless-Signature", signature),), body=body)
    ).status


def key(site: Site, name: str = "charge") -> bytes:
    found = site.vault.get("calls-test-1a2b3c", key_of(INVOKE, name))
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
    assert site.vault.reads == []
    for _ in range(10):
        assert asked(site, signed(b"guess", PATH, b"{}", site.now_s)) == 401
    assert len(site.vault.reads) == 1


def test_an_app_that_may_not_read_its_keys_is_unavailable(site: Site) -> None:
    """As in the minutes after a deployment, until the role counts."""
    site.permitted["steps"] = ()
    assert asked(site, signed(key(site), PATH, b"{}", site.now_s)) == 503


def test_a_key_that_was_taken_away_opens_nothing(site: Site) -> None:
    site.vault._vaults["calls-test-1a2b3c"].clear()
    assert asked(site, signed(KEY, PATH, b"{}", site.now_s)) == 401


def test_what_is_no_request_is_refused(site: Site) -> None:
    for body, status in ((b"[]", 400), (b"{", 400), (b"\xff", 400), (b"{}", 500)):
        assert asked(site, signed(key(site), PATH, body, site.now_s), body=body) == status


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
