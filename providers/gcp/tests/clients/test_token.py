"""Tokens: from a metadata server inside, found by google-auth's own variable; from google-auth outside."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth.exceptions import RefreshError

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import PermissionDenied, Unavailable
from cloudless_gcp.clients import login
from cloudless_gcp.clients.broker import BrokerClient
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.clients.errors import of_sdk
from cloudless_gcp.clients.rest import Google
from cloudless_gcp.clients.token import Tokens, claims_of
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import Stage
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


def _read(google: Google) -> object:
    return google.call("GET", "https://secretmanager.googleapis.com/v1/x", None, "reading a secret")


def _send(google: Google) -> None:
    BrokerClient(AUDIENCE, google).send("fulfil", "7", "approval", envelope())


@pytest.mark.parametrize("call", [_read, _send])
def test_who_gives_tokens_is_asked_three_times_and_not_three_times_three(
    metadata: Metadata, call: Callable[[Google], object]
) -> None:
    metadata.status = 503
    with pytest.raises(Unavailable, match="refused a token"):
        call(Google())
    assert len(metadata.asked) == 3


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
    """Google's servers of tokens, for somebody with a key.

    may: whether he may stand for the stage's callers. refusal: what he gets instead of a token.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.may = True
        self.refusal: Response | None = None
        self.asked: list[tuple[str, str, Any]] = []

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            if self.refusal is not None:
                return self.refusal
            for assertion in parse_qs(request.body.decode()).get("assertion", ()):
                if "target_audience" in claims_of(assertion):
                    self.asked.append(("token", "", None))
                    return Response(status=200, body=json.dumps({"id_token": self._identity("me@p.x")}).encode())
            self.asked.append(("token", "", None))
            mine = {"access_token": "mine", "expires_in": 3_600, "token_type": "Bearer"}
            return Response(status=200, body=json.dumps(mine).encode())
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
    with Loopback() as server:
        made = Outside(server.url)
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


def test_an_impersonated_account_has_identity_tokens(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are asked for at Google, where nothing of a test goes: so far as to the way there."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tools.free_port()}")
    url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p.x:generateAccessToken"
    signed_in(type="impersonated_service_account", service_account_impersonation_url=url, source_credentials=PERSON)
    with pytest.raises(Unavailable, match=r"getting an identity token by .*key\.json: .*proxy"):
        Tokens().identity(AUDIENCE)


