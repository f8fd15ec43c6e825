"""Key Vaults on loopback: secrets with content types, read and set by whom roles allow.

    GET {url}/secrets/{name}?api-version=7.4      PUT {url}/secrets/{name} {"value": …, "contentType": …}

https://learn.microsoft.com/en-us/rest/api/keyvault/secrets/get-secret/get-secret
https://learn.microsoft.com/en-us/azure/key-vault/general/rest-error-codes
May import: the standard library, functionshost's HTTP.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

Allows = Callable[[Request, str, str, str], bool | None]
"""Request, verb ("getSecret", "setSecret"), vault and secret in; None: nobody that is known."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One version of a secret."""

    value: str
    content_type: str = ""
    set_s: float = 0


class VaultServer:
    """Several vaults behind one port, each below its name. allows: asked at every request."""

    def __init__(self, allows: Allows) -> None:
        self._allows = allows
        self._vaults: dict[str, dict[str, Secret]] = {}
        self._front = Loopback()
        self._front.serve(self._answer)
        self.reads: list[tuple[str, str]] = []

    def add(self, vault: str) -> str:
        """Make a vault; returns its URL."""
        self._vaults[vault] = {}
        return f"{self._front.url}/{vault}"

    def names(self) -> list[str]:
        """The vaults that there are."""
        return list(self._vaults)

    def put(self, vault: str, name: str, value: str, content_type: str = "") -> None:
        """Set a secret, as `az keyvault secret set` does: a new version, of no content type unless one is given."""
        self._vaults[vault][name.lower()] = Secret(value, content_type, time.time())

    def get(self, vault: str, name: str) -> Secret | None:
        """The current version of a secret."""
        return self._vaults[vault].get(name.lower())

    def close(self) -> None:
        self._front.close()

    def _answer(self, request: Request) -> Response:
        vault, _, rest = request.path.strip("/").partition("/")
        collection, _, name = rest.partition("/")
        if vault not in self._vaults or collection != "secrets" or not name or not request.parameter("api-version"):
            return _problem(404, "NotFound", f"{request.method} {request.path}")
        verb = {"GET": "getSecret", "PUT": "setSecret"}.get(request.method)
        if verb is None:
            return _problem(405, "MethodNotAllowed", request.method)
        allowed = self._allows(request, verb, vault, name)
        if allowed is None:
            return _problem(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        if not allowed:
            text = f"Caller is not authorized to perform action on resource. Action: '{verb}', secret: '{name}'."
            return _problem(403, "Forbidden", text)
        return self._read(vault, name) if verb == "getSecret" else self._write(vault, name, json.loads(request.body))

    def _read(self, vault: str, name: str) -> Response:
        self.reads.append((vault, name))
        secret = self.get(vault, name)
        if secret is None:
            text = f"A secret with (name/id) {name} was not found in this key vault."
            return _problem(404, "SecretNotFound", text)
        return _json(200, self._described(vault, name, secret))

    def _write(self, vault: str, name: str, body: Mapping[str, Any]) -> Response:
        self.put(vault, name, body["value"], body.get("contentType", ""))
        return _json(200, self._described(vault, name, self._vaults[vault][name.lower()]))

    def _described(self, vault: str, name: str, secret: Secret) -> dict[str, Any]:
        at = int(secret.set_s)
        described = {
            "value": secret.value,
            "id": f"https://{vault}.vault.azure.net/secrets/{name}/{at:032x}",
            "attributes": {"enabled": True, "created": at, "updated": at, "recoveryLevel": "Recoverable+Purgeable"},
        }
        return described | ({"contentType": secret.content_type} if secret.content_type else {})


def _json(status: int, body: Mapping[str, Any]) -> Response:
    headers = (("Content-Type", "application/json; charset=utf-8"),)
    return Response(status=status, headers=headers, body=json.dumps(body).encode())


def _problem(status: int, code: str, text: str) -> Response:
    answer = _json(status, {"error": {"code": code, "message": text}})
    if status != 401:
        return answer
    challenge = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'
    return Response(status=401, headers=(*answer.headers, ("WWW-Authenticate", challenge)), body=answer.body)
