"""The page of `cloudless dev`: every request has an answer that can be read, and what it shows can always be sent."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.dev.feed import Line, News
from cloudless.dev.running import Running
from cloudless.testing import simulate
from tests.hostile.effort import hostile
from tests.hostile.text import contents, made
from tests.hostile.value import mutated
from tests.unit.dev import stall
from tests.unit.dev.page.conftest import HOST, PREFIX, Page, Reply

pytestmark = pytest.mark.fuzz
ACTIONS: dict[str, dict[str, Any]] = {
    "answer": {"orchestration": "approve", "execution": "a-1", "event": "approval", "body": "true"},
    "cancel": {"orchestration": "approve", "execution": "a-1"},
    "discard": {"queue": "orders-dead-letters", "messages": ["a"]},
    "fire": {"schedule": "tick"},
    "invoke": {"function": "double", "body": '{"number": 4}'},
    "publish": {"topic": "placed", "body": "{}", "attributes": {"region": "eu"}},
    "redrive": {"queue": "orders-dead-letters", "messages": ["a"]},
    "send": {"queue": "orders", "body": '{"fail": 1}', "delay_s": 5, "attributes": {"region": "eu"}},
    "speed": {"speed": 2},
    "start": {"orchestration": "approve", "body": '{"number": 21}', "id": "a-1"},
    "travel": {"by_s": 60},
}
SEEN = ["app", "letters/orders-dead-letters", "runs/approve", "journeys/x", "runs/approve/a-1"]
HEADERS = {
    "host": "localhost:8000", "origin": "http://localhost:8000", "sec-fetch-site": "same-origin",
    "content-length": "2", "content-type": "application/json",
}  # fmt: skip
POST = (HOST, ("content-type", "application/json"), ("origin", "http://localhost:8000"))
ANYTHING = (
    "\ud800",
    "a\udfffb",
    "\x00",
    "\r\ndata: x",
    "</script><script>alert(1)</script>",
    "\u2028",
    "e\u0301" * 3_000,
)
"""What programs of strangers print and raise."""


@pytest.fixture
def page() -> Iterator[Page]:
    pytest.importorskip("starlette", reason="needs the extra dev")
    with simulate(stall.app, history=10_000) as simulation:
        news: list[News] = []
        yield Page(Running(simulation, Path(stall.__file__).parent, 1, news.append, secrets=["correct horse"]), news)


def readable(answer: Reply, *statuses: int) -> None:
    """It is JSON in UTF-8, of one of these statuses."""
    assert answer.status in statuses, answer
    json.loads(answer.body.decode("utf-8"))


def shown(page: Page) -> None:
    """All that the page asks for is there, and can be sent."""
    for path in SEEN:
        readable(page.ask("GET", f"{PREFIX}/api/{path}"), 200, 404)
    asyncio.run(_framed(page))


async def _framed(page: Page) -> None:
    """The stream from its beginning: the greeting and a frame."""
    frames = page.site._stream.events({}, 0)
    texts = [await anext(frames) for _ in range(2)]
    for text in texts:
        lines = text.encode("utf-8").decode().split("\n")
        assert [line.partition(":")[0] for line in lines if line][-1] == "data"
        json.loads(lines[-3].removeprefix("data: "))


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_done_or_refused_with_a_reason(name: str, page: Page) -> None:
    @hostile
    @given(contents(ACTIONS[name]))
    def check(body: bytes) -> None:
        headers = (*POST, ("content-length", str(len(body))))
        readable(page.ask("POST", f"{PREFIX}/api/actions/{name}", body, headers=headers), 200, 404, 422)
        page.settle()

    check()
    shown(page)


@hostile
@given(path=st.text(), query=st.text(), method=st.sampled_from(["GET", "HEAD", "POST", "PUT"]))
def test_every_path_has_an_answer(path: str, query: str, method: str, page: Page) -> None:
    """Both are what uvicorn makes of bytes."""
    sound = path.encode("utf-8", "replace").decode()
    length = ("content-length", "0")
    for prefix in ("/", "/api/", "/api/actions/", "/api/runs/", "/api/runs/approve/", "/api/letters/"):
        asked = f"{PREFIX}{prefix}{sound}"
        if not asked.startswith(f"{PREFIX}/api/stream"):
            answer = page.ask(method, asked, headers=(*POST, length), query=query.encode("ascii", "replace").decode())
            assert answer.status < 500, answer


@hostile
@given(headers=made(lambda choices: mutated(HEADERS, choices)))
def test_strange_headers_are_refused_or_no_matter(headers: Any, page: Page) -> None:
    given = headers.items() if isinstance(headers, dict) else ()
    pairs = tuple((ascii_of(name), ascii_of(value)) for name, value in given)
    assert page.ask("POST", f"{PREFIX}/api/actions/fire", b"{}", headers=pairs).status in {403, 411, 413, 415, 422}


def ascii_of(value: Any) -> str:
    return str(value)[:500].encode("ascii", "replace").decode()


@pytest.mark.parametrize("text", ANYTHING, ids=ascii)
def test_whatever_a_handler_raises_and_prints_can_be_shown(
    text: str, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shout(_: str) -> None:
        page.running.feed.note(Line("print", text))
        raise ValueError(text)

    monkeypatch.setitem(stall.hidden, "send", shout)
    stall.orders.send({"send": 1})
    page.running.clock.travel(3_600_000_000)
    page.settle()
    (letter,) = page.get("/letters/orders-dead-letters")
    assert letter["error"]["type"] == "ValueError"
    assert any(entry.get("lines") for entry in page.entries)
    shown(page)


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e308, -1e308, 2**63])
@pytest.mark.parametrize(("name", "field"), [("send", "delay_s"), ("speed", "speed"), ("travel", "by_s")])
def test_no_number_is_too_large_to_be_refused(name: str, field: str, number: float, page: Page) -> None:
    readable(page.act(name, **{**ACTIONS[name], field: number}), 422)