def test_a_machine_of_googles_gives_tokens_of_its_account(metadata: Metadata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("K_SERVICE")
    tokens = Tokens()
    assert tokens.current() == "token-1"
    assert claims_of(tokens.identity(AUDIENCE))["email"] == "a@p.x"


# --- not signed in


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nobody is signed in here, and nobody looks for the metadata server, which would never answer."""
    for name in (login.VARIABLE, *login.SERVICES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("GCE_METADATA_IP", f"127.0.0.1:{silent.getsockname()[1]}")
        yield
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()


Call = Callable[[GoogleCloud], object]
FUNCTION = {"functions": {"charge": AUDIENCE}, "orchestrations": {"fulfil": "projects/p/locations/r/workflows/fulfil"},
            "queues": {"orders": "projects/p/topics/orders"}, "region": "europe-west1",
            "subscriptions": {"letters": "projects/p/subscriptions/letters"}, "account": CALLERS,
            "ledger": "projects/p/databases/ledger", "records": "projects/p/databases/executions",
            "secrets": {"key": "projects/p/secrets/key"}}  # fmt: skip
CALLS: dict[str, Call] = {
    "send": lambda cloud: cloud.queues.send("orders", [envelope()]),
    "peek": lambda cloud: cloud.queues.receive("letters", 1),
    "count": lambda cloud: cloud.queues.count("letters"),
    "native": lambda cloud: cloud.queues.native("orders"),
    "invoke": lambda cloud: cloud.functions.invoke("charge", envelope(), 1),
    "start": lambda cloud: cloud.orchestrations.start("fulfil", "1", envelope()),
    "secret": lambda cloud: cloud.secrets.read("key"),
}


@pytest.mark.parametrize("call", CALLS)
def test_who_is_not_signed_in_is_told_so_at_once(nobody: None, stage: Stage, call: str) -> None:
    """Whatever he calls, and without a look for a metadata server where none can be."""
    began_s = time.monotonic()
    with pytest.raises(NotSignedIn, match="no credentials for Google Cloud: gcloud auth application-default login, or"):
        CALLS[call](stage(**FUNCTION))
    assert time.monotonic() - began_s < 2


def test_a_machine_that_has_no_account_after_all_is_not_signed_in(
    nobody: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{tools.free_port()}")
    with pytest.raises(NotSignedIn, match=r"no account of this machine: .*did not answer.*gcloud auth application"):
        Tokens().current()


PERSON = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
SignedIn = Callable[..., Path]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SignedIn:
    """Writes the file with the credentials."""

    def write(text: str = "", **fields: Any) -> Path:
        file = tmp_path / "key.json"
        file.write_text(text or json.dumps(fields))
        monkeypatch.setenv(login.VARIABLE, str(file))
        return file

    return write


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON, so no credentials of Google's"),
        ("[1]", "holds no credentials of Google's, its type is None"),
        ('{"installed": {}}', "holds no credentials of Google's, its type is None"),
        ('{"type": ["service_account"]}', "holds no credentials of Google's, its type is .'service_account'."),
        ('{"type": "service_account", "client_email": "a@p.x"}', "is incomplete, it has no private_key, no token_uri"),
        ('{"type": "authorized_user", "client_id": "a"}', "is incomplete, it has no client_secret, no refresh_token"),
    ],
)
def test_a_file_without_credentials_is_named(signed_in: SignedIn, text: str, said: str) -> None:
    file = signed_in(text or "-----BEGIN PRIVATE KEY-----")
    with pytest.raises(NotSignedIn, match=rf"{file} of GOOGLE_APPLICATION_CREDENTIALS {said}.*: gcloud auth appl"):
        Tokens().current()


def test_a_broken_key_is_named(signed_in: SignedIn) -> None:
    signed_in(type="service_account", client_email="a@p.x", private_key="broken", token_uri="https://x/token")
    with pytest.raises(NotSignedIn, match=r"getting credentials by .*key\.json: .*Sign in: gcloud auth"):
        Tokens().current()


def test_who_names_a_file_that_is_not_there_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(NotSignedIn, match=r"nowhere/key\.json.* cannot be read \(No such file.*gcloud auth"):
        Tokens().current()


@pytest.mark.parametrize(
    ("status", "error"), [(400, "invalid_grant: Token has been revoked"), (401, "invalid_client: Unauthorized")]
)
def test_credentials_that_are_refused_are_told_by_their_file(outside: Outside, status: int, error: str) -> None:
    kind, text = error.split(": ")
    outside.refusal = Response(status=status, body=json.dumps({"error": kind, "error_description": text}).encode())
    with pytest.raises(NotSignedIn, match=rf"getting an access token by .*key\.json: {error}. Sign in: gcloud auth"):
        Tokens().current()


def test_the_sdk_is_not_asked_by_who_is_refused(outside: Outside, stage: Stage) -> None:
    """By gRPC it would be tried for twenty seconds, and be a server that cannot be reached."""
    outside.refusal = Response(status=400, body=b'{"error": "invalid_grant"}')
    with pytest.raises(NotSignedIn, match="invalid_grant"):
        CALLS["peek"](stage(**FUNCTION))


def test_a_server_of_tokens_that_is_busy_refuses_nobody() -> None:
    error: Any = RefreshError
    problem = of_sdk(error("temporarily_unavailable: None", {}, retryable=True), "getting an access token")
    assert type(problem) is Unavailable
    assert str(problem) == "getting an access token: temporarily_unavailable: None"


def test_who_may_not_stand_for_them_and_has_no_tokens_of_his_own_is_told_why(
    outside: Outside, signed_in: SignedIn, tmp_path: Path
) -> None:
    """A service that is not switched on refuses, too: then no role helps."""
    outside.may = False
    (tmp_path / "token").write_text("a.b.c")
    pool = {"audience": "//iam.googleapis.com/pool", "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}
    place = {"token_url": f"{outside.url}/token", "credential_source": {"file": str(tmp_path / "token")}}
    signed_in(type="external_account", **pool, **place)
    google = Google(CALLERS)
    with pytest.raises(PermissionDenied, match=rf"TokenCreator on the account of {CALLERS}.*Google said: .*: no"):
        google.tokens.identity(AUDIENCE)
    google.close()


def test_a_person_has_no_identity_tokens_of_his_own(signed_in: SignedIn) -> None:
    signed_in(**PERSON)
    with pytest.raises(PermissionDenied, match="serviceAccountTokenCreator on the account of a service account"):
        Tokens().identity(AUDIENCE)
