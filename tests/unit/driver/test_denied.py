"""What a cloud refuses, in the program's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.driver.current import HERE
from cloudless.driver.denied import Authority, Grant, NotSignedIn
from cloudless.errors import NotFound, PermissionDenied

ACME = Authority("Acme", lambda file: False, forbidden="by decree", outside="Ask Acme for it")
TOLD = Authority("Acme", lambda file: False, inside="Mention it, or add {use}, then deploy")
SEND = Grant("send", "queue", "orders", "acme:Send", "acme/orders")


@pytest.fixture
def handler() -> Iterator[None]:
    """Calls of the test are those of the handler `take`."""
    here: Any = (object(), "take", None)
    token = HERE.set(here)
    yield
    HERE.reset(token)


def refused(authority: Authority, grant: Grant, said: str = "no") -> str:
    with pytest.raises(PermissionDenied) as caught, authority.needing(grant):
        raise PermissionDenied(said)
    assert str(caught.value.native) == said
    return str(caught.value)


def test_callers_outside_are_told_what_they_lack_and_who_gives_it() -> None:
    text = refused(ACME, SEND)
    assert text.startswith("this identity may not send queue 'orders' (")
    assert "it lacks acme:Send on acme/orders. Ask Acme for it. Acme said: no" in text


def test_the_line_of_the_call_is_told() -> None:
    assert f"({__file__}:" in refused(ACME, SEND)


@pytest.mark.usefixtures("handler")
def test_a_handler_is_told_what_the_build_gives_it() -> None:
    assert "handler 'take' may not send queue 'orders'" in refused(ACME, SEND)
    assert "deploy again, and see who else changes its role" in refused(ACME, SEND)
    assert "The build gives it that, without being asked" in refused(ACME, Grant("claim", "ledger", "l", "a", "b"))


@pytest.mark.usefixtures("handler")
def test_a_handler_is_told_what_to_write_where_that_may_be_what_lacks() -> None:
    assert "Mention it, or add uses=[orders.send], then deploy" in refused(TOLD, SEND)


def test_against_what_is_forbidden_no_grant_helps() -> None:
    assert "A policy of the account forbids it" in refused(ACME, SEND, "denied by decree")


def test_whoever_is_not_signed_in_hears_that_and_nothing_else() -> None:
    problem = NotSignedIn("sign in: acme login")
    with pytest.raises(NotSignedIn) as caught, ACME.needing(SEND):
        raise problem
    assert caught.value is problem
    assert caught.value.__cause__ is None


def test_an_address_is_found_by_its_name() -> None:
    assert ACME.address_of({"orders": "acme/orders"}, "send", "queue", "orders") == "acme/orders"
    with pytest.raises(NotFound, match=r"no address of a queue 'others'; it has: \['orders'\]"):
        ACME.address_of({"orders": "acme/orders"}, "send", "queue", "others")


@pytest.mark.usefixtures("handler")
def test_a_handler_has_addresses_of_what_it_mentions() -> None:
    with pytest.raises(PermissionDenied, match=r"its code does not mention it\. .*add uses=\[others\.send\]"):
        ACME.address_of({"orders": "acme/orders"}, "send", "queue", "others")
