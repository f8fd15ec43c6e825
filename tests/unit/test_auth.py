"""Who may call: tokens against PyJWT's own, forged ones, keys that rotate."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cloudless import App, Request, jwt
from cloudless.auth import Jwt
from cloudless.errors import InvalidArgument, Unavailable
from cloudless.runtime.keys import Keys
from cloudless.runtime.token import InvalidToken, Verifier, scopes_of
from cloudless.testing import simulate

ISSUER = "https://issuer.example"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
OTHER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
CURVE = ec.generate_private_key(ec.SECP256R1())
CLAIMS = {"iss": ISSUER, "aud": "shop", "exp": 2_000, "sub": "ada"}
USER = jwt(issuer=ISSUER, audience="shop")


def jwk(key: Any, id: str, algorithm: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pyjwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))
    return {**found, "kid": id, "alg": algorithm}


class Issuer:
    """Publishes keys, and counts who asks."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.asked: list[str] = []
        self.is_down = False

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.is_down:
            raise Unavailable("down")
        return json.dumps({"jwks_uri": f"{ISSUER}/keys"} if url == DISCOVERY else {"keys": self.keys}).encode()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(jwk(RSA, "one", "RS256"), {"kty": "strange", "kid": "two"}, jwk(CURVE, "three", "ES256"))


def claims_of(token: str, issuer: Issuer, auth: Jwt = USER, now_s: float = 1_000) -> dict[str, Any]:
    return Verifier(auth, issuer.fetch, lambda: now_s).claims(token)


def signed(key: Any, id: str = "one", algorithm: str = "RS256", **claims: Any) -> str:
    return pyjwt.encode({**CLAIMS, **claims}, key, algorithm=algorithm, headers={"kid": id})


def test_tokens_of_pyjwt_are_read(issuer: Issuer) -> None:
    assert claims_of(signed(RSA), issuer) == CLAIMS
    assert claims_of(signed(CURVE, "three", "ES256"), issuer) == CLAIMS
    assert issuer.asked == [DISCOVERY, f"{ISSUER}/keys"] * 2


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned() -> str:
    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(CLAIMS)}."


def confused() -> str:
    """Signed by HMAC with the public key as its secret: the classic confusion of algorithms."""
    text = ".".join(map(part, [{"alg": "HS256", "kid": "one"}, CLAIMS]))
    key = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = hmac.digest(key, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def tampered() -> str:
    head, _, signature = signed(RSA).split(".")
    return f"{head}.{part({**CLAIMS, 'sub': 'eve'})}.{signature}"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (unsigned, "its algorithm is 'none', not RS256 or ES256"),
        (confused, "its algorithm is 'HS256', not RS256 or ES256"),
        (tampered, "signature verification failed"),
        (lambda: signed(OTHER), "signature verification failed"),
        (lambda: signed(RSA, "unknown"), "its key 'unknown' is none of the issuer's for RS256"),
        (lambda: signed(RSA, exp=1_000), "it has expired"),
        (lambda: signed(RSA, nbf=1_001), "it does not count yet"),
        (lambda: signed(RSA, exp="soon"), "its exp is no time"),
        (
            lambda: pyjwt.encode({"iss": ISSUER, "aud": "shop"}, RSA, "RS256", headers={"kid": "one"}),
            'missing the "exp"',
        ),
        (lambda: signed(RSA, aud="others"), "audience doesn't match"),
        (lambda: signed(RSA, iss="https://issuer.example.evil"), "invalid issuer"),
        (lambda: "a.b", "not enough segments"),
        (lambda: "é.é.é", "invalid"),
        (lambda: "\ud800.a.b", "invalid characters"),
    ],
)
def test_a_token_that_does_not_count_says_why(make: Callable[[], str], text: str, issuer: Issuer) -> None:
    with pytest.raises(InvalidToken) as problem:
        claims_of(make(), issuer)
    assert text in str(problem.value)


def test_leeway_is_given_to_clocks(issuer: Issuer) -> None:
    patient = jwt(issuer=ISSUER, audience="shop", leeway=timedelta(seconds=10))
    assert claims_of(signed(RSA, exp=995), issuer, patient)["sub"] == "ada"
    assert claims_of(signed(RSA, nbf=1_010), issuer, patient)["sub"] == "ada"
    with pytest.raises(InvalidToken, match="expired"):
        claims_of(signed(RSA, exp=990), issuer, patient)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_keys_are_kept_and_asked_for_again_when_an_unknown_one_is_named(issuer: Issuer) -> None:
    clock = Clock()
    keys = Keys(ISSUER, f"{ISSUER}/keys", issuer.fetch, clock)
    assert keys.find("one", "RS256") is not None
    issuer.keys = [jwk(OTHER, "new", "RS256")]
    clock.now_s = 59
    assert keys.find("new", "RS256") is None
    assert len(issuer.asked) == 1
    clock.now_s = 60
    assert keys.find("new", "RS256") is not None
    assert keys.find("one", "RS256") is None
    assert len(issuer.asked) == 2


