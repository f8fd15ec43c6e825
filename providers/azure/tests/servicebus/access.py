"""Who may do what: claims, identities, and who decides.

Three claims, as in Microsoft's table of rights: Send, Listen, Manage.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-sas#rights-required-for-service-bus-operations
A client puts a token for an address at `$cbs` before it opens a link there; what it may do then is the authoriser's
to say. test_servicebus_access.py holds the table rule by rule.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Collection, Mapping
from typing import Protocol
from urllib.parse import parse_qs, quote_plus, urlsplit

from providers.azure.tests.servicebus.problems import Unauthorized

SEND, LISTEN, MANAGE = "Send", "Listen", "Manage"
CLAIMS = frozenset({SEND, LISTEN, MANAGE})
SIGNATURE = "SharedAccessSignature "
"""How a shared access signature begins; other tokens are those of Microsoft Entra ID.

The type that a client names beside a token tells nothing: Microsoft's for Python says "jwt" of both.
"""


class Authoriser(Protocol):
    """Decides for one namespace. Called in the broker's thread."""

    def identity(self, token: str) -> str | None:
        """Whose token it is; None where it is not valid (forged, expired, of a kind that is switched off)."""
        ...

    def allows(self, identity: str, claim: str, entity: str) -> bool:
        """Whether that identity has a claim on an entity: `queue`, `topic`, `topic/Subscriptions/name`."""
        ...


class Anybody:
    """Every token is good, and everything allowed: for tests that are about something else."""

    def identity(self, token: str) -> str | None:
        return "anybody"

    def allows(self, identity: str, claim: str, entity: str) -> bool:
        return True


class Policy:
    """A shared access policy. entity: "" for the whole namespace."""

    __slots__ = ("claims", "entity", "key")

    def __init__(self, key: str, claims: Collection[str], entity: str = "") -> None:
        self.key = key
        self.claims = frozenset(claims)
        self.entity = entity
        if MANAGE in self.claims and self.claims != CLAIMS:
            raise ValueError("a rule with manage rights must also have send and listen rights")


class SharedAccess:
    """Policies by name; their tokens are signed.

    https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-sas#generate-a-shared-access-signature-token
    """

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self._policies = dict(policies)

    def identity(self, token: str) -> str | None:
        """The policy's name."""
        fields = {name: values[0] for name, values in parse_qs(token.removeprefix(SIGNATURE)).items()}
        policy = self._policies.get(fields.get("skn", ""))
        if not token.startswith(SIGNATURE) or policy is None or float(fields.get("se", 0)) < time.time():
            return None
        signature = _signature(fields["sr"], fields["se"], policy.key)
        return fields["skn"] if hmac.compare_digest(signature, fields.get("sig", "")) else None

    def allows(self, identity: str, claim: str, entity: str) -> bool:
        policy = self._policies[identity]
        return claim in policy.claims and is_within(entity, policy.entity)


def _signature(resource: str, expiry: str, key: str) -> str:
    signed = f"{quote_plus(resource)}\n{expiry}"
    return b64encode(hmac.digest(key.encode(), signed.encode(), hashlib.sha256)).decode()


class Access:
    """What one connection may do, by the tokens that its client has put."""

    def __init__(self, authoriser: Authoriser) -> None:
        self._authoriser = authoriser
        self._identities: dict[str, str] = {}

    def put(self, token: str, audience: str) -> bool:
        """Take a token for the address of `audience`, a URL; whether it is valid."""
        identity = self._authoriser.identity(token)
        if identity is None:
            return False
        self._identities[urlsplit(audience).path.strip("/").lower()] = identity
        return True

    def check(self, address: str, *claims: str) -> None:
        """Raise Unauthorized unless an identity has one of the claims. address: of an entity or a part of it."""
        entity = entity_of(address)
        for audience, identity in self._identities.items():
            if is_within(address.lower(), audience) and any(
                self._authoriser.allows(identity, claim, entity) for claim in claims
            ):
                return
        raise Unauthorized(claims[0], address)


def is_within(address: str, outer: str) -> bool:
    """Whether an address is another one or below it; "" is the namespace."""
    path, parent = address.lower(), outer.lower()
    return not parent or path == parent or path.startswith(f"{parent}/")


def entity_of(address: str) -> str:
    """The entity of an address: `topic/Subscriptions/name/$DeadLetterQueue` is part of `topic/Subscriptions/name`."""
    return "/".join(part for part in address.split("/") if not part.startswith("$"))
