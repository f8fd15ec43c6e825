"""An application with a function of each kind of ending, and orchestrations that wait, fail and fan out."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from cloudless import App, Context, fan_out, sleep

app = App("calls")
orders = app.queue("orders", dict[str, Any])
placed = app.topic("placed", dict[str, Any], attributes=["id"])
key = app.secret("stripe-key")
approval = app.event("approval", str)
answered = app.event("answered", str)


class CardDeclined(Exception):
    """With a field, which travels with it."""

    amount: float

    def __init__(self, text: str, amount: float = 0) -> None:
        super().__init__(text)
        self.amount = amount


@app.function
def charge(amount: float, context: Context | None = None) -> list[Any]:
    if amount > 1_000:
        raise CardDeclined("no funds", amount)
    return [amount, context.correlation_id if context else ""]


released = threading.Event()


@app.function(timeout=timedelta(seconds=1))
def slow() -> str:
    """Takes as long as a test wants it to."""
    released.wait(10)
    return "done"


@app.function
def leave() -> None:
    raise SystemExit(3)


@app.function
def size(text: str) -> int:
    return len(text)


@app.function
def double(number: int) -> int:
    return 2 * number


@app.orchestration
def pay(amount: float) -> list[Any]:
    return charge(amount)


@app.orchestration
def ask(question: str) -> str:
    answer = approval.wait(timeout=timedelta(days=1))
    return f"{question}: {answer}"


@app.orchestration
def ask_too(question: str) -> str:
    return approval.wait()


@app.orchestration(timeout=timedelta(hours=1))
def many(count: int) -> int:
    found = fan_out(waits(number) for number in range(count))
    return len(found)


@app.orchestration
def waits(number: int) -> int:
    sleep(timedelta(hours=2))
    return double(number)


@app.function
def text(size: int) -> str:
    return "x" * size


@app.orchestration
def wordy(count: int) -> str:
    told = ""
    for _ in range(count):
        told = told + "much too long "
    raise ValueError(told)


@app.orchestration
def grows(sizes: list[int]) -> list[str]:
    return fan_out(text(size) for size in sizes)
