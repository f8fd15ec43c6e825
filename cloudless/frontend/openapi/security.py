"""Who may call, as security schemes. One scheme serves all endpoints that ask for the same."""

from __future__ import annotations

import re
from collections.abc import Hashable
from inspect import cleandoc
from typing import TYPE_CHECKING

from cloudless.auth import ApiKey, Jwt

if TYPE_CHECKING:
    from cloudless.auth import Auth


class Schemes:
    """found: the schemes by name, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, str]] = {}
        self._names: dict[Hashable, str] = {}

    def requirement(self, auth: Auth) -> dict[str, list[str]]:
        """What a caller needs: the name of the scheme, and the scopes of a token."""
        key, name, scheme = _scheme(auth)
        if key not in self._names:
            self._names[key] = self._free(name)
            self.found[self._names[key]] = scheme
        return {self._names[key]: list(auth.scopes) if isinstance(auth, Jwt) else []}

    def _free(self, name: str) -> str:
        """The name, or the first of name_2, name_3 … that no scheme has."""
        number = 1
        while (chosen := name if number == 1 else f"{name}_{number}") in self.found:
            number += 1
        return chosen


def _scheme(auth: Auth) -> tuple[Hashable, str, dict[str, str]]:
    """What makes it the same as another, its name, and the scheme.

    OpenAPI has no word for a function that decides: http with a scheme of its own is what validates.
    """
    if isinstance(auth, Jwt):
        told = f"A token of {auth.issuer} for {' or '.join(auth.audience)}."
        scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": told}
        return (auth.issuer, auth.audience), "jwt", scheme
    if isinstance(auth, ApiKey):
        return (auth.header, auth.secret.name), "api_key", {"type": "apiKey", "in": "header", "name": auth.header}
    name = re.sub(r"[^A-Za-z0-9_]", "", getattr(auth, "__name__", "")) or "custom"
    told = " ".join(
        ["Decided from the request by a function of the application.", cleandoc(auth.__doc__ or "")]
    ).strip()
    return auth, name, {"type": "http", "scheme": "custom", "description": told}
