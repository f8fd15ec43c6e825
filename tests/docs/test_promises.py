"""Every promise on the first screen of README names the test that holds it, and that test exists."""

import re
import socket
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pydantic import BaseModel

from cloudless import App, Retry
from cloudless.testing import simulate

ROOT = Path(__file__).parents[2]
TABLE = re.compile(r"^\| What you are promised \|.*\n\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)
NAMED = re.compile(r"`([\w./-]+\.py)(?:::(\w+))?`")


def promises() -> dict[str, list[tuple[str, str]]]:
    """Promise → file and function of each test that it names; "" for all tests of a file."""
    found = TABLE.search((ROOT / "README.md").read_text("utf-8"))
    assert found, "README has no table of promises"
    rows = [line.strip("| ").split(" | ") for line in found[1].splitlines()]
    return {promise: NAMED.findall(held) for promise, held in rows}


@pytest.mark.parametrize("promise", promises())
def test_a_promise_names_a_test_that_is_there(promise: str) -> None:
    assert promises()[promise]
    for file, function in promises()[promise]:
        text = (ROOT / file).read_text("utf-8")
        assert re.search(rf"^ *def {function or 'test_'}", text, re.MULTILINE), f"{file}::{function}"


def test_promises_stand_on_the_first_screen() -> None:
    before, table, _ = (ROOT / "README.md").read_text("utf-8").partition("| What you are promised |")
    assert table
    assert before.count("\n") < 10
    assert len(promises()) >= 6


class Order(BaseModel):
    id: str


app = App("shop")
orders = app.queue("orders", Order, retry=Retry(attempts=3))
placed = app.topic("placed", Order)
QUICK_S = 0.1
"""Of the processor. Many times what it takes, for machines that are slow; Docker or a sleep would take longer."""


@app.post("/orders", public=True)
def create(order: Order) -> None:
    orders.send(order)


@orders.consumer(once_by="id")
def take(order: Order) -> None:
    placed.publish(order)


@placed.subscriber
def mail(order: Order) -> None: ...


def order_once() -> None:
    """What README's first test does: over HTTP, a queue, a topic, with retries in between."""
    with simulate(app) as cloud:
        cloud.fail(mail, ConnectionError("no route"), times=2)
        assert cloud.http.post("/orders", json={"id": "1"}).status == 204
        cloud.run()
        assert [call.outcome for call in cloud.calls(mail)][-1] == "done"


def test_a_test_takes_milliseconds_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a test in memory opened a socket")

    order_once()  # the first one reads the program
    monkeypatch.setattr(socket, "socket", refuse)
    took: list[float] = []
    for _ in range(10):
        began = time.process_time()
        order_once()
        took.append(time.process_time() - began)
    assert sorted(took)[len(took) // 2] < QUICK_S
