"""How long what is ours may take around a handler, so that a delivery is always answered before it counts as lost."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from socket import create_server
from time import monotonic
from typing import Any

import pytest

from cloudless.driver.ledger import CLAIMED, Claimed
from cloudless.errors import Reject, Unavailable
from cloudless.message import Envelope
from cloudless_gcp.clients import metadata
from cloudless_gcp.clients.rest import Google
from cloudless_gcp.deadline import AFTER_S, BEFORE_S, left_s, unbounded, within
from cloudless_gcp.runtime.queue import consumer
from providers.gcp.tests.entry.asking import FakeGoogle, made, push, sent
from tests.hosting import trials
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

SHORT_S = 0.2
URL = "https://firestore.googleapis.com/v1/projects/p"


class Timed(FakeGoogle):
    """Notes how much time was left for what, and has a ledger that gives every key away."""

    def __init__(self) -> None:
        super().__init__()
        self.left: dict[str, float] = {}
        self.ledger = self
        self._send = self.queues.send
        self.queues.send = self._noting  # type: ignore[assignment, method-assign]

    def claim(self, *_: object) -> Claimed:
        self.left["claim"] = left_s()
        return CLAIMED

    def release(self, *_: object) -> None:
        self.left["release"] = left_s()

    def _noting(self, *given: Any) -> Any:
        self.left["send"] = left_s()
        return self._send(*given)


@pytest.fixture(autouse=True)
def _unbounded() -> Iterator[None]:
    yield
    unbounded()


@pytest.mark.parametrize(("module", "handler"), [("on_sort", "do"), ("on_write", "do_async")])
def test_what_is_ours_has_its_time_and_the_handler_all_of_its_own(
    module: str, handler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Timed()
    within_handler: list[float] = []

    def fails(what: str) -> None:
        within_handler.append(left_s())
        raise Reject(what)

    async def fails_later(what: str) -> None:
        fails(what)

    monkeypatch.setattr(trials, handler, fails if handler == "do" else fails_later)
    message = Envelope("a" * 32, '{"do":"","n":1}', deduplication="once")
    assert made(consumer, module, cloud)(sent(message)) == ("", 204)
    assert within_handler == [inf]
    assert BEFORE_S < cloud.left["send"] <= AFTER_S
    if module == "on_sort":
        assert 0 < cloud.left["claim"] <= BEFORE_S < cloud.left["release"] <= AFTER_S
    assert left_s() == inf


def test_what_is_never_handled_has_the_time_of_before() -> None:
    cloud = Timed()
    made(consumer, "on_work", cloud)(push(b"{"))
    assert 0 < cloud.left["send"] <= BEFORE_S


def test_a_server_that_does_not_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It connects, and no more. Without a deadline that would take 10 s, three times."""
    google = Google()
    with create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{silent.getsockname()[1]}")
        within(SHORT_S)
        began_s = monotonic()
        with pytest.raises(Unavailable, match="looking"):
            google.call("GET", URL, None, "looking")
        assert SHORT_S / 8 < monotonic() - began_s < 5
    google.close()


def test_a_server_that_is_too_busy_is_not_asked_again_when_it_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    google, asked = Google(), list[Request]()

    def refuse(request: Request) -> Response:
        asked.append(request)
        return Response(status=503)

    with Loopback() as busy:
        busy.serve(refuse)
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", busy.url.removeprefix("http://"))
        within(0.4)
        with pytest.raises(Unavailable, match="looking"):
            google.call("GET", URL, None, "looking")
    assert len(asked) == 1
    google.close()


def test_nor_is_the_metadata_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []

    def refuse(request: Request) -> Response:
        asked.append(request)
        return Response(status=503)

    with Loopback() as busy:
        busy.serve(refuse)
        monkeypatch.setenv("GCE_METADATA_HOST", busy.url.removeprefix("http://"))
        within(0.4)
        with pytest.raises(Unavailable):
            metadata.account("token")
    assert len(asked) == 1


def test_where_no_time_is_left_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    google = Google()
    within(0)
    with pytest.raises(Unavailable, match="no time is left"):
        google.call("GET", URL, None, "looking")
    google.close()
