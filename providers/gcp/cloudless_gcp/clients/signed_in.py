"""Tokens of who is signed in outside of Google Cloud: by google-auth, or by the metadata server of a machine there.

google-auth's own search for credentials is left out: it asks for a metadata server where none can be, for nine seconds
and more, runs gcloud for a project, and asks the network which project an external account is of.
https://googleapis.dev/python/google-auth/latest/reference/google.auth.html#google.auth.default
"""

from __future__ import annotations

import json
import time
import warnings
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from urllib.parse import quote

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import CloudlessError, PermissionDenied
from cloudless_gcp.clients import login, metadata
from cloudless_gcp.clients.errors import SIGN_IN, of_sdk
from cloudless_gcp.clients.token import SCOPE, Token, identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from typing import Any

TIMEOUT_S = 10.0
"""Of connecting to who gives tokens, and of waiting for the next bytes. google-auth itself would wait two minutes."""


class SignedIn:
    """Who is signed in here, looked for at the first token. account: e-mail of whom others may stand for, for people.

    Raises NotSignedIn where nobody is, or the credentials are refused; Unavailable where nobody answers.
    """

    __slots__ = ("_account", "_credentials", "_file")

    def __init__(self, account: str = "") -> None:
        self._account = account
        self._file: Path | None = None
        self._credentials: Any = None

    def check(self) -> None:
        """Find out who it is; asks nobody."""
        self._found()

    def access(self) -> Token:
        """An access token for Google's APIs."""
        credentials = self._found()
        if credentials is None:
            facts = json.loads(_of_machine("token"))
            return Token(facts["access_token"], time.time() + facts["expires_in"])
        with self._asking("an access token") as request:
            if not credentials.valid:
                credentials.refresh(request)
        return Token(str(credentials.token), _seconds(credentials.expiry))

    def identity(self, audience: str) -> Token:
        """An identity token for that audience; PermissionDenied where a person is signed in, who has none."""
        credentials = self._found()
        if credentials is None:
            return identity_of(_of_machine(f"identity?audience={quote(audience, safe='')}&format=full"))
        with self._asking("an identity token") as request:
            asking = _identifying(credentials, self._file, audience)
            if asking is not None:
                asking.refresh(request)
                return identity_of(str(asking.token))
        who = f"of {self._account}" if self._account else "of a service account"
        raise PermissionDenied(
            f"who is signed in here has no identity tokens for {audience}: have yourself given "
            f"roles/iam.serviceAccountTokenCreator on the account {who}, see the variable callers"
        )

    def _found(self) -> Any:
        """google-auth's credentials; None for the account of this machine. Any: they are not typed throughout."""
        if self._credentials is None:
            self._file = login.found()
            if self._file is not None:
                self._credentials = self._loaded(str(self._file))
        return self._credentials

    def _loaded(self, file: str) -> Any:
        with self._asking("credentials"), warnings.catch_warnings():
            # of files that come from others: this one is the user's own
            warnings.simplefilter("ignore", DeprecationWarning)
            credentials, _ = import_module("google.auth").load_credentials_from_file(file)
            return import_module("google.auth.credentials").with_scopes_if_required(credentials, [SCOPE])

    @contextmanager
    def _asking(self, what: str) -> Generator[Any]:
        """What google-auth asks over, closed afterwards; its errors are ours."""
        from google.auth.exceptions import GoogleAuthError

        session = import_module("requests").Session()
        try:
            yield partial(import_module("google.auth.transport.requests").Request(session), timeout=TIMEOUT_S)
        except (GoogleAuthError, OSError) as problem:
            raise of_sdk(problem, f"getting {what} by {self._file}") from problem
        finally:
            session.close()


def _identifying(credentials: Any, file: Path | None, audience: str) -> Any:
    """google-auth's credentials that give identity tokens; None of those that have none."""
    from google.auth import impersonated_credentials
    from google.oauth2 import service_account

    if isinstance(credentials, service_account.Credentials):
        kind: Any = service_account.IDTokenCredentials
        return kind.from_service_account_file(str(file), target_audience=audience)
    if isinstance(credentials, impersonated_credentials.Credentials):
        kind = impersonated_credentials.IDTokenCredentials
        return kind(credentials, target_audience=audience, include_email=True)
    return None


def _of_machine(what: str) -> str:
    """What its metadata server says; NotSignedIn where it has none, or no account."""
    try:
        return metadata.account(what, tries=1)
    except CloudlessError as problem:
        ours = NotSignedIn(f"no credentials for Google Cloud, and no account of this machine: {problem}. {SIGN_IN}")
        ours.native = problem.native
        raise ours from problem


def _seconds(moment: Any) -> float:
    """Seconds since the epoch of google-auth's times, which are in UTC and do not say so; 0 for None."""
    from datetime import UTC

    return float(moment.replace(tzinfo=UTC).timestamp()) if moment is not None else 0.0
