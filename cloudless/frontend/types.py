"""Types of bodies, arguments and results as the IR names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless import ir
from cloudless.auth import ApiKey, Jwt
from cloudless.codec import is_builtin, type_name
from cloudless.ir import Retry as RetryData
from cloudless.ir import TypeRef
from cloudless.retry import Retry

if TYPE_CHECKING:
    from cloudless.auth import Auth
    from cloudless.http import Cors


def type_ref(kind: Any) -> TypeRef:
    """The reference to a type; any JSON for `object`, `Any` and None."""
    if kind is None or kind is object or kind is Any:
        return TypeRef(name="JSON")
    return TypeRef(name=type_name(kind), pydantic=not is_builtin(kind))


def retry_data(retry: Retry) -> RetryData:
    """A Retry in seconds and names."""
    return RetryData(
        attempts=retry.attempts,
        delay_s=retry.delay.total_seconds(),
        factor=retry.factor,
        max_delay_s=retry.max_delay.total_seconds(),
        on=tuple(dotted(kind) for kind in retry.on),
    )


def auth_data(auth: Auth | None) -> ir.Auth:
    """Who may call an endpoint, without what only the program knows."""
    if auth is None:
        return ir.Auth()
    if isinstance(auth, Jwt):
        secret = "" if auth.secret is None else auth.secret.name
        return ir.Auth(kind=ir.JWT, issuer=auth.issuer, audience=auth.audience, secret=secret)
    return ir.Auth(kind=ir.API_KEY, secret=auth.secret.name) if isinstance(auth, ApiKey) else ir.Auth(kind=ir.FUNCTION)


def cors_data(cors: Cors | None) -> ir.Cors | None:
    """What browsers of other origins may do; None for nothing."""
    if cors is None:
        return None
    return ir.Cors(
        origins=cors.origins,
        headers=cors.headers,
        exposed=cors.expose,
        credentials=cors.credentials,
        max_age_s=cors.max_age_s,
    )


def dotted(kind: type) -> str:
    """Where a class is found: "module:QualName"."""
    return f"{kind.__module__}:{kind.__qualname__}"
