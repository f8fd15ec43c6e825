"""The socket that the server listens on."""

import errno
import os
from socket import create_connection

import pytest

from cloudless.dev import port as ports
from cloudless.dev.port import adopted, listening, port_of
from cloudless.errors import InvalidArgument


def test_it_listens_from_the_first_moment_and_on_loopback_alone() -> None:
    with listening("127.0.0.1", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        with create_connection(("127.0.0.1", port_of(listener)), 10):
            pass


def test_another_process_can_adopt_it() -> None:
    with listening("127.0.0.1", 0) as listener, adopted(os.dup(listener.fileno())) as found:
        assert port_of(found) == port_of(listener)
        assert not found.get_inheritable()


def test_a_port_that_is_taken_is_named_with_another() -> None:
    with listening("127.0.0.1", 0) as taken:
        port = port_of(taken)
        with pytest.raises(InvalidArgument, match=rf"^port {port} is taken: .* --port \d+$"):
            listening("127.0.0.1", port)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.EADDRINUSE, "port 80 is taken: end what listens there, or choose another, e.g. --port 81"),
        (errno.EACCES, "port 80 is not for you: choose one above 1023, e.g. --port 8000"),
        (errno.EADDRNOTAVAIL, "--host 127.0.0.1: this machine has no such address; 0.0.0.0 is every interface"),
        (errno.ENETDOWN, f"127.0.0.1, port 80: {os.strerror(errno.ENETDOWN)}; choose another with --host, --port"),
    ],
)
def test_what_cannot_be_bound_says_what_to_change(monkeypatch: pytest.MonkeyPatch, number: int, text: str) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(ports, "create_server", refuse)
    with pytest.raises(InvalidArgument) as caught:
        listening("127.0.0.1", 80)
    assert str(caught.value) == text


@pytest.mark.parametrize("host", ["", "256.256.256.256.", "a..b", "x" * 70])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(InvalidArgument, match="--host"):
        listening(host, 0)
