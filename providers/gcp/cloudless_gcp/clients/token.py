"""Tokens of this process's identity: from the metadata server inside Google Cloud, from google-auth elsewhere.

Access tokens are for Google's APIs, identity tokens (OIDC) for functions, each for one audience. Who is outside takes
those of the stage's account for callers where he may (roles/iam.serviceAccountTokenCreator), else his own.
https://cloud.google.com/run/docs/container-contract#metadata-server
https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from importlib import import_module

from cloudless.codec import is_object
from cloudless.errors import PermissionDenied
from cloudless_gcp.clients.errors import of_answer, of_sdk, of_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from typing import Any

    from cloudless.driver.rest import Answer

    Ask = Callable[[str, Mapping[str, Any], str], Answer]
    """Method of IAM Credentials, its body, and the access token to send, to the answer."""

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/"
_TIMEOUT_S = 5.0
_MARGIN_S = 60.0
"""A token is not used for this long before it ends, so that a request on its way does not meet the end."""
_LIFETIME_S = 3_600
_IN_CLOUD = "K_SERVICE"
"""Set by Cloud Run, on which functions run: https://cloud.google.com/run/docs/container-contract#env-vars"""


class Token:
    """text: as it is sent. ends_s: seconds since the epoch."""

    __slots__ = ("ends_s", "text")

    def __init__(self, text: str, ends_s: float) -> None:
        self.text = text
        self.ends_s = ends_s


def is_inside() -> bool:
    """Whether this process is a function."""
    return _IN_CLOUD in os.environ


class Tokens:
    """Tokens of one identity, fetched when needed. Two threads may fetch one twice, which does no harm.

    account: e-mail address of whom others outside may stand for, "" for nobody. ask: asks IAM Credentials for it.
    """

    __slots__ = ("_account", "_ask", "_credentials", "_is_refused", "_kept")

    def __init__(self, account: str = "", ask: Ask | None = None) -> None:
        self._account = account
        self._ask = ask
        self._kept: dict[str, Token] = {}
        self._credentials: Any = None
        self._is_refused = False

    def current(self) -> str:
        """An access token that holds for another minute. Raises NotSignedIn, PermissionDenied or Unavailable."""
        return self._fresh("", self._access)

    def identity(self, audience: str) -> str:
        """An identity token for that audience, the URL of a function. Raises as `current`."""
        return self._fresh(audience, lambda: self._identity(audience))

    def credentials(self) -> Any:
        """google-auth's credentials of this identity, for the SDK."""
        if not self._account or self._ask is None:
            return self._own()
        kind = import_module("google.oauth2.credentials").Credentials

        def refresh(*_: object, **_more: object) -> tuple[str, Any]:
            from datetime import UTC, datetime

            token = self._access()
            return token.text, datetime.fromtimestamp(token.ends_s, UTC).replace(tzinfo=None)

        return kind(token=None, refresh_handler=refresh, scopes=[SCOPE])

    def _fresh(self, key: str, fetch: Callable[[], Token]) -> str:
        kept = self._kept.get(key)
        if kept is None or time.time() > kept.ends_s - _MARGIN_S:
            kept = self._kept[key] = fetch()
        return kept.text

    def _access(self) -> Token:
        if is_inside():
            facts = json.loads(_metadata("token"))
            return Token(facts["access_token"], time.time() + facts["expires_in"])
        stood_for = self._stand_for("generateAccessToken", {"scope": [SCOPE], "lifetime": f"{_LIFETIME_S}s"})
        if stood_for is not None:
            return Token(stood_for["accessToken"], time.time() + _LIFETIME_S)
        return self._own_token()

    def _identity(self, audience: str) -> Token:
        if is_inside():
            from urllib.parse import quote

            return _identity_of(_metadata(f"identity?audience={quote(audience, safe='')}&format=full"))
        body = {"audience": audience, "includeEmail": True}
        stood_for = self._stand_for("generateIdToken", body)
        return _identity_of(stood_for["token"]) if stood_for is not None else self._own_identity(audience)

    def _stand_for(self, method: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """What IAM Credentials gives for the stage's account; None where there is none, or he may not."""
        if not self._account or self._ask is None or self._is_refused:
            return None
        path = f"/v1/projects/-/serviceAccounts/{self._account}:{method}"
        answer = self._ask(path, body, self._own_token().text)
        if answer.status in {403, 404}:  # 404: of an account that is not there, or that one may not see
            self._is_refused = True
            return None
        if answer.status != 200:
            raise of_answer(answer, f"getting a token of {self._account}")
        found: dict[str, Any] = answer.json()
        return found

    # --- google-auth

    def _own(self) -> Any:
        """The credentials that google-auth finds. Any: its annotations are partly unknown to strict type checkers."""
        from google.auth.exceptions import GoogleAuthError

        try:
            if self._credentials is None:
                self._credentials, _ = import_module("google.auth").default(scopes=[SCOPE])
        except GoogleAuthError as problem:
            raise of_sdk(problem, "getting an access token") from problem
        return self._credentials

    def _own_token(self) -> Token:
        from google.auth.exceptions import GoogleAuthError

        credentials = self._own()
        try:
            if not credentials.valid:
                with _transport() as request:
                    credentials.refresh(request)
        except GoogleAuthError as problem:
            raise of_sdk(problem, "getting an access token") from problem
        return Token(str(credentials.token), _seconds(credentials.expiry))

    def _own_identity(self, audience: str) -> Token:
        from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

        try:
            with _transport() as request:
                return _identity_of(import_module("google.oauth2.id_token").fetch_id_token(request, audience))
        except DefaultCredentialsError as problem:
            who = f"of {self._account}" if self._account else "of a service account"
            raise PermissionDenied(
                f"who is signed in here has no identity tokens for {audience}: have yourself given "
                f"roles/iam.serviceAccountTokenCreator on the account {who}, see the variable callers"
            ) from problem
        except GoogleAuthError as problem:
            raise of_sdk(problem, "getting an identity token") from problem


@contextmanager
def _transport() -> Generator[Any]:
    """What google-auth asks over, closed afterwards."""
    session = import_module("requests").Session()
    try:
        yield import_module("google.auth.transport.requests").Request(session)
    finally:
        session.close()


def claims_of(token: str) -> dict[str, Any]:
    """What a JSON Web Token claims, whoever signed it. Raises ValueError for a text that is none."""
    from base64 import urlsafe_b64decode

    payload = token.split(".")[1] if token.count(".") == 2 else ""
    found = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found if is_object(found) else {}


def _identity_of(text: str) -> Token:
    return Token(text, float(claims_of(text).get("exp", 0)))


def _seconds(moment: Any) -> float:
    """Seconds since the epoch of google-auth's times, which are in UTC and do not say so; 0 for None."""
    from datetime import UTC

    return float(moment.replace(tzinfo=UTC).timestamp()) if moment is not None else 0.0


def _metadata(what: str) -> str:
    """What the metadata server says of our account. GCE_METADATA_HOST is google-auth's own variable."""
    connection = HTTPConnection(os.environ.get("GCE_METADATA_HOST", "metadata.google.internal"), timeout=_TIMEOUT_S)
    try:
        connection.request("GET", _ACCOUNT + what, headers={"Metadata-Flavor": "Google"})
        with connection.getresponse() as response:
            answer = response.read().decode("utf-8", "replace")
            if response.status != 200:
                raise of_status(response.status, f"the metadata server refused a token: {answer}")
            return answer
    except (OSError, HTTPException) as problem:
        ours = of_status(None, f"the metadata server did not answer: {problem}")
        ours.native = problem
        raise ours from problem
    finally:
        connection.close()
