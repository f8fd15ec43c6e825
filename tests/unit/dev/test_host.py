"""Which Host headers name this server."""

import pytest

from cloudless.dev.host import Hosts, reachable


@pytest.mark.parametrize(
    ("listens_on", "header", "expected"),
    [
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "LocalHost:8000", True),
        ("127.0.0.1", "127.0.0.1:", True),
        ("127.0.0.1", "[::1]:8000", True),
        ("127.0.0.1", "::1", False),
        ("127.0.0.1", "192.168.0.7", False),
        ("127.0.0.1", "localhost.shop.example", False),
        ("127.0.0.1", "localhost:8000:8000", False),
        ("127.0.0.1", "localhost@shop.example", False),
        ("127.0.0.1", "", False),
        ("Box.Local", "box.local:80", True),
        ("Box.Local", "other.local", False),
        ("fe80::7", "[fe80::7]:8000", True),
        ("192.168.0.7", "192.168.0.8", False),
        ("0.0.0.0", "192.168.0.7:8000", True),
        ("::", "[fe80::7]", True),
        ("0.0.0.0", "shop.example", False),
    ],
)
def test_only_names_that_cannot_be_rebound_are_ours(listens_on: str, header: str, expected: bool) -> None:
    assert Hosts(listens_on).has(header) is expected


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("box", "box")],
)
def test_a_url_names_an_address_that_can_be_asked(host: str, shown: str) -> None:
    assert reachable(host) == shown
