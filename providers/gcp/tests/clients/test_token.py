"""Tokens: from a metadata server inside, found by google-auth's own variable; from google-auth outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import PermissionDenied, Unavailable
from cloudless_gcp.clients.rest import Google
from cloudless_gcp.clients.token import Tokens, claims_of
from providers.gcp.tests.iam import Identities
from tests import tools
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

AUDIENCE = "https://europe-west1-p.cloudfunctions.net/shop-prod-charge"
CALLERS = "shop-prod-callers@p.iam.gserviceaccount.com"


class Metadata:
    """Answers as https://cloud.google.com/compute/docs/metadata/overview says."""

    def __init__(self) -> None:
        self.lifetime_s = 3_600
        self.status = 200
        self.asked: list[str] = []
        self.identities = Identities()

    def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.path}?{request.query}".rstrip("?"))
        assert request.header("Metadata-Flavor") == "Google"
        if request.path.endswith("/identity"):
            token = self.identities.id_token("serviceAccount:a@p.x", request.parameter("audience"), self.lifetime_s)
            return Response(status=self.status, body=token.encode())
        facts = {"access_token": f"token-{len(self.asked)}", "expires_in": self.lifetime_s, "token_type": "Bearer"}
        return Response(status=self.status, body=json.dumps(facts).encode())


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metadata]:
    made = Metadata()
    with Loopback() as server:
        server.serve(made.answer)
        monkeypatch.setenv("GCE_METADATA_HOST", server.url.removeprefix("http://"))
        monkeypatch.setenv("K_SERVICE", "orders")
        yield made


def test_a_token_is_fetched_once_for_its_life(metadata: Metadata) -> None:
    tokens = Tokens()
    assert [tokens.current(), tokens.current()] == ["token-1", "token-1"]
    assert metadata.asked == ["/computeMetadata/v1/instance/service-accounts/default/token"]


def test_a_token_that_is_about_to_end_is_replaced(metadata: Metadata) -> None:
    metadata.lifetime_s = 59
    tokens = Tokens()
    assert [tokens.current(), tokens.current()] == ["token-1", "token-2"]


def test_an_identity_token_is_for_one_audience_and_kept_for_it(metadata: Metadata) -> None:
    tokens = Tokens()
    first, again, other = tokens.identity(AUDIENCE), tokens.identity(AUDIENCE), tokens.identity("https://other")
    assert first == again
    assert (claims_of(first)["aud"], claims_of(other)["aud"]) == (AUDIENCE, "https://other")
    path = "/computeMetadata/v1/instance/service-accounts/default/identity"
    assert metadata.asked[0] == (
        f"{path}?audience=https%3A%2F%2Feurope-west1-p.cloudfunctions.net%2Fshop-prod-charge&format=full"
    )
    assert len(metadata.asked) == 2


def test_an_identity_token_that_is_about_to_end_is_replaced(metadata: Metadata) -> None:
    metadata.lifetime_s = 59
    tokens = Tokens()
    tokens.identity(AUDIENCE)
    tokens.identity(AUDIENCE)
    assert len(metadata.asked) == 2


def test_a_refusal_is_an_error_of_ours(metadata: Metadata) -> None:
    metadata.status = 403
    with pytest.raises(PermissionDenied, match="refused a token"):
        Tokens().current()


def test_a_metadata_server_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{tools.free_port()}")
    monkeypatch.setenv("K_SERVICE", "orders")
    with pytest.raises(Unavailable, match="did not answer"):
        Tokens().current()


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c", "a.e30", "....", "a.bnVsbA.c"])
def test_what_is_no_token_claims_nothing(text: str) -> None:
    try:
        assert claims_of(text) == {}
    except ValueError:
        assert text != "a.bnVsbA.c"


# --- outside


class Outside:
    """Google's servers of tokens, for somebody with a key. may: whether he may stand for the stage's callers."""

    def __init__(self) -> None:
        self.may = True
        self.asked: list[tuple[str, str, Any]] = []

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            [assertion] = parse_qs(request.body.decode())["assertion"]
            token = self._identity("me@p.x") if "target_audience" in claims_of(assertion) else ""
            self.asked.append(("token", "", None))
            mine = {"access_token": "mine", "expires_in": 3_600, "token_type": "Bearer"}
            return Response(status=200, body=json.dumps({"id_token": token} if token else mine).encode())
        self.asked.append((request.path, request.header("Authorization"), json.loads(request.body)))
        if not self.may:
            return Response(status=403, body=b'{"error": {"status": "PERMISSION_DENIED", "message": "no"}}')
        if request.path.endswith(":generateIdToken"):
            return Response(status=200, body=json.dumps({"token": self._identity(CALLERS)}).encode())
        ends = datetime.now(UTC) + timedelta(hours=1)
        return Response(status=200, body=json.dumps({"accessToken": "theirs", "expireTime": ends.isoformat()}).encode())

    @staticmethod
    def _identity(email: str) -> str:
        return Identities().id_token(f"serviceAccount:{email}", AUDIENCE)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Outside]:
    """Somebody with the key of a service account."""
    made = Outside()
    with Loopback() as server:
        server.serve(made.answer)
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        file = tmp_path / "key.json"
        told = {"type": "service_account", "client_email": "me@p.x", "token_uri": f"{server.url}/token"}
        file.write_text(json.dumps({**told, "private_key": pem, "project_id": "p", "private_key_id": "1"}))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        monkeypatch.setenv("CLOUDLESS_GOOGLE_ENDPOINT", server.url)
        yield made


def test_who_is_outside_stands_for_the_stages_callers(outside: Outside) -> None:
    google = Google(CALLERS)
    assert [google.tokens.current(), google.tokens.current()] == ["theirs", "theirs"]
    assert claims_of(google.tokens.identity(AUDIENCE))["email"] == CALLERS
    base = f"/v1/projects/-/serviceAccounts/{CALLERS}"
    scope = ["https://www.googleapis.com/auth/cloud-platform"]
    assert [one for one in outside.asked if one[0] != "token"] == [
        (f"{base}:generateAccessToken", "Bearer mine", {"scope": scope, "lifetime": "3600s"}),
        (f"{base}:generateIdToken", "Bearer mine", {"audience": AUDIENCE, "includeEmail": True}),
    ]
    google.close()


def test_who_may_not_stand_for_them_is_himself(outside: Outside) -> None:
    outside.may = False
    google = Google(CALLERS)
    assert google.tokens.current() == "mine"
    assert claims_of(google.tokens.identity(AUDIENCE))["email"] == "me@p.x"
    assert len([one for one in outside.asked if one[0] != "token"]) == 1, "he is told so once"
    google.close()


def test_the_sdk_gets_the_same_tokens(outside: Outside) -> None:
    google = Google(CALLERS)
    credentials = google.tokens.credentials()
    credentials.refresh(None)
    assert credentials.token == "theirs"
    assert not credentials.expired
    google.close()


def test_who_is_not_signed_in_is_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(NotSignedIn, match=r"nowhere/key\.json.*gcloud auth application-default login"):
        Tokens().current()


def test_a_person_has_no_identity_tokens_of_his_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    with pytest.raises(PermissionDenied, match="serviceAccountTokenCreator on the account of a service account"):
        Tokens().identity(AUDIENCE)
