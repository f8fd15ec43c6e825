"""Tokens of simulated issuers: signed with keys that are made here, and published to the simulation alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudless.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cloudless.auth import Jwt

_MISSING = "tokens need PyJWT and cryptography: pip install 'cloudless-sdk[jwt]'"
_CURVES = {"ES256": "SECP256R1", "ES384": "SECP384R1", "ES512": "SECP521R1"}
_PREFERRED = ("ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256")  # RSA takes 100 ms, the others one


class Issuer:
    """Signs tokens for every `jwt` of one issuer: a key an algorithm that they ask for."""

    def __init__(self, auths: Iterable[Jwt]) -> None:
        self._keys = {algorithm: _new_key(algorithm) for algorithm in sorted({algorithm_of(auth) for auth in auths})}

    def keys(self) -> bytes:
        """The published key set, as JSON."""
        from jwt import get_algorithm_by_name

        found: list[dict[str, Any]] = []
        for name, key in self._keys.items():
            algorithm: Any = get_algorithm_by_name(name)
            public = json.loads(algorithm.to_jwk(key.public_key()))
            found.append({**public, "kid": f"simulated-{name}", "alg": name, "use": "sig"})
        return json.dumps({"keys": found}).encode()

    def token(self, auth: Jwt, claims: Mapping[str, Any]) -> str:
        """A signed token."""
        name = algorithm_of(auth)
        return _signed(claims, self._keys[name], name)


def signed_with_secret(auth: Jwt, claims: Mapping[str, Any]) -> str:
    """A token that the secret of `auth` signs."""
    assert auth.secret is not None
    return _signed(claims, auth.secret.value, algorithm_of(auth))


def algorithm_of(auth: Jwt) -> str:
    """The algorithm that a simulated issuer signs with: of those that count, the one whose keys are made fastest."""
    return min(auth.algorithms, key=_rank)


def _signed(claims: Mapping[str, Any], key: Any, algorithm: str) -> str:
    try:
        import jwt
    except ModuleNotFoundError as problem:
        raise InvalidArgument(_MISSING) from problem
    return jwt.encode(dict(claims), key, algorithm=algorithm, headers={"kid": f"simulated-{algorithm}"})


def _rank(algorithm: str) -> int:
    return _PREFERRED.index(algorithm) if algorithm in _PREFERRED else len(_PREFERRED)


def _new_key(algorithm: str) -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    except ModuleNotFoundError as problem:
        raise InvalidArgument(_MISSING) from problem
    if algorithm in _CURVES:
        return ec.generate_private_key(getattr(ec, _CURVES[algorithm])())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
