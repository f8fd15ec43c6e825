"""Who asks the broker, and what he may: by the e-mail address of a service account, which Cloud Run verified.

It hands the token on without its signature: https://cloud.google.com/run/docs/troubleshooting#signature-removed
"""

from __future__ import annotations

from cloudless.errors import PermissionDenied
from cloudless.system import word
from cloudless_gcp.clients.token import claims_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless_gcp.runtime.reply import Request

_HEADERS = ("HTTP_X_SERVERLESS_AUTHORIZATION", "HTTP_AUTHORIZATION")
"""Where a token may be; of two Cloud Run looks at the first, and so do we.

https://cloud.google.com/run/docs/authenticating/service-to-service
"""


def caller_of(request: Request) -> str:
    """The e-mail address of who calls; "" where the request does not say."""
    said = next((str(request.environ[name]) for name in _HEADERS if name in request.environ), "")
    scheme, _, token = said.partition(" ")
    return _email(token) if scheme.lower() == "bearer" else ""


def _email(token: str) -> str:
    try:
        claims = claims_of(token)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""
    return word(claims.get("email")) if claims.get("email_verified", True) else ""


class Rights:
    """Who may do what. facts: of the broker, see there. Everything raises PermissionDenied; who: see `caller_of`."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def execute(self, who: str, orchestration: str) -> None:
        """Be an execution of an orchestration: who asks says which."""
        if not who or self._facts.get("workflows", {}).get(orchestration) != who:
            raise PermissionDenied(f"{who or 'who has no token'} is not the account of orchestration {orchestration!r}")

    def send(self, who: str, event: str) -> None:
        """Send an event."""
        self._see("senders", event, who, f"send event {event!r}")

    def start(self, who: str, orchestration: str) -> None:
        """Start executions of an orchestration."""
        self._see("starters", orchestration, who, f"start orchestration {orchestration!r}")

    def control(self, who: str, orchestration: str) -> None:
        """Look at executions of an orchestration, and end them."""
        self._see("controllers", orchestration, who, f"control orchestration {orchestration!r}")

    def _see(self, table: str, name: str, who: str, what: str) -> None:
        if not who or who not in self._facts.get(table, {}).get(name, ()):
            raise PermissionDenied(f"{who or 'who has no token'} may not {what}: it is none of its {table}")
