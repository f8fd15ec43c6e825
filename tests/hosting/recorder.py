"""An application that takes whatever comes, and keeps it."""

from __future__ import annotations

from typing import Any

from cloudless import App, Message, Request

app = App("recorder")
seen: list[Any] = []
anything = app.queue("anything", object)
lists = app.queue("lists", object)


@anything.consumer
def take(message: Message[object]) -> None:
    seen.append(message)


@lists.consumer(batch_size=10)
def count(messages: list[Message[object]]) -> None:
    seen.extend(messages)


@app.schedule("0 8 * * *")
def report() -> None:
    seen.append("report")


@app.function
def charge() -> None:
    seen.append("charge")


@app.get("/", public=True)
def show(request: Request) -> str:
    seen.append(request)
    return "shown"


@app.get("/my/path", public=True)
def mine(request: Request) -> str:
    seen.append(request)
    return "mine"


@app.post("/my/path", public=True)
def posted(request: Request) -> str:
    seen.append(request)
    return "posted"


@app.get("/other/path", public=True)
def other(request: Request) -> str:
    seen.append(request)
    return "other"


@app.pure
def same(value: int) -> int:
    return value


@app.orchestration
def run() -> int:
    charge()
    return same(1)
