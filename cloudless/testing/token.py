"""Tokens of simulated issuers: signed with keys that are made here, and published to the simulation alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudless.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.auth import Jwt

KEY_ID = "simulated"
_CURVES = {"ES256": "SECP256R1", "ES384": "SECP384R1", "ES512": "SECP521R1"}
_PREFERRED = (
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "RS256",
    "PS256",
)  # the first are made in a millisecond, RSA takes 100


class Issuer:
    """Signs tokens for one `jwt`. keys: the published key set as JSON; none where a secret signs."""

    def __init__(self, auth: Jwt) -> None:
        self._algorithm = min(auth.algorithms, key=_rank)
        self._auth = auth
        self._key: Any = None if auth.secret is not None else _new_key(self._algorithm)

    @property
    def keys(self) -> bytes:
        from jwt import get_algorithm_by_name

        algorithm: Any = get_algorithm_by_name(self._algorithm)
        public = json.loads(algorithm.to_jwk(self._key.public_key()))
        return json.dumps({"keys": [{**public, "kid": KEY_ID, "alg": self._algorithm, "use": "sig"}]}).encode()

    def token(self, claims: Mapping[str, Any], now_s: int, lifetime_s: int) -> str:
        """A token for the auth's first audience; claims that are given win."""
        import jwt

        usual = {"iss": self._auth.issuer, "aud": self._auth.audience[0], "iat": now_s, "exp": now_s + lifetime_s}
        key: Any = self._auth.secret.value if self._auth.secret is not None else self._key
        return jwt.encode({**usual, **claims}, key, algorithm=self._algorithm, headers={"kid": KEY_ID})


def _rank(algorithm: str) -> int:
    return _PREFERRED.index(algorithm) if algorithm in _PREFERRED else len(_PREFERRED)


def _new_key(algorithm: str) -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    except ModuleNotFoundError as problem:
        raise InvalidArgument("tokens need PyJWT and cryptography: pip install 'cloudless-sdk[jwt]'") from problem
    if algorithm in _CURVES:
        return ec.generate_private_key(getattr(ec, _CURVES[algorithm])())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
