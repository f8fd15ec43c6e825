"""Requests and answers on the wire, as plain data. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """method: in capitals. path: from the first slash, percent-encoded. query: without the question mark."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The values of a header, joined; "" without one."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    def parameter(self, name: str) -> str:
        """The first value of a parameter of the query; "" without one."""
        return next((value for key, value in parse_qsl(self.query) if key == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """headers: Set-Cookie may be there several times."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)
