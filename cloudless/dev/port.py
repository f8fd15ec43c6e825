"""The socket that the server listens on."""

from __future__ import annotations

import errno
from socket import AF_INET, AI_PASSIVE, SOCK_STREAM, create_server, gaierror, getaddrinfo, socket
from typing import Any

from cloudless.errors import InvalidArgument

BACKLOG = 128


def listening(host: str, port: int) -> socket:
    """A socket that listens there, for whoever connects before the server has begun.

    port: 0 for any that is free. Raises InvalidArgument where that cannot be.
    """
    family, address = _resolved(host, port)
    try:
        return create_server(address, family=family, backlog=BACKLOG)
    except OSError as problem:
        raise InvalidArgument(_why(problem, host, port)) from problem


def adopted(number: int) -> socket:
    """The socket that another process made, and whose file descriptor this one inherited."""
    found = socket(fileno=number)
    found.set_inheritable(False)
    return found


def port_of(listener: socket) -> int:
    """The port that a socket listens on."""
    number: int = listener.getsockname()[1]
    return number


def _resolved(host: str, port: int) -> tuple[int, Any]:
    """Family and address; of several, IPv4, which every client tries."""
    if not host:
        raise InvalidArgument("--host is empty: give 127.0.0.1, or 0.0.0.0 for every interface")
    try:
        found = getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE)
    except (gaierror, UnicodeError) as problem:
        raise InvalidArgument(f"--host {host}: there is no such address ({problem})") from problem
    family, _, _, _, address = min(found, key=lambda one: one[0] != AF_INET)
    return family, address


def _why(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"port {port} is taken: end what listens there, or choose another, e.g. --port {port % 65_535 + 1}"
    if problem.errno == errno.EACCES:
        return f"port {port} is not for you: choose one above 1023, e.g. --port 8000"
    if problem.errno == errno.EADDRNOTAVAIL:
        return f"--host {host}: this machine has no such address; 0.0.0.0 is every interface"
    return f"{host}, port {port}: {problem.strerror}; choose another with --host, --port"
