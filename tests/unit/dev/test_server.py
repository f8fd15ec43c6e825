"""Gateway, as a server calls it: from ASGI to the endpoints and back."""

import asyncio
from collections.abc import Generator, MutableMapping
from json import loads
from typing import Any

import pytest

from cloudless.dev.feed import Answered
from cloudless.dev.host import Hosts
from cloudless.dev.server import Gateway
from tests.unit.dev.stall import Stall, hidden, notes, running

Message = MutableMapping[str, Any]
LOCAL = [(b"host", b"localhost:8000"), (b"content-type", b"application/json")]


@pytest.fixture
def stall() -> Generator[Stall]:
    with running() as found:
        yield found


def gateway(stall: Stall, body_s: float = 30) -> Gateway:
    return Gateway(stall.simulation, stall.clock, stall.feed, Hosts("127.0.0.1"), body_s=body_s)


def asked(app: Gateway, method: str, path: str, *received: Message, headers: Any = LOCAL) -> list[Message]:
    """What is sent in answer to a request. received: what the server says of its body; then it says no more."""
    messages = list(received or [{"type": "http.request", "body": b""}])
    sent: list[Message] = []

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    asyncio.run(app({**scope, "headers": headers, "client": ("127.0.0.1", 5)}, receive, send))
    return sent


def test_a_body_may_come_in_parts(stall: Stall) -> None:
    parts: list[Message] = [
        {"type": "http.request", "body": b'{"id"', "more_body": True},
        {"type": "http.request", "body": b": 1}", "more_body": False},
    ]
    start, end = asked(gateway(stall), "POST", "/orders", *parts)
    assert (start["status"], end["body"]) == (204, b"")
    assert stall.happened[0].event.body == {"id": 1}
    assert stall.happened[0].is_effect


def test_a_request_is_told_before_what_it_did(stall: Stall) -> None:
    stall.real.now_s += 60
    asked(gateway(stall), "POST", "/orders", {"type": "http.request", "body": b"{}"})
    first = stall.news[0]
    assert isinstance(first, Answered)
    assert (first.method, first.path, first.status, first.at) == ("POST", "/orders", 204, stall.simulation.now)
    assert stall.lines == ["  send orders"]


def test_a_body_that_does_not_arrive_is_waited_for_so_long_and_no_longer(stall: Stall) -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}
    start, end = asked(gateway(stall, body_s=0.01), "POST", "/orders", part)
    assert start["status"] == 408
    assert loads(end["body"])["detail"] == "the body did not arrive within 0.01 s"


def test_a_body_without_end_is_not_read_to_its_end(stall: Stall) -> None:
    part = {"type": "http.request", "body": bytes(6 * 1024 * 1024), "more_body": True}
    assert asked(gateway(stall), "POST", "/orders", part, part)[0]["status"] == 413


def test_whoever_is_gone_is_not_answered(stall: Stall) -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}
    assert asked(gateway(stall), "POST", "/orders", part, {"type": "http.disconnect"}) == []
    assert stall.news == []


def test_headers_of_the_connection_are_the_servers(stall: Stall) -> None:
    start, end = asked(gateway(stall), "GET", "/odd/200")
    headers = [(name, value) for name, value in start["headers"] if name != b"x-correlation-id"]
    assert headers == [
        (b"x-odd", b"\xe9"),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"3"),
    ]
    assert end["body"] == b"odd"


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body_have_none(stall: Stall, status: int) -> None:
    start, end = asked(gateway(stall), "GET", f"/odd/{status}")
    assert (start["status"], end["body"]) == (status, b"")
    assert b"content-length" not in dict(start["headers"])


@pytest.mark.parametrize("path", ["/odd/200", "/nowhere"])
def test_head_has_the_length_of_what_it_leaves_out(stall: Stall, path: str) -> None:
    _, body = asked(gateway(stall), "GET", path)
    start, end = asked(gateway(stall), "HEAD", path)
    assert (dict(start["headers"])[b"content-length"], end["body"]) == (str(len(body["body"])).encode(), b"")


@pytest.mark.parametrize(
    "headers", [[], [(b"host", b"shop.example")], [(b"host", b"localhost"), (b"host", b"shop.example")]]
)
def test_a_request_for_another_host_reaches_no_endpoint(stall: Stall, headers: list[tuple[bytes, bytes]]) -> None:
    start, end = asked(gateway(stall), "POST", "/orders", headers=headers)
    assert start["status"] == 403
    assert "cloudless dev --host" in loads(end["body"])["detail"]
    assert [type(one) for one in stall.news] == [Answered]


def test_what_no_handler_may_do_is_told_and_its_text_is_not_sent(stall: Stall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hidden, "send", notes.send)
    start, end = asked(gateway(stall), "GET", "/sneak")
    assert (start["status"], "detail" in loads(end["body"])) == (500, False)
    (told,) = stall.news
    assert isinstance(told, Answered) and told.failure is not None
    assert told.failure.text.startswith("handler 'sneak' may not send queue 'notes'")


def test_a_bug_of_ours_is_answered_and_logged(stall: Stall, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: object) -> None:
        raise KeyError("a bug")

    stall.simulation.cloud.http.request = broken  # type: ignore[method-assign, assignment]  # pyright: ignore[reportAttributeAccessIssue]
    assert asked(gateway(stall), "GET", "/odd/200")[0]["status"] == 500
    assert "GET /odd/200: a bug of cloudless dev" in caplog.text
