"""Access tokens of this process's identity: from the platform inside Azure, from azure-identity elsewhere.

Inside a function app the official library would cost the cold start about 150 ms for one HTTP request
(docs/decisions/0012-azure-tables-over-rest.md).
https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from __future__ import annotations

import json
import os
import time
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from urllib.parse import urlencode, urlsplit

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import PermissionDenied
from cloudless_azure.clients.errors import SIGN_IN, of_sdk, of_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STORAGE_SCOPE = "https://storage.azure.com/.default"
VAULT_SCOPE = "https://vault.azure.net/.default"
_ENDPOINT, _HEADER = "IDENTITY_ENDPOINT", "IDENTITY_HEADER"
"""Set by the platform where the app has an identity."""
_CLIENT_ID = "AZURE_CLIENT_ID"
"""azure-identity's own variable: which of several user-assigned identities."""
_API_VERSION = "2019-08-01"
_TIMEOUT_S = 5.0
_MARGIN_S = 300.0
"""A token is not used for this long before it ends, so that a request on its way does not meet the end."""


class Token:
    """What the SDK calls an AccessToken. expires_on: seconds since the epoch."""

    __slots__ = ("expires_on", "token")

    def __init__(self, token: str, expires_on: int) -> None:
        self.token = token
        self.expires_on = expires_on


class Identity:
    """The identity of this process; a TokenCredential of the SDK. Tokens are kept until shortly before they end.

    Two threads may fetch one twice, which does no harm.
    """

    __slots__ = ("_default", "_kept")

    def __init__(self) -> None:
        self._kept: dict[str, Token] = {}
        self._default: Any = None

    def get_token(self, *scopes: str, **options: Any) -> Token:
        """A token for one scope, e.g. `STORAGE_SCOPE`. Raises NotSignedIn, PermissionDenied or Unavailable."""
        (scope,) = scopes
        kept = self._kept.get(scope)
        if kept is None or time.time() > kept.expires_on - _MARGIN_S:
            kept = self._kept[scope] = _fetch(scope) if _ENDPOINT in os.environ else self._from_azure_identity(scope)
        return kept

    def _from_azure_identity(self, scope: str) -> Token:
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        _hush()
        try:
            if self._default is None:
                self._default = import_module("azure.identity").DefaultAzureCredential()
            found = self._default.get_token(scope)
        except ImportError as problem:
            raise PermissionDenied(
                "there is no managed identity here: pip install azure-identity to use your own"
            ) from problem
        except ClientAuthenticationError as problem:
            raise _not_signed_in(problem) from problem
        except AzureError as problem:
            raise of_sdk(problem, "getting an access token") from problem
        return Token(found.token, found.expires_on)


def _hush() -> None:
    """Azure's loggers are heard where somebody set logging up, not by default: what they warn of, we raise."""
    import logging

    logger = logging.getLogger("azure")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _not_signed_in(problem: Exception) -> NotSignedIn:
    """In one line. What Entra ID refuses has a code, AADSTS…; all else is that there is nobody to ask for."""
    refused = next((line.strip() for line in str(problem).splitlines() if "AADSTS" in line), "")
    text = f"the sign-in was refused: {refused}; {SIGN_IN}" if refused else f"not signed in: {SIGN_IN}"
    error = NotSignedIn(text)
    error.native = problem
    return error


def _fetch(scope: str) -> Token:
    """A token from the platform."""
    url = urlsplit(os.environ[_ENDPOINT])
    query = {"resource": scope.removesuffix("/.default"), "api-version": _API_VERSION}
    if client := os.environ.get(_CLIENT_ID):
        query["client_id"] = client
    connection = HTTPConnection(url.netloc, timeout=_TIMEOUT_S)
    try:
        headers = {"X-IDENTITY-HEADER": os.environ.get(_HEADER, "")}
        connection.request("GET", f"{url.path}?{urlencode(query)}", headers=headers)
        with connection.getresponse() as response:
            status, answer = response.status, response.read()
    except (OSError, HTTPException) as problem:
        ours = of_status(None, f"the identity endpoint did not answer: {problem!r}")
        ours.native = problem
        raise ours from problem
    finally:
        connection.close()
    if status != 200:
        raise of_status(status, f"the identity endpoint refused a token: {answer.decode(errors='replace')}")
    facts = json.loads(answer)
    return Token(facts["access_token"], int(facts["expires_on"]))
