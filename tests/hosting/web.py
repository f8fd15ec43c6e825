"""Real requests to a deployed app, for the client of tests, and tokens of issuers whose keys its endpoints can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cloudless.auth import Jwt
from cloudless.request import Request, Response
from cloudless.testing.token import Issuer, signed_with_secret

TIMEOUT_S = 60.0
_SERVERS = {"connection", "content-length", "date", "server", "transfer-encoding"}
"""Headers that are the connection's, and not the answer's."""


def client_of(url: str) -> Callable[[Request], Response]:
    """What answers a request: the server at a URL."""

    def answer(request: Request) -> Response:
        target = f"{request.path}?{request.query_string}" if request.query_string else request.path
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_S)) as connection:
            connection.request(request.method, target, request.body or None, dict(request.headers))
            found = connection.getresponse()
            body, pairs = found.read(), found.getheaders()
        headers = [(name, value) for name, value in pairs if name.lower() not in _SERVERS]
        if body or found.headers.get("content-type"):
            return Response(body, status=found.status, headers=headers)
        return Response(status=found.status, headers=headers)

    return answer


class Issuers:
    """Issuers of tokens, whose keys lie in a file of pages, {url: text}, that the apps read as the web."""

    def __init__(self, pages: Path) -> None:
        self._pages = pages
        self._known: dict[tuple[str, str], Issuer] = {}

    def token(self, auth: Jwt, now_s: float, lifetime: timedelta, claims: Mapping[str, Any]) -> str:
        """A token that `auth` accepts; as `cloudless.testing.Simulation.token`."""
        times = {"iat": int(now_s), "exp": int(now_s + lifetime.total_seconds())}
        told = {"iss": auth.issuer, "aud": auth.audience[0], **times, **claims}
        return signed_with_secret(auth, told) if auth.secret is not None else self._issuer(auth).token(auth, told)

    def _issuer(self, auth: Jwt) -> Issuer:
        place = (auth.issuer, auth.keys_url)
        if place not in self._known:
            self._known[place] = issuer = Issuer([auth])
            self._publish(*place, issuer.keys().decode())
        return self._known[place]

    def _publish(self, issuer: str, keys_url: str, keys: str) -> None:
        known: dict[str, str] = json.loads(self._pages.read_text("utf-8")) if self._pages.exists() else {}
        where = keys_url or f"{issuer.rstrip('/')}/keys"
        discovery = {f"{issuer.rstrip('/')}/.well-known/openid-configuration": json.dumps({"jwks_uri": where})}
        self._pages.write_text(json.dumps({**known, **discovery, where: keys}), "utf-8")
