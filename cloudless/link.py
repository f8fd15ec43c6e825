"""Signed links: who holds one may send one event to one execution, until it expires, and nothing else.

    token = base64url(["fulfil", "order-7", "approval", 1767400000, "9f0c…"]) "." base64url(HMAC-SHA256 of it)

The key is the secret's; the MAC covers the name of the app as well. The last part of the claims makes each token
unique, and is the id of the event that it sends: a link that is used twice sends once.
"""

from __future__ import annotations

import json

from cloudless.errors import InvalidArgument, LinkRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Claims = tuple[str, str, str, int, str]
    """Orchestration ("" where it was not said), execution, event, seconds since the epoch of its end, unique id."""
else:
    Claims = tuple

SECRET_LEAST = 32  # bytes, as many as SHA-256 gives: RFC 2104, section 3
TOKEN_MOST = 2_048
_PURPOSE = b"cloudless event link 1\n"


def signed(app: str, claims: Claims, secret: str) -> str:
    """The token of these claims, of URL-safe characters."""
    body = _text(json.dumps(claims, separators=(",", ":")).encode())
    return f"{body}.{_mac(app, body, secret)}"


def opened(app: str, token: str, event: str, now_s: float, secret: str) -> Claims:
    """The claims of a token that holds for this event now; LinkRefused where it does not."""
    import hmac

    is_token = isinstance(token, str) and len(token) <= TOKEN_MOST  # pyright: ignore[reportUnnecessaryIsInstance]
    body, _, mac = token.partition(".") if is_token else ("", "", "")
    if not body or not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(app, body, secret).encode()):
        raise _forged()
    claims = _claims(body)
    if claims[2] != event:
        raise LinkRefused("other event", f"this link is for {claims[2]!r}, not for {event!r}")
    if now_s >= claims[3]:
        raise LinkRefused("expired", "this link has expired")
    return claims


def _claims(body: str) -> Claims:
    """What was signed; LinkRefused where another version signed something else with the same secret."""
    import base64

    try:
        found: Any = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        orchestration, execution, event, expires_s, unique = found
    except (ValueError, TypeError, RecursionError) as problem:
        raise _forged() from problem
    if list(map(type, found)) != [str, str, str, int, str]:
        raise _forged()
    return orchestration, execution, event, expires_s, unique


def _forged() -> LinkRefused:
    return LinkRefused("forged", "this link is not one of ours")


def _mac(app: str, body: str, secret: str) -> str:
    import hmac

    key = secret.encode()
    if len(key) < SECRET_LEAST:
        raise InvalidArgument(f"the secret of a link has {len(key)} bytes: give it {SECRET_LEAST} or more")
    return _text(hmac.digest(key, _PURPOSE + f"{app}\n{body}".encode("utf-8", "replace"), "sha256"))


def _text(data: bytes) -> str:
    import base64

    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
