"""Who somebody is: access tokens, which are opaque, and ID tokens, which are JWTs that Google signs.

https://cloud.google.com/docs/authentication/token-types
May import: the standard library, PyJWT, cryptography.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection
from functools import cache
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://accounts.google.com"
LIFETIME_S = 3_599
"""https://cloud.google.com/docs/authentication/token-types#at-lifetime: an hour, unless something says otherwise."""
_KEY_ID = "of-tests"
_ACCOUNT = "serviceAccount:"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Identities:
    """Tokens of members. now_s: the clock by which they end, which has to be that of whoever keeps them.

    Members are as in policies: "serviceAccount:x@p.iam.gserviceaccount.com", "user:deployer@example.com".
    Safe from several threads: nothing is changed but by adding.
    """

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        self._now_s = now_s
        self._tokens: dict[str, tuple[str, float]] = {}

    # --- access tokens --------------------------------------------------------------------------------

    def token(self, member: str) -> str:
        """An access token of a member, for all that it may do."""
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._tokens[token] = member, self._now_s() + LIFETIME_S
        return token

    def holder(self, token: str) -> str | None:
        """Whose access token it is; None for one that Google did not give, or that has ended."""
        member, ends_s = self._tokens.get(token, (None, 0.0))
        return member if member and ends_s > self._now_s() else None

    def bearer(self, authorization: str) -> str | None:
        """Whose access token stands in a header."""
        scheme, _, token = authorization.partition(" ")
        return self.holder(token.strip()) if scheme.lower() == "bearer" else None

    # --- ID tokens ------------------------------------------------------------------------------------

    def id_token(self, member: str, audience: str, lifetime_s: float = LIFETIME_S) -> str:
        """An ID token of a service account.

        https://cloud.google.com/docs/authentication/get-id-token
        """
        email, now_s = member.removeprefix(_ACCOUNT), self._now_s()
        number = str(int(sha256(email.encode()).hexdigest()[:16], 16))
        claims = {
            "aud": audience, "azp": number, "email": email, "email_verified": True, "exp": int(now_s + lifetime_s),
            "iat": int(now_s), "iss": ISSUER, "sub": number,
        }  # fmt: skip
        return jwt.encode(claims, _key(), "RS256", headers={"kid": _KEY_ID})

    def identified(self, token: str, audiences: Collection[str]) -> str | None:
        """Whose ID token it is; None for one that is forged, has ended, or is for another audience."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token, _key().public_key(), ["RS256"], audience=list(audiences), issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "require": ["aud", "email", "exp", "iat", "iss"]},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            return None
        return f"{_ACCOUNT}{claims['email']}" if claims["exp"] > self._now_s() else None