def test_a_key_that_was_taken_back_stops_to_count_within_an_hour(issuer: Issuer) -> None:
    clock = Clock()
    keys = Keys(ISSUER, "", issuer.fetch, clock)
    assert keys.find("one", "RS256") is not None
    issuer.keys = []
    clock.now_s = 3_599
    assert keys.find("one", "RS256") is not None
    clock.now_s = 3_600
    assert keys.find("one", "RS256") is None


def test_keys_stay_good_while_their_issuer_is_down(issuer: Issuer) -> None:
    clock = Clock()
    keys = Keys(ISSUER, "", issuer.fetch, clock)
    assert keys.find("one", "RS256") is not None
    issuer.is_down, clock.now_s = True, 10_000
    assert keys.find("one", "RS256") is not None


def test_an_issuer_that_never_answered_is_not_asked_for_every_request(issuer: Issuer) -> None:
    clock, issuer.is_down = Clock(), True
    keys = Keys(ISSUER, "", issuer.fetch, clock)
    for _ in range(3):  # within a second
        with pytest.raises(Unavailable):
            keys.find("one", "RS256")
    assert len(issuer.asked) == 1
    issuer.is_down, clock.now_s = False, 1
    assert keys.find("one", "RS256") is not None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"algorithms": ["none"]}, "without a secret they are ES256"),
        ({"algorithms": ["HS256"]}, "without a secret they are ES256"),
        ({"algorithms": []}, "without a secret they are"),
        ({"audience": ""}, "give the issuer and the audience"),
        ({"issuer": "http://issuer.example"}, "must begin with https://"),
        ({"issuer": "http://localhost.evil.example"}, "must begin with https://"),
    ],
)
def test_a_jwt_that_would_let_in_others_is_refused(options: dict[str, Any], text: str) -> None:
    usual: dict[str, Any] = {"issuer": ISSUER, "audience": "shop"}
    with pytest.raises(InvalidArgument, match=text):
        jwt(**(usual | options))


def test_a_secret_signs_where_it_is_given() -> None:
    app = App("shop")
    user = jwt(issuer="me", audience="shop", secret=app.secret("signing-key"))

    @app.get("/me", auth=user)
    def me(request: Request) -> str:
        return str(request.identity["sub"])

    with simulate(app, secrets={"signing-key": "k" * 32}) as cloud:
        assert cloud.http.get("/me", token=cloud.token(user, sub="ada")).json() == "ada"
        forged = pyjwt.encode({**CLAIMS, "iss": "me"}, "l" * 32, algorithm="HS256")
        assert cloud.http.get("/me", token=forged).status == 401


def test_scopes_are_read_as_issuers_write_them() -> None:
    assert scopes_of({"scope": "a b"}) == scopes_of({"scp": ["a", "b"]}) == scopes_of({"scp": "b a"}) == {"a", "b"}
    assert scopes_of({}) == scopes_of({"scope": 7}) == set()


def test_a_secret_that_anybody_could_guess_checks_nothing() -> None:
    app = App("shop")
    user = jwt(issuer="me", audience="shop", secret=app.secret("signing-key"))

    @app.get("/me", auth=user)
    def me() -> str:
        return "me"

    def b64(value: object) -> str:
        return part(value)

    text = f"{b64({'alg': 'HS256'})}.{b64({'iss': 'me', 'aud': 'shop', 'exp': 2**33})}"
    forged = f"{text}.{base64.urlsafe_b64encode(hmac.digest(b'', text.encode(), 'sha256')).decode().rstrip('=')}"
    with simulate(app, secrets={"signing-key": ""}) as cloud:
        answer = cloud.http.get("/me", token=forged)
        assert (answer.status, "secret" in answer.text) == (500, False)
        assert answer.error is not None and answer.error.type == "WeakSecret"


@pytest.mark.parametrize(
    "document", ["null", "[]", '{"keys": null}', '{"keys": {}}', '{"jwks_uri": "file:///etc"}', "{", "1"]
)
def test_an_answer_of_an_issuer_that_is_none_leaves_the_keys_as_they_were(document: str, issuer: Issuer) -> None:
    clock = Clock()
    keys = Keys(ISSUER, f"{ISSUER}/keys", lambda url: document.encode() if clock.now_s else issuer.fetch(url), clock)
    assert keys.find("one", "RS256") is not None
    clock.now_s = 10_000
    assert keys.find("one", "RS256") is not None
    with pytest.raises(Unavailable):
        Keys(ISSUER, "", lambda _: document.encode(), clock).find("one", "RS256")


def test_a_key_is_for_its_own_algorithm_and_for_signatures_alone() -> None:
    plain = {key: value for key, value in jwk(RSA, "one", "RS256").items() if key != "alg"}
    secret = {"kty": "oct", "kid": "two", "k": "c2VjcmV0"}
    clock, issuer = Clock(), Issuer(plain, secret, {**plain, "kid": "three", "use": "enc"}, jwk(RSA, "four", "RS256"))
    keys = Keys(ISSUER, f"{ISSUER}/keys", issuer.fetch, clock)
    assert keys.find("one", "PS384") is not None
    assert [keys.find(id, "RS256") is not None for id in ("two", "three", "four")] == [False, False, True]
    assert keys.find("four", "RS512") is None
    assert keys.find("one", "ES256") is None
