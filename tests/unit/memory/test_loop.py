"""Async handlers on virtual time."""

import asyncio
import socket
from datetime import timedelta

import pytest

from cloudless import App, Context, Retry
from cloudless.errors import UnsupportedError
from cloudless.testing import simulate

app = App("awaiting")
naps = app.queue("naps", float, retry=Retry(attempts=2))
woken = app.queue("woken", float)
remaining: list[float] = []


@naps.consumer(timeout=timedelta(seconds=100))
async def nap(seconds: float, context: Context) -> None:
    before = context.remaining_s
    await asyncio.sleep(seconds)
    remaining.append(before - context.remaining_s)
    await woken.send_async(seconds)


@woken.consumer
async def note(seconds: float) -> None:
    async with asyncio.timeout(1):
        await asyncio.gather(asyncio.sleep(0.1), asyncio.sleep(0.2))


@app.function
async def forever() -> None:
    await asyncio.get_running_loop().create_future()


@app.function
async def listen() -> None:
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        await asyncio.get_running_loop().sock_recv(reader, 1)


@app.function
async def in_a_thread() -> str:
    return await asyncio.to_thread(lambda: "done")


def test_a_handler_that_sleeps_takes_virtual_time_only() -> None:
    with simulate(app) as cloud:
        began = cloud.now
        naps.send(60.0)
        cloud.run()
        (call,) = cloud.calls(note)
        assert call.at - began == timedelta(seconds=60)
        assert remaining.pop() == pytest.approx(60.0)


def test_handlers_that_sleep_overlap() -> None:
    with simulate(app) as cloud:
        began = cloud.now
        naps.send_all([60.0, 60.0, 60.0])
        cloud.run()
        assert {call.at - began for call in cloud.calls(note)} == {timedelta(seconds=60)}


@pytest.mark.parametrize("seed", range(6))
def test_a_handler_that_sleeps_too_long_is_given_up_and_its_effects_may_stand(seed: int) -> None:
    with simulate(app, seed=seed) as cloud:
        naps.send(101.0)
        cloud.run()
        assert cloud.calls(nap)[0].outcome == "time-out"
        (letter,) = cloud.dead_letters(naps)
        assert letter.error.type == "Crashed"
        assert len(cloud.sent(woken)) <= 2


def test_effects_of_a_handler_that_timed_out_are_sometimes_there_and_sometimes_not() -> None:
    def effects(seed: int) -> int:
        with simulate(app, seed=seed) as cloud:
            naps.send(101.0)
            cloud.run()
            return len(cloud.sent(woken))

    assert len({effects(seed) for seed in range(10)}) > 1


@pytest.mark.parametrize("seed", range(4))
def test_real_input_and_output_are_refused_instead_of_waited_for(seed: int) -> None:
    with simulate(app, seed=seed) as cloud:
        with pytest.raises(UnsupportedError, match="cannot be simulated"):
            listen.invoke()
        assert cloud.calls(listen)


@pytest.mark.parametrize("seed", range(4))
def test_a_handler_that_nobody_wakes_runs_out_of_time(seed: int) -> None:
    with simulate(app, seed=seed), pytest.raises(TimeoutError):
        forever.invoke()


@pytest.mark.parametrize("seed", range(4))
def test_work_in_a_thread_takes_no_virtual_time(seed: int) -> None:
    with simulate(app, seed=seed) as cloud:
        began = cloud.now
        assert in_a_thread.invoke() == "done"
        assert cloud.now == began
