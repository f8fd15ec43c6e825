"""HTTP endpoints, and who may call them."""

from __future__ import annotations

from cloudless.ir.handler import TypeRef
from cloudless.ir.span import Span
from cloudless.node import node

PUBLIC = "public"  # anybody
JWT = "jwt"  # who has a token of the issuer for the audience
API_KEY = "api_key"  # who knows the secret
FUNCTION = "function"  # who a function of the user's lets in


@node(kw_only=True)
class Auth:
    """Who may call. kind: PUBLIC, JWT, API_KEY or FUNCTION; our runtime decides, on every cloud.

    issuer, audience: of a JWT. secret: name of the one that keys are compared with, or signatures made with.
    """

    kind: str = PUBLIC
    issuer: str = ""
    audience: tuple[str, ...] = ()
    secret: str = ""


@node(kw_only=True)
class Status:
    """The status of answers to requests whose handler raised `type`, "module:QualName"."""

    type: str
    status: int


@node(kw_only=True)
class Endpoint:
    """handler: name of its Handler; its parameters say what comes from where. method: upper case.

    path: begins with "/"; a segment is a literal or "{name}". status: of a success, 200 to 299.
    errors: by exception type, the app's and the endpoint's own, which come first.
    """

    handler: str
    method: str
    path: str
    result: TypeRef
    status: int = 200
    auth: Auth = Auth()
    errors: tuple[Status, ...] = ()
    span: Span


@node(kw_only=True)
class Cors:
    """What browsers of other origins may do. origins: exact ones, or "*" alone. max_age_s: 0 to 86,400."""

    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age_s: int = 3_600
