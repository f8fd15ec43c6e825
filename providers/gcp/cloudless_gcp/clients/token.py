"""Access tokens for plain REST calls: from the metadata server inside Google Cloud, from google-auth elsewhere.

https://cloud.google.com/run/docs/container-contract#metadata-server
"""

from __future__ import annotations

import json
import os
import time
from http.client import HTTPConnection
from importlib import import_module

from cloudless_gcp.clients.errors import of_sdk, of_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
_TIMEOUT_S = 5.0
_MARGIN_S = 60.0
"""A token is not used for this long before it ends, so that a request on its way does not meet the end."""
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_IN_CLOUD = "K_SERVICE"
"""Set by Cloud Run, on which functions run: https://cloud.google.com/run/docs/container-contract#env-vars"""


class Tokens:
    """The token of this process's identity, fetched when needed. Two threads may fetch it twice, which does no harm."""

    __slots__ = ("_credentials", "_ends_s", "_token")

    def __init__(self) -> None:
        self._token = ""
        self._ends_s = 0.0
        self._credentials: Any = None

    def current(self) -> str:
        """A token that holds for another minute. Raises PermissionDenied or Unavailable."""
        if _IN_CLOUD not in os.environ:
            return self._from_google_auth()
        if time.time() > self._ends_s - _MARGIN_S:
            self._token, self._ends_s = _fetch()
        return self._token

    def _from_google_auth(self) -> str:
        from google.auth.exceptions import GoogleAuthError

        auth: Any = import_module("google.auth")  # Any: its annotations are partly unknown to strict type checkers
        try:
            if self._credentials is None:
                self._credentials, _ = auth.default(scopes=[_SCOPE])
            if not self._credentials.valid:
                self._credentials.refresh(import_module("google.auth.transport.requests").Request())
        except GoogleAuthError as problem:
            raise of_sdk(problem, "getting an access token") from problem
        return str(self._credentials.token)


def _fetch() -> tuple[str, float]:
    """A token and when it ends, seconds since the epoch. GCE_METADATA_HOST is google-auth's own variable."""
    connection = HTTPConnection(os.environ.get("GCE_METADATA_HOST", "metadata.google.internal"), timeout=_TIMEOUT_S)
    try:
        connection.request("GET", _PATH, headers={"Metadata-Flavor": "Google"})
        with connection.getresponse() as response:
            answer = response.read()
            if response.status != 200:
                raise of_status(
                    response.status, f"the metadata server refused a token: {answer.decode(errors='replace')}"
                )
    except OSError as problem:
        ours = of_status(None, f"the metadata server did not answer: {problem}")
        ours.native = problem
        raise ours from problem
    finally:
        connection.close()
    facts = json.loads(answer)
    return facts["access_token"], time.time() + facts["expires_in"]
