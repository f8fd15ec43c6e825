"""The public keys of an issuer of tokens: found by discovery, kept, and asked for again when they rotate.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
"""

from __future__ import annotations

import json

from cloudless.errors import Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jwt import PyJWK

    Fetch = Callable[[str], bytes]
    """The content at a URL; raises Unavailable."""

KEPT_S = 3_600.0
ASKED_AGAIN_S = 60.0
"""A token may name any key: unknown ones must not make us ask for each request."""

FETCH_S = 5.0
FETCHED_MOST = 1024 * 1024


class Keys:
    """url: of the key set, or "" for discovery at the issuer. now_s: the clock."""

    __slots__ = ("_asked_s", "_fetch", "_issuer", "_kept", "_now_s", "_read_s", "_url")

    def __init__(self, issuer: str, url: str, fetch: Fetch, now_s: Callable[[], float]) -> None:
        self._issuer = issuer
        self._url = url
        self._fetch = fetch
        self._now_s = now_s
        self._kept: dict[str, PyJWK] = {}
        self._read_s = self._asked_s = float("-inf")

    def find(self, key_id: str) -> PyJWK | None:
        """The key of that id; None where the issuer has none. Raises Unavailable where it cannot be asked."""
        now_s = self._now_s()
        is_old = now_s - self._read_s >= KEPT_S
        if (is_old or key_id not in self._kept) and now_s - self._asked_s >= ASKED_AGAIN_S:
            self._asked_s = now_s
            self._refresh(now_s)
        elif self._read_s < 0:
            raise Unavailable(f"the keys of {self._issuer} could not be read")
        return self._kept.get(key_id)

    def _refresh(self, now_s: float) -> None:
        """Ask the issuer; where that fails, keys that were read before stay good."""
        try:
            self._kept = self._read()
        except Unavailable:
            if self._read_s < 0:
                raise
            return
        self._read_s = now_s

    def _read(self) -> dict[str, PyJWK]:
        from jwt import PyJWK
        from jwt.exceptions import PyJWTError

        found: dict[str, PyJWK] = {}
        url = self._url or self._loaded(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")["jwks_uri"]
        for one in self._loaded(url)["keys"]:
            try:
                found[one.get("kid", "")] = PyJWK(one)
            except PyJWTError:
                continue  # of a kind that PyJWT does not know; others may be fine
        return found

    def _loaded(self, url: str) -> Any:
        try:
            value = json.loads(self._fetch(url))
        except ValueError as problem:
            raise Unavailable(f"{url} gave no JSON: {problem}") from problem
        if not isinstance(value, dict) or not {"keys", "jwks_uri"} & value.keys():
            raise Unavailable(f"{url} gave neither keys nor where they are")
        return value  # pyright: ignore[reportUnknownVariableType]


def fetch(url: str) -> bytes:
    """The content at a URL, at most 1 MiB, within 5 s."""
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, headers={"accept": "application/json"}), timeout=FETCH_S) as answer:  # noqa: S310  (`jwt` checks it)
            content: bytes = answer.read(FETCHED_MOST)
            return content
    except OSError as problem:
        raise Unavailable(f"{url} cannot be read: {problem}") from problem
