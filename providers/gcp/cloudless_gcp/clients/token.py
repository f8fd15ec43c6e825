"""Tokens of this process's identity: from the metadata server inside Google Cloud, of who is signed in elsewhere.

Access tokens are for Google's APIs, identity tokens (OIDC) for functions, each for one audience. Who is outside takes
those of the stage's account for callers where he may (roles/iam.serviceAccountTokenCreator), else his own.
https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts
"""

from __future__ import annotations

import json
import os
import time
from importlib import import_module

from cloudless.codec import is_object
from cloudless.driver.denied import NotSignedIn
from cloudless.errors import PermissionDenied
from cloudless_gcp.clients import metadata
from cloudless_gcp.clients.errors import of_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.rest import Answer
    from cloudless.errors import CloudlessError
    from cloudless_gcp.clients.signed_in import SignedIn

    Ask = Callable[[str, Mapping[str, Any], str], Answer]
    """Method of IAM Credentials, its body, and the access token to send, to the answer."""

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_MARGIN_S = 60.0
"""A token is not used for this long before it ends, so that a request on its way does not meet the end."""
_SDK_MARGIN_S = 240.0
"""google-auth takes no token that ends within 3 minutes and 45 seconds from who gives it one.

https://github.com/googleapis/google-auth-library-python/blob/main/google/auth/_helpers.py (REFRESH_THRESHOLD)
"""
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

    __slots__ = ("_account", "_ask", "_kept", "_refusal", "_signed_in")

    def __init__(self, account: str = "", ask: Ask | None = None) -> None:
        self._account = account
        self._ask = ask
        self._kept: dict[str, Token] = {}
        self._signed_in: SignedIn | None = None
        self._refusal: CloudlessError | None = None

    def current(self) -> str:
        """An access token that holds for another minute. Raises NotSignedIn, PermissionDenied or Unavailable."""
        return self._fresh("", self._access)

    def identity(self, audience: str) -> str:
        """An identity token for that audience, the URL of a function. Raises as `current`."""
        return self._fresh(audience, lambda: self._identity(audience))

    def credentials(self) -> Any:
        """google-auth's credentials of this identity, for the SDK. Raises NotSignedIn; nobody is asked yet."""
        from datetime import UTC, datetime

        def refresh(*_: object, **_more: object) -> tuple[str, Any]:
            text = self._fresh("", self._access, _SDK_MARGIN_S)
            return text, datetime.fromtimestamp(self._kept[""].ends_s, UTC).replace(tzinfo=None)

        if not is_inside():
            self._mine().check()
        kind = import_module("google.oauth2.credentials").Credentials
        return kind(token=None, refresh_handler=refresh, scopes=[SCOPE])

    def _fresh(self, key: str, fetch: Callable[[], Token], margin_s: float = _MARGIN_S) -> str:
        kept = self._kept.get(key)
        if kept is None or time.time() > kept.ends_s - margin_s:
            kept = self._kept[key] = fetch()
        return kept.text

    def _access(self) -> Token:
        if is_inside():
            facts = json.loads(metadata.account("token"))
            return Token(facts["access_token"], time.time() + facts["expires_in"])
        stood_for = self._stand_for("generateAccessToken", {"scope": [SCOPE], "lifetime": f"{_LIFETIME_S}s"})
        if stood_for is not None:
            return Token(stood_for["accessToken"], time.time() + _LIFETIME_S)
        return self._mine().access()

    def _identity(self, audience: str) -> Token:
        if is_inside():
            from urllib.parse import quote

            return identity_of(metadata.account(f"identity?audience={quote(audience, safe='')}&format=full"))
        body = {"audience": audience, "includeEmail": True}
        stood_for = self._stand_for("generateIdToken", body)
        if stood_for is not None:
            return identity_of(stood_for["token"])
        try:
            return self._mine().identity(audience)
        except PermissionDenied as problem:
            if self._refusal is None or isinstance(problem, NotSignedIn):
                raise
            raise PermissionDenied(f"{problem}. Google said: {self._refusal}") from self._refusal

    def _stand_for(self, method: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """What IAM Credentials gives for the stage's account; None where there is none, or he may not."""
        if not self._account or self._ask is None or self._refusal is not None:
            return None
        path = f"/v1/projects/-/serviceAccounts/{self._account}:{method}"
        answer = self._ask(path, body, self._mine().access().text)
        what = f"getting a token of {self._account}"
        if answer.status in {403, 404}:  # 404: of an account that is not there, or that one may not see
            self._refusal = of_answer(answer, what)
            return None
        if answer.status != 200:
            raise of_answer(answer, what)
        found: dict[str, Any] = answer.json()
        return found

    def _mine(self) -> SignedIn:
        if self._signed_in is None:
            from cloudless_gcp.clients.signed_in import SignedIn

            self._signed_in = SignedIn(self._account)
        return self._signed_in


def claims_of(token: str) -> dict[str, Any]:
    """What a JSON Web Token claims, whoever signed it. Raises ValueError for a text that is none."""
    from base64 import urlsafe_b64decode

    payload = token.split(".")[1] if token.count(".") == 2 else ""
    found = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found if is_object(found) else {}


def identity_of(text: str) -> Token:
    """An identity token, which says itself when it ends."""
    return Token(text, float(claims_of(text).get("exp", 0)))
