"""JSON Web Tokens: PyJWT checks the signature, the issuer and the audience; times are checked by the cloud's clock.

RFC 8725: the algorithms are those of the program, never those of the token; `exp` must be there.
"""

from __future__ import annotations

from cloudless.runtime.keys import Keys
from cloudless.system import LATEST_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.runtime.keys import Fetch

    class Valued(Protocol):
        """A Secret."""

        @property
        def value(self) -> str: ...

    class Expected(Protocol):
        """What `cloudless.jwt` says."""

        issuer: str
        audience: tuple[str, ...]
        algorithms: tuple[str, ...]
        scopes: tuple[str, ...]
        keys_url: str
        leeway_s: float

        @property
        def secret(self) -> Valued | None: ...


SECRET_LEAST = 32
"""Bytes, for HMAC with SHA-256."""


class WeakSecret(Exception):
    """The program's own mistake, of which its callers are not told."""


class InvalidToken(Exception):
    """Why a token does not count, in words that its sender may read."""


class Verifier:
    """Checks the tokens of one endpoint."""

    __slots__ = ("_expected", "_keys", "_now_s")

    def __init__(self, expected: Expected, fetch: Fetch, now_s: Callable[[], float]) -> None:
        self._expected = expected
        self._now_s = now_s
        self._keys = Keys(expected.issuer, expected.keys_url, fetch, now_s)

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token; raises InvalidToken, or Unavailable where the issuer's keys cannot be read."""
        import jwt

        if not token.isascii():
            raise InvalidToken("invalid characters: a token is letters, digits, - and _, with dots between its parts")
        try:
            found = self._decoded(token)
        except (jwt.PyJWTError, RecursionError) as problem:
            raise InvalidToken(_told(problem)) from problem
        self._check_times(found)
        return found

    def _decoded(self, token: str) -> dict[str, Any]:
        import jwt

        expected = self._expected
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in expected.algorithms:
            raise InvalidToken(f"its algorithm is {header.get('alg')!r}, not {' or '.join(expected.algorithms)}")
        found: dict[str, Any] = jwt.decode(
            token,
            self._key(header),
            algorithms=list(expected.algorithms),
            audience=list(expected.audience),
            issuer=expected.issuer,
            options={"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        return found

    def _key(self, header: Mapping[str, Any]) -> Any:
        secret = self._expected.secret
        if secret is not None:
            return _strong(secret.value)
        name = header.get("kid", "")
        key = self._keys.find(name if isinstance(name, str) else "", header["alg"])
        if key is None:
            raise InvalidToken(f"its key {name!r} is none of the issuer's for {header['alg']}")
        return key

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now_s, leeway_s = self._now_s(), self._expected.leeway_s
        if now_s >= _seconds(claims, "exp") + leeway_s:
            raise InvalidToken("it has expired")
        if "nbf" in claims and now_s < _seconds(claims, "nbf") - leeway_s:
            raise InvalidToken("it does not count yet")


def scopes_of(claims: Mapping[str, Any]) -> set[str]:
    """The scopes that a token grants: `scope` (RFC 8693), or `scp` as Microsoft and Okta write it."""
    given: Any = claims.get("scope", claims.get("scp", ""))
    return set(given.split() if isinstance(given, str) else map(str, given) if isinstance(given, list) else ())  # pyright: ignore[reportUnknownArgumentType]


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value: object = claims[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < LATEST_S:
        raise InvalidToken(f"its {name} is no time")
    return value


def _strong(secret: str) -> str:
    """A secret to check signatures with; an empty or short one would let anybody sign (RFC 7518, 3.2)."""
    if len(secret.encode()) < SECRET_LEAST:
        raise WeakSecret(f"the secret of jwt(…) has {len(secret.encode())} bytes: give it {SECRET_LEAST} or more")
    return secret


def _told(problem: Exception) -> str:
    """PyJWT's words, which give nothing away, as part of a sentence."""
    text = str(problem)
    return text[:1].lower() + text[1:]
