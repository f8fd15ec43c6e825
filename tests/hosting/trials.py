"""An application whose handlers do what they are told: end well, raise, take too long, end their thread or process."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from threading import Event
from typing import Any

from cloudless import App, Context, HttpError, Message, PartialFailure, Request, Response, Retry
from cloudless.conformance.journal import note
from cloudless.driver.current import here

app = App("trials")
SECOND = timedelta(seconds=1)
SOON = Retry(attempts=3, delay=timedelta(seconds=2))
released, ended = Event(), Event()
"""What those wait for that take too long, and what they do then; for tests in the same process."""


def do(what: str) -> None:
    if what == "raise":
        raise ConnectionError("not yet")
    if what == "exit":
        sys.exit(3)
    if what == "die":
        os._exit(9)
    if what == "block":
        released.wait()
        ended.set()
        raise ValueError("too late")


async def do_async(what: str) -> None:
    if what == "block":
        await asyncio.Event().wait()
    await asyncio.sleep(0)
    do(what)


jobs = app.queue("jobs", dict[str, Any], retry=SOON)
letters = app.queue("letters", dict[str, Any], retry=SOON)
lists = app.queue("lists", dict[str, Any], retry=SOON)
rows = app.ordered_queue("rows", dict[str, Any], retry=SOON)
news = app.topic("news", dict[str, Any], attributes=["region"])


@jobs.consumer(timeout=SECOND)
def work(body: dict[str, Any], context: Context) -> None:
    note("work", body=body, attempt=context.attempt)
    do(body["do"])


@letters.consumer(timeout=SECOND)
async def write(message: Message[dict[str, Any]]) -> None:
    note("write", body=message.body, attempt=message.attempt)
    await do_async(message.body["do"])


@lists.consumer(batch_size=3, timeout=SECOND)
def enlist(messages: list[Message[dict[str, Any]]]) -> None:
    note("enlist", bodies=[message.body for message in messages])
    do(next((message.body["do"] for message in messages if message.body["do"] != "fail"), ""))
    failed = [message.id for message in messages if message.body["do"] == "fail"]
    if failed:
        raise PartialFailure(failed)


@rows.consumer(timeout=SECOND)
def sort(body: dict[str, Any], context: Context) -> None:
    note("sort", body=body, attempt=context.attempt)
    do(body["do"])


@news.subscriber
def read(body: dict[str, Any]) -> None:
    note("read", body=body)


@app.schedule("0 8 * * *", timezone="Europe/Berlin")
def report(context: Context) -> None:
    note("report", key=context.key)
    charge.invoke_later(7)


@app.function(timeout=SECOND)
def charge(amount: int) -> int:
    note("charge", amount=amount)
    return amount


@app.orchestration
def settle(amount: int) -> int:
    return charge(amount)


@app.post("/do", public=True, timeout=SECOND)
def act(body: dict[str, Any], request: Request) -> dict[str, Any]:
    do(body["do"])
    return {"client": request.client, "handler": here()[1]}


@app.post("/async", public=True, timeout=SECOND)
async def act_async(body: dict[str, Any]) -> dict[str, Any]:
    await do_async(body["do"])
    return {"handler": here()[1]}


def somebody(request: Request) -> str:
    do(request.headers.get("x-do", ""))
    return request.headers.get("x-name", "")


@app.get("/guarded", auth=somebody, timeout=SECOND)
def guarded() -> str:
    return "in"


@app.get("/seen/{value}", public=True)
def seen(value: str, request: Request) -> dict[str, Any]:
    return {
        "value": value, "path": request.path, "query": request.query, "cookies": request.cookies,
        "client": request.client,
    }  # fmt: skip


@app.post("/bytes", public=True)
def binary(body: bytes) -> bytes:
    return body[::-1]


@app.get("/answer", public=True)
def answer(name: str, value: str) -> Response:
    return Response("é", headers=[(name, value), ("x-many", "a"), ("x-many", "b")])


@app.get("/refused", public=True)
def refused() -> None:
    raise HttpError(401, "who are you", headers={"www-authenticate": "Custom"})
