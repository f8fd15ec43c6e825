"""Tokens, keys and links: whatever is sent in their place is refused by the error that says so."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import base64
import hmac
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless import App, jwt, link
from cloudless.errors import LinkRefused, Unavailable
from cloudless.runtime.keys import Keys
from cloudless.runtime.token import InvalidToken, Verifier, scopes_of
from tests.fuzz.choices import Choices
from tests.hostile.effort import hostile
from tests.hostile.text import contents, made, spoiled, torn, written
from tests.hostile.value import mutated

SECRET = "0123456789abcdef0123456789abcdef"
ISSUER = "https://issuer.example"
NOW_S = 1_000.0
HEADER = {"alg": "HS256", "typ": "JWT", "kid": "one"}
CLAIMS = {"iss": ISSUER, "aud": ["shop"], "exp": 2_000, "nbf": 0, "iat": 1, "sub": "ada", "scope": "a b"}
pyjwt = pytest.importorskip("jwt")


class Valued:
    """A secret."""

    value = SECRET


def verifier(secret: Any = Valued()) -> Verifier:  # noqa: B008  (a constant)
    expected = jwt(issuer=ISSUER, audience="shop", secret=App("shop").secret("key"))
    expected.secret = secret
    return Verifier(expected, lambda url: b"", lambda: NOW_S)


def part(value: Any, choices: Choices) -> str:
    content = spoiled(torn(written(value, choices), choices).encode("utf-8", "surrogatepass"), choices)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def signed(choices: Choices) -> str:
    """A token of ours that says anything: an issuer may, too."""
    head, body = (mutated(one, choices) if choices.chance(50) else one for one in (HEADER, CLAIMS))
    text = f"{part(head, choices)}.{part(body, choices)}"
    mac = hmac.digest(SECRET.encode(), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


GOOD = pyjwt.encode(CLAIMS, SECRET, "HS256")


@hostile
@given(made(signed))
def test_a_signed_token_counts_or_is_refused(token: str) -> None:
    try:
        claims = verifier().claims(token)
    except InvalidToken as problem:
        told = str(problem)
    else:
        assert claims["iss"] == ISSUER and claims["exp"] > NOW_S
        scopes_of(claims)
        return
    assert told


@hostile
@given(made(lambda choices: mutated({"token": GOOD}, choices)))
def test_what_nobody_signed_never_counts(found: Any) -> None:
    token = found.get("token") if isinstance(found, dict) else found
    if isinstance(token, str) and token != GOOD:
        with pytest.raises(InvalidToken):
            verifier().claims(token)


KEY = {"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": "sXch", "e": "AQAB"}
EC = {
    "kty": "EC", "kid": "two", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}  # fmt: skip
"""https://www.rfc-editor.org/rfc/rfc7515#appendix-A.3"""


@hostile
@given(contents({"keys": [KEY, EC]}), contents({"jwks_uri": f"{ISSUER}/keys"}), st.sampled_from(["", f"{ISSUER}/keys"]))
def test_an_issuer_may_answer_anything(keys: bytes, discovery: bytes, url: str) -> None:
    found = Keys(ISSUER, url, lambda asked: keys if asked.endswith("/keys") else discovery, lambda: NOW_S)
    for id, algorithm in (("one", "RS256"), ("two", "ES256"), ("", "RS512")):
        with suppress(Unavailable):
            found.find(id, algorithm)


LINK = link.signed("shop", ("fulfil", "order-7", "approval", 2_000, "a" * 32), SECRET)


@hostile
@given(made(lambda choices: mutated({"token": LINK}, choices)))
def test_only_the_link_that_was_signed_opens(found: Any) -> None:
    token: Any = found.get("token") if isinstance(found, dict) else found
    if token == LINK:
        return
    with pytest.raises(LinkRefused) as caught:
        link.opened("shop", token, "approval", NOW_S, SECRET)
    assert caught.value.status == 403


def claimed(choices: Choices) -> str:
    """Claims of ours that are none, signed: what an older version may have written."""
    seed = json.loads('["fulfil", "order-7", "approval", 2000, "0123456789abcdef"]')
    body = part(mutated(seed, choices), choices)
    return f"{body}.{link._mac('shop', body, SECRET)}"


@hostile
@given(made(claimed))
def test_claims_that_cannot_be_read_open_nothing(token: str) -> None:
    try:
        orchestration, execution, event, expires_s, unique = link.opened("shop", token, "approval", NOW_S, SECRET)
    except LinkRefused:
        return
    assert all(isinstance(one, str) for one in (orchestration, execution, event, unique)) and expires_s > NOW_S
