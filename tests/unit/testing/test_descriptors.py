"""A suite of thousands of tests in one process: a simulation leaves no file, socket or event loop open."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cloudless import App, Retry
from cloudless.testing import Faults, Simulation, explore, simulate

OPEN = Path("/dev/fd")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not OPEN.is_dir(), reason="open files cannot be counted here"),
]

app = App("shop")
orders = app.queue("orders", int, retry=Retry(attempts=3, delay=timedelta(seconds=1)))
placed = app.topic("placed", int)
approval = app.event("approval", bool)


@orders.consumer(timeout=timedelta(seconds=5))
async def take(order: int) -> None:
    await asyncio.sleep(order)
    await double.invoke_async(order)
    await placed.publish_async(order)


@placed.subscriber
async def mail(order: int) -> None:
    await asyncio.to_thread(len, "mail")


@app.function
async def double(number: int) -> int:
    return 2 * number


@app.orchestration
def fulfil(order: int) -> int:
    return double.invoke(order) if approval.wait(timeout=timedelta(days=1)) else 0


@app.post("/orders/{number}", public=True)
async def create(number: int) -> int:
    await orders.send_async(number)
    return await double.invoke_async(number)


def use(cloud: Simulation) -> None:
    """Something of everything; the last order takes longer than it may."""
    for number in (1, 2, 7):
        assert cloud.http.post(f"/orders/{number}").status == 200
    fulfil.start(1)
    cloud.run()
    cloud.advance(timedelta(days=2))


def grown(play: Callable[[], None]) -> int:
    """How many more files are open after four times than after the first."""
    play()
    before = _open()
    for _ in range(3):
        play()
    return _open() - before


def _open() -> int:
    gc.collect()
    return len(os.listdir(OPEN))  # noqa: PTH208  (a listing of itself)


def test_a_simulation_leaves_nothing_open() -> None:
    def play() -> None:
        with simulate(app) as cloud:
            use(cloud)

    assert grown(play) == 0


def test_neither_does_one_that_fails() -> None:
    def play() -> None:
        with pytest.raises(ZeroDivisionError):
            fail()

    def fail() -> None:
        with simulate(app) as cloud:
            use(cloud)
            raise ZeroDivisionError

    assert grown(play) == 0


def test_nor_one_with_faults_nor_an_exploration() -> None:
    def play() -> None:
        with simulate(app, seed=7, faults=Faults(duplicate=0.2, crash=0.2, slow=0.2, delay=0.2)) as cloud:
            orders.send(1)
            cloud.run()
        explored()

    @explore(app, examples=5)
    def explored(cloud: Simulation) -> None:
        orders.send(1)
        cloud.run()

    assert grown(play) == 0


def test_nor_one_within_an_event_loop_of_a_test() -> None:
    def play() -> None:
        with simulate(app) as cloud:

            async def sent() -> None:
                await orders.send_async(1)
                assert await double.invoke_async(2) == 4

            asyncio.run(sent())
            cloud.run()

    assert grown(play) == 0
