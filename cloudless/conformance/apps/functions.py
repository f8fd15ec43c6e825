"""Functions: results, declared and other exceptions, types, calls that wait and calls that do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cloudless import App, Context, Reject, Retry
from cloudless.conformance.journal import crash, note

app = App("functions")
CRASHES = -2
calls = app.queue("calls", dict[str, Any], retry=Retry(attempts=1))


class Declined(Exception):
    """An exception that the app names."""


@dataclass
class Bill:
    customer: str
    total: Decimal


@app.function
def double(number: int, *, times: int = 1) -> int:
    note("double", number=number)
    return number << times


@app.function
def pay(bill: Bill) -> Bill:
    return Bill(bill.customer, bill.total * 2)


@app.function
async def shout(text: str, context: Context | None = None) -> str:
    note("shout", correlation=context.correlation_id if context else "")
    return text.upper()


@app.function
def decline(reason: str) -> None:
    raise Declined(reason)


@app.function
def divide(number: int) -> float:
    return 1 / number


@app.function
def echo(text: str) -> str:
    return text


@app.function(retry=Retry(attempts=3))
def explode() -> None:
    note("explode")

    class Strange(Exception):
        pass

    raise Strange("nobody knows it")


@app.function
def die() -> None:
    note("die")
    crash()


@app.function(retry=Retry(attempts=3, delay=timedelta(seconds=2), on=[ConnectionError]))
def later(name: str, fails: int, context: Context | None = None) -> None:
    attempt = context.attempt if context else 0
    note("later", name=name, attempt=attempt)
    if fails == CRASHES:
        crash()
    if fails < 0:
        raise Reject("never")
    if attempt <= fails:
        raise ConnectionError("not yet")


@calls.consumer
def call(body: dict[str, Any], context: Context) -> None:
    if body.get("later"):
        later.invoke_later("from a handler", 0)
        return
    try:
        note("call", result=double.invoke(body["number"]), text=shout.invoke("a"), correlation=context.correlation_id)
        decline.invoke("no funds")
    except Declined as problem:
        note("call", declined=str(problem))
