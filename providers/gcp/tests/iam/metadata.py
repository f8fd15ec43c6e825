"""The metadata server of an instance: its tokens, and where it is.

https://cloud.google.com/run/docs/container-contract#metadata-server
https://cloud.google.com/compute/docs/metadata/querying-metadata
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from providers.gcp.tests.iam.identity import LIFETIME_S, Identities
from tests.hosting.http import Request, Response

_FLAVOR = ("Metadata-Flavor", "Google")
_ROOT = "/computeMetadata/v1/"
_ACCOUNTS = "instance/service-accounts/"


def metadata(
    identities: Identities, email: str, *, project: str, number: str, region: str
) -> Callable[[Request], Response]:
    """Answers as the server of an instance that runs as a service account."""
    known = {
        "project/project-id": project,
        "project/numeric-project-id": number,
        "instance/region": f"projects/{number}/regions/{region}",
        "instance/id": "0",
    }
    account = _Account(identities, email)

    def answer(request: Request) -> Response:
        refused = _refused(request)
        path = request.path.removeprefix(_ROOT).rstrip("/")
        if refused:
            return refused
        if path in {"", "/computeMetadata"}:
            return _text(200, "computeMetadata/")
        return _text(200, known[path]) if path in known else account.answer(request, path)

    return answer


def _refused(request: Request) -> Response | None:
    if request.header("Metadata-Flavor") != "Google":
        return _text(403, "Missing Metadata-Flavor:Google header.")
    if request.header("X-Forwarded-For"):
        return _text(403, "Requests that were forwarded are refused.")
    return None if request.method == "GET" else _text(405, request.method)


class _Account:
    """What the server tells of the one account that the instance has."""

    def __init__(self, identities: Identities, email: str) -> None:
        self._identities = identities
        self._member = f"serviceAccount:{email}"
        self._email = email

    def answer(self, request: Request, path: str) -> Response:
        account, _, what = path.removeprefix(_ACCOUNTS).partition("/")
        if not path.startswith(_ACCOUNTS) or account not in {"default", self._email}:
            return _text(404, f"not found: {path}")
        if what == "token":
            token = self._identities.token(self._member)
            return _json({"access_token": token, "expires_in": LIFETIME_S, "token_type": "Bearer"})
        if what == "identity":
            return self._identity(request.parameter("audience"))
        if what == "email":
            return _text(200, self._email)
        if not what and request.parameter("recursive") == "true":
            return _json({"aliases": ["default"], "email": self._email, "scopes": [_SCOPE]})
        return _text(404, f"not found: {path}")

    def _identity(self, audience: str) -> Response:
        if not audience:
            return _text(400, "non-empty audience parameter required")
        return _text(200, self._identities.id_token(self._member, audience))


_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def _text(status: int, text: str) -> Response:
    return Response(status=status, headers=(_FLAVOR, ("Content-Type", "application/text")), body=text.encode())


def _json(body: Mapping[str, Any]) -> Response:
    return Response(status=200, headers=(_FLAVOR, ("Content-Type", "application/json")), body=json.dumps(body).encode())
