"""The tenant: its principals, and the access tokens that they get.

    IDENTITY_ENDPOINT?resource=https://vault.azure.net&api-version=2019-08-01&client_id=…   with X-IDENTITY-HEADER

An app gets tokens of the identities that are attached to it, and of no other.
https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
May import: the standard library, functionshost's HTTP.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from tests.hosting.http import Request, Response

SERVICE_BUS = "https://servicebus.azure.net"
STORAGE = "https://storage.azure.com"
VAULT = "https://vault.azure.net"
LIFETIME_S = 86_400
"""https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations."""


@dataclass(frozen=True, slots=True)
class Principal:
    """name: for messages of tests. id: the object id, to which roles are given. client: by which an app asks for it."""

    name: str
    id: str
    client: str


class Directory:
    """Principals by name, and tokens. Safe from several threads: nothing is changed but by adding."""

    tenant = str(uuid5(NAMESPACE_URL, "tenant"))

    def __init__(self) -> None:
        self._principals: dict[str, Principal] = {}
        self._tokens: dict[str, tuple[str, str]] = {}
        self._apps: dict[str, Sequence[Principal]] = {}

    def principal(self, name: str) -> Principal:
        """The principal of that name, made at first use; its ids are those of the name."""
        made = Principal(name, str(uuid5(NAMESPACE_URL, f"object/{name}")), str(uuid5(NAMESPACE_URL, f"client/{name}")))
        return self._principals.setdefault(name, made)

    def name_of(self, id: str) -> str:
        """The name of a principal, for messages; its id where it is a stranger."""
        return next((one.name for one in self._principals.values() if one.id == id), id)

    def token(self, principal: Principal, resource: str) -> str:
        """A token of a principal for a resource, e.g. VAULT."""
        token = f"{principal.name}.{secrets.token_hex(8)}"
        self._tokens[token] = (principal.id, resource.rstrip("/"))
        return token

    def holder(self, token: str, resource: str) -> str | None:
        """The object id of whom a token is, if it is one for that resource."""
        id, audience = self._tokens.get(token, ("", ""))
        return id if audience == resource else None

    def bearer(self, request: Request, resource: str) -> str | None:
        """The object id of whom an HTTP request is from, by its token for that resource."""
        scheme, _, token = request.header("Authorization").partition(" ")
        return self.holder(token, resource) if scheme == "Bearer" else None

    def admit(self, identities: Sequence[Principal]) -> str:
        """Let an app ask for tokens of these; returns its IDENTITY_HEADER."""
        header = secrets.token_hex(16)
        self._apps[header] = identities
        return header

    def answer(self, request: Request) -> Response:
        """The identity endpoint. An app with user-assigned identities has to say which one."""
        identities = self._apps.get(request.header("X-IDENTITY-HEADER"))
        if identities is None:
            return _json(403, {"statusCode": 403, "message": "The identity header is not this app's."})
        client, resource = request.parameter("client_id"), request.parameter("resource")
        chosen = next((one for one in identities if one.client == client), None)
        if chosen is None or not resource:
            return _json(400, {"statusCode": 400, "message": f"No managed identity found for client id {client!r}."})
        expires = str(int(time.time()) + LIFETIME_S)
        token = self.token(chosen, resource)
        told = {"access_token": token, "expires_on": expires, "resource": resource, "token_type": "Bearer"}
        return _json(200, {**told, "client_id": chosen.client})


def _json(status: int, body: Mapping[str, object]) -> Response:
    return Response(status=status, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())
