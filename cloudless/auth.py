"""Who may call an endpoint: `jwt`, `api_key`, or a function of the user's. Decided in our runtime, on every cloud."""

from __future__ import annotations

from datetime import timedelta

from cloudless.errors import InvalidArgument, hidden
from cloudless.options import strict
from cloudless.pattern import pattern
from cloudless.request import check_header_name
from cloudless.runtime.keys import is_safe_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from cloudless.request import Request
    from cloudless.secret import Secret

__tracebackhide__ = hidden
ASYMMETRIC = ("ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
SYMMETRIC = ("HS256", "HS384", "HS512")
LEEWAY_MOST = timedelta(minutes=5)
_SCOPE = pattern(r"[\x21\x23-\x5b\x5d-\x7e]+\Z")
_NO_LEEWAY = timedelta(0)


class Jwt:
    """A JSON Web Token in `Authorization: Bearer`; made by `jwt`. The fields are its arguments."""

    kind = "jwt"
    __slots__ = ("algorithms", "audience", "issuer", "keys_url", "leeway_s", "scopes", "secret")

    def __init__(  # noqa: PLR0917  (`jwt` is its constructor)
        self,
        issuer: str,
        audience: tuple[str, ...],
        algorithms: tuple[str, ...],
        scopes: tuple[str, ...],
        keys_url: str,
        secret: Secret | None,
        leeway_s: float,
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self.algorithms = algorithms
        self.scopes = scopes
        self.keys_url = keys_url
        self.secret = secret
        self.leeway_s = leeway_s

    def __repr__(self) -> str:
        return f"jwt(issuer={self.issuer!r}, audience={self.audience!r})"


class ApiKey:
    """A key in a header; made by `api_key`."""

    kind = "api_key"
    __slots__ = ("header", "secret")

    def __init__(self, secret: Secret, header: str) -> None:
        self.secret = secret
        self.header = header

    def __repr__(self) -> str:
        return f"api_key({self.secret!r}, header={self.header!r})"


@strict
def jwt(
    *,
    issuer: str,
    audience: str | Sequence[str],
    algorithms: Sequence[str] | None = None,
    scopes: Sequence[str] = (),
    keys_url: str = "",
    secret: Secret | None = None,
    leeway: timedelta = _NO_LEEWAY,
) -> Jwt:
    """Let in who has a valid JSON Web Token (RFC 7519, 8725). Needs the extra `jwt` (PyJWT).

    issuer: `iss`, exactly; its public keys are found by OpenID Connect discovery, kept for an hour, and asked for again
    (once a minute at most) when a token names a key that is not among them. audience: one of these must be in `aud`.
    algorithms: those accepted, by default RS256 and ES256; "none" never is. scopes: all of these must be in `scope` or
    `scp`, else 403. keys_url: of the key set, instead of discovery. secret: for HS256, HS384, HS512, instead of keys.
    leeway: how far clocks may differ, up to 5 minutes. `exp` is required.

    The endpoint gets the claims as `Annotated[dict[str, Any], Identity()]`.
    """
    chosen = tuple(algorithms) if algorithms is not None else (("HS256",) if secret is not None else ("RS256", "ES256"))
    known = SYMMETRIC if secret is not None else ASYMMETRIC
    wrong = [one for one in chosen if one not in known]
    if wrong or not chosen:
        what = "with a secret" if secret is not None else "without a secret"
        raise InvalidArgument(f"jwt(algorithms={list(chosen)}): {what} they are {', '.join(known)}")
    if not issuer or not audience:
        raise InvalidArgument("jwt: give the issuer and the audience: a token for others must not open this")
    if secret is not None and (keys_url or not hasattr(type(secret), "value")):
        raise InvalidArgument(f"jwt(secret={secret!r}): give a secret of the app, and no keys_url beside it")
    words = [audience] if isinstance(audience, str) else list(audience)
    if not all(isinstance(one, str) and one for one in words):
        raise InvalidArgument(f"jwt(audience={audience!r}): give a string, or a list of some")
    if not all(isinstance(one, str) and _SCOPE.match(one) for one in scopes):
        raise InvalidArgument(f"jwt(scopes={list(scopes)}): no spaces, quotes or backslashes (RFC 6749, 3.3)")
    if secret is None:
        check_url(keys_url or issuer)
    if not _NO_LEEWAY <= leeway <= LEEWAY_MOST:
        raise InvalidArgument(f"jwt(leeway={leeway}): 0 s to 5 minutes are possible")
    return Jwt(issuer, tuple(words), chosen, tuple(scopes), keys_url, secret, leeway.total_seconds())


@strict
def api_key(secret: Secret, *, header: str = "X-Api-Key") -> ApiKey:
    """Let in who sends the secret's value in a header; compared in constant time.

    The value may be several keys with commas between them, while one takes over from another. The endpoint gets
    the number of the key, from 1, as `Annotated[int, Identity()]`.
    """
    if not hasattr(type(secret), "value"):
        raise InvalidArgument(f"api_key({secret!r}): give a secret of the app, e.g. api_key(app.secret('api-key'))")
    check_header_name(header)
    return ApiKey(secret, header)


def check_url(url: str) -> None:
    """Refuse to fetch keys from where anybody could change them on the way (InvalidArgument)."""
    if not is_safe_url(url):
        raise InvalidArgument(f"jwt: keys are fetched from {url!r}, which must begin with https://")


if TYPE_CHECKING:
    Auth = Jwt | ApiKey | Callable[[Request], Any]
    """What `auth=` takes. A function gets the request and returns who is calling; it refuses by returning
    nothing true, or by raising."""
