"""Clock: virtual time follows real time."""

import asyncio
import time
from datetime import timedelta

import pytest

from cloudless.testing.setup import START
from tests.unit.dev.stall import loop, orders, running, take


@pytest.mark.parametrize("speed", [0.5, 1, 60])
def test_virtual_time_is_real_time_by_its_speed(speed: float) -> None:
    with running(speed) as stall:
        assert stall.after(10).simulation.now == START + timedelta(seconds=10 * speed)
        assert stall.after(0).after(2.5).simulation.now == START + timedelta(seconds=12.5 * speed)


def test_a_clock_that_is_set_back_lets_virtual_time_stand_still_and_then_go_on() -> None:
    with running() as stall:
        assert stall.after(5).after(-3600).simulation.now == START + timedelta(seconds=5)
        assert stall.after(1).simulation.now == START + timedelta(seconds=6)


def test_what_was_due_while_the_machine_slept_happens_at_its_own_times() -> None:
    with running() as stall:
        stall.after(3 * 3600 + 1)
        fired = [one.event.at - START for one in stall.happened if one.event.kind == "fire"]
    assert fired == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=3)]


def test_back_off_takes_its_time() -> None:
    with running() as stall:
        orders.send({"fail": True})
        assert stall.after(0).lines == ["send orders", "deliver orders again"]
        assert len(stall.after(4).lines) == 2
        assert stall.after(20).lines[2:] == ["deliver orders dead", "  dead orders-dead-letters"]


def test_a_handler_that_feeds_itself_leaves_requests_their_turn() -> None:
    with running() as stall:
        loop.send(1)
        began_s = time.monotonic()
        assert not stall.clock.catch_up()
        assert time.monotonic() - began_s < 5  # and not for ever
        assert not stall.clock.catch_up()
        assert len(stall.lines) > 2


def test_what_is_sent_meanwhile_is_delivered_when_the_clock_is_woken() -> None:
    async def deliver() -> None:
        done = asyncio.Event()
        with running() as stall:
            stall.simulation.replace(take, lambda order: done.set())
            ticking = asyncio.create_task(stall.clock.run())
            await asyncio.sleep(0)  # it sleeps now
            orders.send({})
            stall.clock.wake()
            async with asyncio.timeout(30):
                await done.wait()
            ticking.cancel()

    asyncio.run(deliver())
