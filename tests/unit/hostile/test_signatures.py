"""Signatures of webhooks, as the examples check them: whoever has no secret has no delivery, and breaks nothing."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cloudless import Request
from tests.documents import EXAMPLES
from tests.documents.applications import forgotten
from tests.hostile.effort import hostile
from tests.hostile.text import made
from tests.hostile.value import Raw, mutated
from tests.matrix.program import EXAMPLES as FOLDER

pytestmark = pytest.mark.skipif(not EXAMPLES, reason="the examples are not here")
SECRETS, BODY, NOW = "next-one, the-secret", b'{"ref": "main"}', datetime(2026, 1, 2, 12, tzinfo=UTC)
SENT = f"{NOW.timestamp():.0f}"


def digest(secret: str, text: bytes) -> bytes:
    return hmac.digest(secret.encode(), text, "sha256")


def standard(secret: str, id: str = "m1", sent: str = SENT, body: bytes = BODY) -> dict[str, str]:
    mac = base64.b64encode(digest(secret, f"{id}.{sent}.".encode() + body)).decode()
    return {"webhook-id": id, "webhook-timestamp": sent, "webhook-signature": f"v1,{mac}"}


def github(secret: str, body: bytes = BODY) -> dict[str, str]:
    return {"x-github-delivery": "d1", "x-hub-signature-256": f"sha256={digest(secret, body).hex()}"}


def asked(headers: Any, body: bytes = BODY, at: datetime = NOW) -> Request:
    """A request of texts; a platform gives no others."""
    pairs = headers.items() if isinstance(headers, dict) else ()
    found = [(name, value.text if isinstance(value, Raw) else str(value)) for name, value in pairs]
    request = Request("POST", "/", headers=found, body=body)
    request.received_s = at.timestamp()
    return request


@pytest.fixture(params=["03-webhooks", "10-repository-events"])
def checks(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """What knows a delivery of GitHub, and one by Standard Webhooks."""
    with forgotten(FOLDER / request.param):
        if request.param == "03-webhooks":
            found = import_module("signature")
            return found.deliveries_of_github, found.deliveries_of_standard
        found = import_module("github.signature")
        return found.key_of_github, found.key_of_relay


def test_what_is_signed_is_known(checks: tuple[Any, Any]) -> None:
    of_github, of_standard = checks
    for secret in ("the-secret", "next-one"):
        assert of_github(asked(github(secret)), SECRETS) in ("d1", hashlib.sha256(BODY).hexdigest())
        assert of_standard(asked(standard(secret)), SECRETS) == "m1"


@hostile
@given(headers=made(lambda choices: mutated({**github("the-secret"), **standard("the-secret")}, choices)))
@example(headers={**standard("the-secret"), "webhook-timestamp": "9" * 5_000})
@example(headers={**standard("the-secret"), "webhook-timestamp": "٣" * 10})
@example(headers={**standard("the-secret"), "webhook-id": "\ud800"})
@example(headers={**github("the-secret"), "x-hub-signature-256": "sha256=\udfff"})
def test_only_what_was_signed_is_known(headers: Any, checks: tuple[Any, Any]) -> None:
    of_github, of_standard = checks
    request = asked(headers)
    given = request.headers
    if of_github(request, SECRETS):
        assert given["x-hub-signature-256"] == github("the-secret")["x-hub-signature-256"]
    if of_standard(request, SECRETS):
        assert (given["webhook-id"], given["webhook-timestamp"]) == ("m1", SENT)
        assert standard("the-secret")["webhook-signature"] in given["webhook-signature"].split()


@hostile
@given(body=st.binary(), secrets=st.sampled_from(["", ",", "the-secret,", " , the-secret", ",,the-secret"]))
def test_an_empty_secret_lets_nobody_in(body: bytes, secrets: str, checks: tuple[Any, Any]) -> None:
    """It is there for a moment while secrets are changed, or where none was set; anybody could sign with it."""
    of_github, of_standard = checks
    assert not of_github(asked(github("", body), body), secrets)
    assert not of_standard(asked(standard("", body=body), body), secrets)


@pytest.mark.parametrize("late_s", [-301, 301])
def test_what_is_late_or_early_is_not_known(late_s: int, checks: tuple[Any, Any]) -> None:
    at = datetime.fromtimestamp(NOW.timestamp() + late_s, UTC)
    assert not checks[1](asked(standard("the-secret"), at=at), SECRETS)


def test_an_id_cannot_be_cut_where_its_time_would_begin(checks: tuple[Any, Any]) -> None:
    """Id and time are signed with a dot between them: who has one delivery could send it under another id."""
    signed = standard("the-secret", id=f"m1.{SENT}", sent="1")
    moved = {**signed, "webhook-id": "m1", "webhook-timestamp": SENT}
    assert not checks[1](asked(moved, b"1." + BODY), SECRETS) or not checks[1](asked(signed), SECRETS)
    assert not checks[1](asked(standard("the-secret", id="m.1")), SECRETS)
