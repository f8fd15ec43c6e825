"""Who may call: the guard of an endpoint, which tells who it is, or refuses."""

from __future__ import annotations

from cloudless.errors import HttpError
from cloudless.request import Response
from cloudless.runtime.token import InvalidToken, Verifier, scopes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.request import Request
    from cloudless.runtime.keys import Fetch

    Guard = Callable[[Request], Any]
    """Who is calling; raises HttpError, or anything that a function of the user's raises."""

    Run = Callable[[Any], Any]
    """The value of what a function of the user's returned: of a coroutine, when it is done."""


def guard_of(auth: Any, cloud: Cloud, fetch: Fetch, run: Run) -> Guard | None:
    """The guard of an endpoint; None where anybody may call. auth: what `auth=` was given."""
    if auth is None:
        return None
    if getattr(auth, "kind", "") == "jwt":
        return _Bearer(auth, Verifier(auth, fetch, cloud.now_s)).identity
    if getattr(auth, "kind", "") == "api_key":
        return lambda request: _key_number(auth, request)
    return lambda request: _asked(run(auth(request)))


def _asked(identity: Any) -> Any:
    """What a function of the user's said of the caller. What is no identity is a mistake, and lets nobody in."""
    if isinstance(identity, (Response, BaseException)) or callable(identity) or hasattr(identity, "__next__"):
        raise TypeError(f"auth= returned a {type(identity).__name__}: return who is calling, or raise HttpError")
    if not identity:
        raise HttpError(401, "the caller is not known", headers={"www-authenticate": "Custom"})
    return identity


def _key_number(auth: Any, request: Request) -> int:
    """The number of the key that was given, from 1. Every key is compared whole, so that time tells nothing."""
    from hmac import compare_digest

    given = request.headers.get(auth.header.lower(), "").encode("utf-8", "surrogatepass")
    keys = [key.strip() for key in auth.secret.value.split(",")]
    same = [compare_digest(given, key.encode()) and bool(key) for key in keys]
    if True not in same:
        detail = f"the key in {auth.header} is not known" if given else f"send a key in {auth.header}"
        raise HttpError(401, detail, headers={"www-authenticate": f'ApiKey realm="{auth.header}"'})
    return same.index(True) + 1


class _Bearer:
    """Tokens in `Authorization: Bearer`, refused as RFC 6750 says."""

    __slots__ = ("_auth", "_verifier")

    def __init__(self, auth: Any, verifier: Verifier) -> None:
        self._auth = auth
        self._verifier = verifier

    def identity(self, request: Request) -> dict[str, Any]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise HttpError(401, "send a token in Authorization: Bearer", headers={"www-authenticate": "Bearer"})
        try:
            claims = self._verifier.claims(token.strip())
        except InvalidToken as problem:
            raise HttpError(401, f"the token is refused: {problem}", headers=_challenge("invalid_token")) from problem
        missing = [scope for scope in self._auth.scopes if scope not in scopes_of(claims)]
        if missing:
            detail = f"the token lacks the scope {missing[0]}"
            raise HttpError(403, detail, headers=_challenge("insufficient_scope", " ".join(self._auth.scopes)))
        return claims


def _challenge(error: str, scope: str = "") -> dict[str, str]:
    more = f', scope="{scope}"' if scope else ""
    return {"www-authenticate": f'Bearer error="{error}"{more}'}
