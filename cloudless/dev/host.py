"""Which Host headers are ours.

A page on the web can let its own name point at this machine, and its scripts may then read what a local server
answers (DNS rebinding). They cannot choose the Host header: it has that name.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PORT = re.compile(r":\d*\Z")


class Hosts:
    """host: what the server was told to listen on. On every interface, an address is ours too: no name can lie."""

    def __init__(self, host: str) -> None:
        self._known = {*LOCAL, bracketed(host).lower()}
        self._takes_addresses = _is_address(host) and ip_address(host).is_unspecified

    def has(self, header: str) -> bool:
        """Whether a Host header, with or without a port, names this server."""
        name = _PORT.sub("", header.strip().lower())
        return name in self._known or (self._takes_addresses and _is_address(name.strip("[]")))


def bracketed(host: str) -> str:
    """The host as a URL has it."""
    return f"[{host}]" if ":" in host else host


def reachable(host: str) -> str:
    """The host of a URL that this machine can ask: itself, where the server listens on every interface."""
    if _is_address(host) and ip_address(host).is_unspecified:
        return "[::1]" if ":" in host else "127.0.0.1"
    return bracketed(host)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
