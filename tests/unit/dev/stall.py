"""The application of these tests, and the cloud that it runs in."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cloudless import App, Reject, Response, Retry
from cloudless.dev.clock import Clock
from cloudless.dev.feed import Feed, Happened, News
from cloudless.testing import Simulation, simulate

app = App("stall")
orders = app.queue("orders", dict[str, Any], retry=Retry(attempts=2, delay=timedelta(seconds=10)))
rows = app.queue("rows", int, retry=Retry(attempts=3, delay=timedelta(seconds=5)))
notes = app.queue("notes", str)
loop = app.queue("loop", int)
placed = app.topic("placed", dict[str, Any])
hidden: dict[str, Any] = {}


@orders.consumer
def take(order: dict[str, Any]) -> None:
    if "send" in order:
        hidden["send"]("sneaked")
    if "exit" in order:
        sys.exit(1)
    if "reject" in order:
        raise Reject("no such order")
    if "fail" in order:
        raise ConnectionError("down")
    placed.publish(order)


@placed.subscriber
async def pack(order: dict[str, Any]) -> None:
    if "unpackable" in order:
        raise ValueError("too large")


@rows.consumer(batch_size=10)
def store(numbers: list[int]) -> None:
    raise ConnectionError("down")


@loop.consumer(recursive=True)
def turn(number: int) -> None:
    loop.send(number + 1)


@app.schedule(every=timedelta(hours=1))
def tick() -> None: ...


approval = app.event("approval", bool)


@app.function
def double(number: int) -> int:
    print("doubling", number)  # noqa: T201
    return 2 * number


@app.orchestration
def approve(number: int) -> int:
    if not approval.wait(timeout=timedelta(days=7)):
        raise ValueError("refused")
    return double(number)


@app.post("/orders", public=True)
def create(order: dict[str, Any]) -> None:
    orders.send(order)


@app.get("/sneak", public=True)
def sneak() -> None:
    hidden["send"]("sneaked")


@app.get("/odd/{status}", public=True)
async def odd(status: int) -> Response:
    answer = Response("odd", status=status, headers={"X-Odd": "é"})
    answer.headers += [("content-length", "7"), ("transfer-encoding", "chunked"), ("connection", "close")]
    return answer


class Real:
    """The real clock of a test."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0


class Stall:
    """news: all that was told. lines: its events, as (kind or handler, outcome)."""

    def __init__(self, simulation: Simulation, speed: float) -> None:
        self.simulation = simulation
        self.news: list[News] = []
        self.real = Real()
        self.feed = Feed(simulation, self.news.append, Path(__file__).parent)
        self.clock = Clock(simulation.cloud.world, self.feed, speed, lambda: self.real.now_s)

    def after(self, seconds: float) -> "Stall":
        """Let real time go on."""
        self.real.now_s += seconds
        while not self.clock.catch_up():
            pass
        return self

    @property
    def happened(self) -> list[Happened]:
        return [one for one in self.news if isinstance(one, Happened)]

    @property
    def lines(self) -> list[str]:
        return [
            f"{'  ' * one.is_effect}{one.event.kind} {one.event.resource} {one.event.outcome}".rstrip()
            for one in self.happened
        ]


@contextmanager
def running(speed: float = 1, *, history: int = 1000) -> Generator[Stall]:
    with simulate(app, history=history) as simulation:
        yield Stall(simulation, speed)


def line_of(text: str) -> str:
    """The place of a line of this file."""
    lines = Path(__file__).read_text().splitlines()
    return f"stall.py:{next(number for number, line in enumerate(lines, 1) if text in line)}"
