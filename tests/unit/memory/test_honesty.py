"""Where the in-memory cloud was kinder than real ones, or less faithful."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloudless import App, Retry
from cloudless.driver.limit import Limit
from cloudless.errors import PayloadTooLarge
from cloudless.memory.limits import Limits
from cloudless.message import Envelope
from cloudless.testing import simulate

app = App("honesty")
key = app.secret("key")
work = app.queue("work", int, retry=Retry(attempts=2))
steps = app.ordered_queue("steps", int, retry=Retry(attempts=2))
many = app.queue("many", int, retry=Retry(attempts=2))
quiet = app.queue("quiet", int)


@app.function
def slow() -> None: ...


@app.function
def read() -> str:
    return key.value


@work.consumer(timeout=timedelta(seconds=5))
def call(number: int) -> None:
    slow.invoke()


@steps.consumer(timeout=timedelta(seconds=5))
def step(number: int) -> None:
    slow.invoke()


@many.consumer(timeout=timedelta(seconds=5), batch_size=3)
def batch(numbers: list[int]) -> None:
    slow.invoke()


@quiet.consumer
def take(number: int) -> None: ...


@quiet.dead_letters.consumer
def look(letter: Any) -> None: ...


@pytest.mark.parametrize(("queue", "handler"), [(work, call), (steps, step), (many, batch)])
def test_a_handler_that_waits_for_a_function_beyond_its_own_time_out_is_given_up(queue: Any, handler: Any) -> None:
    with simulate(app) as cloud:
        cloud.takes(slow, timedelta(seconds=50))
        queue.send(1, group="g") if queue is steps else queue.send(1)
        cloud.run()
        assert [one.outcome for one in cloud.calls(handler)] == ["time-out", "time-out"]
        assert [letter.error.type for letter in cloud.dead_letters(queue)] == ["Crashed"]


@pytest.mark.parametrize("seed", range(4))
def test_letters_that_were_redriven_are_not_consumed_as_well(seed: int) -> None:
    with simulate(app, seed=seed) as cloud:
        cloud.cloud.channels["quiet-dead-letters"].put(Envelope("x", "1"))
        assert quiet.dead_letters.redrive() == 1
        cloud.run()
        assert (len(cloud.calls(take)), len(cloud.calls(look))) == (1, 0)


def test_a_secret_is_not_remembered_from_one_simulation_to_the_next() -> None:
    with simulate(app, secrets={"key": "old"}) as first:
        assert read.invoke() == "old"
    kept = key.__dict__["_kept"]
    assert kept[0] is first.cloud, "an id alone would be taken for that of a later cloud"
    with simulate(app, secrets={"key": "new"}):
        assert read.invoke() == "new"


def test_of_a_list_with_one_message_that_is_too_large_none_is_stored() -> None:
    limits = Limits(None)
    limits._bytes = Limit(200, "bytes", "").value
    with simulate(app) as cloud:
        cloud.cloud.queues._limits = limits
        with pytest.raises(PayloadTooLarge):
            quiet.send_all([1, 10**300])
        assert cloud.sent(quiet) == []
