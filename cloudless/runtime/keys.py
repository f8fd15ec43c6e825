"""The public keys of an issuer of tokens: found by discovery, kept, and asked for again when they rotate.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
"""

from __future__ import annotations

import json
from _thread import allocate_lock
from time import monotonic

from cloudless.codec import is_list, is_object
from cloudless.errors import Unavailable
from cloudless.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from jwt import PyJWK

    Fetch = Callable[[str], bytes]
    """The content at a URL; raises Unavailable."""

_SAFE = pattern(r"https://[^/?#]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/|\Z)")
KEPT_S = 3_600.0
ASKED_AGAIN_S = 60.0
"""A token may name any key: unknown ones must not make us ask for each request."""

TRIED_AGAIN_S = 1.0
"""After a failure, while no key was ever read."""

FETCH_S = 5.0
FETCHED_MOST = 1024 * 1024
_TYPES = {"ES": "EC", "Ed": "OKP", "PS": "RSA", "RS": "RSA"}
"""Beginning of an algorithm → `kty` of its keys."""


class Keys:
    """url: of the key set, or "" for discovery at the issuer. now_s: the clock. Safe from several threads."""

    __slots__ = ("_asked_s", "_fetch", "_issuer", "_kept", "_lock", "_now_s", "_read_s", "_url")

    def __init__(self, issuer: str, url: str, fetch: Fetch, now_s: Callable[[], float]) -> None:
        self._issuer = issuer
        self._url = url
        self._fetch = fetch
        self._now_s = now_s
        self._lock = allocate_lock()
        self._kept: list[dict[str, Any]] = []
        self._read_s = self._asked_s = float("-inf")

    def find(self, key_id: str, algorithm: str) -> PyJWK | None:
        """The key of that id for an algorithm; None where the issuer has none. Raises Unavailable where it is unknown.

        A token that names no key gets the only one there is.
        """
        from jwt import PyJWK
        from jwt.exceptions import PyJWTError

        for one in self._named(key_id):
            try:
                if _fits(one, algorithm):
                    return PyJWK(one, algorithm=algorithm)
            except (PyJWTError, ValueError, TypeError):
                continue  # a key that cannot be read; another one may
        return None

    def _named(self, key_id: str) -> list[dict[str, Any]]:
        with self._lock:  # the first ones all wait for one answer
            self._refresh(key_id)
            found = [one for one in self._kept if one.get("kid", "") == key_id]
            return self._kept if not key_id and len(self._kept) == 1 else found

    def _refresh(self, key_id: str) -> None:
        """Ask the issuer, where that may help; keys that were read before stay good while it does not answer."""
        now_s, was_read = self._now_s(), self._read_s > float("-inf")
        is_known = any(one.get("kid", "") == key_id for one in self._kept)
        is_fresh = now_s - self._read_s < KEPT_S
        if (is_known and is_fresh) or now_s - self._asked_s < (ASKED_AGAIN_S if was_read else TRIED_AGAIN_S):
            if was_read:
                return
            raise Unavailable(f"the keys of {self._issuer} could not be read")
        self._asked_s = now_s
        try:
            self._kept, self._read_s = self._read(), now_s
        except Unavailable:
            if not was_read:
                raise

    def _read(self) -> list[dict[str, Any]]:
        url = self._url or self._discovered()
        keys = self._loaded(url).get("keys")
        if not is_list(keys):
            raise Unavailable(f"{url} gave no keys")
        return [one for one in keys if is_object(one)]

    def _discovered(self) -> str:
        url = self._loaded(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration").get("jwks_uri")
        if not isinstance(url, str) or not is_safe_url(url):
            raise Unavailable(f"{self._issuer} does not say where its keys are, or at an address that is not https")
        return url

    def _loaded(self, url: str) -> dict[str, Any]:
        try:
            value = json.loads(self._fetch(url))
        except (ValueError, RecursionError) as problem:
            raise Unavailable(f"{url} gave no JSON: {problem}") from problem
        if not is_object(value):
            raise Unavailable(f"{url} gave no JSON object")
        return value


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a published key is for signatures of an algorithm (RFC 7517, 4): never one of another, nor a secret."""
    is_of_kind = key.get("kty") == _TYPES.get(algorithm[:2])
    return is_of_kind and key.get("alg", algorithm) == algorithm and key.get("use", "sig") == "sig"


def is_safe_url(url: str) -> bool:
    """Whether nobody can change on the way what is fetched."""
    return _SAFE.match(url) is not None


def fetch(url: str) -> bytes:
    """The content at a URL, at most 1 MiB, within 5 s; not through a redirect to one that is not safe."""
    from http.client import HTTPException
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class Safely(HTTPRedirectHandler):
        def redirect_request(self, *asked: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            return super().redirect_request(*asked) if is_safe_url(asked[-1]) else None

    deadline = monotonic() + FETCH_S
    try:
        with build_opener(Safely).open(Request(url, headers={"accept": "application/json"}), timeout=FETCH_S) as answer:  # noqa: S310  (checked)
            content = bytearray()
            while len(content) < FETCHED_MOST and (part := answer.read1(65_536)):
                content += part
                if monotonic() > deadline:
                    raise TimeoutError(f"it took longer than {FETCH_S:g} s")
            return bytes(content)
    except (OSError, HTTPException, ValueError) as problem:
        raise Unavailable(f"{url} cannot be read: {problem}") from problem
