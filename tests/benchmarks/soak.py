"""A million deliveries, one in fifty of them failing: none lost, memory flat."""

from __future__ import annotations

import resource
from time import perf_counter

from cloudless import App, Retry
from cloudless.message import Message
from cloudless.testing import simulate
from tests.benchmarks.row import OURS, VALUE, Goal, Row, Table

TOTAL = 1_000_000
CHUNK = 10_000

app = App("soak")
numbers = app.queue("numbers", dict[str, int], retry=Retry(attempts=5))
done = [0]


@numbers.consumer
def take(message: Message[dict[str, int]]) -> None:
    if message.attempt == 1 and message.body["n"] % 50 == 0:
        raise ConnectionError("one in fifty")
    done[0] += 1


def peak_mb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(name: str, value: float, goal: Goal | None = None) -> Row:
    """A row of a figure that there is one of."""
    return Row(name, OURS, value, value, value, goal=goal)


def tables() -> list[Table]:
    done[0] = 0
    began, middle = perf_counter(), 0.0
    with simulate(app) as cloud:
        for first in range(0, TOTAL, CHUNK):
            for n in range(first, first + CHUNK):
                numbers.send({"n": n})
            cloud.run()
            if first == TOTAL // 2:
                middle = peak_mb()
        lost, dead = TOTAL - done[0], len(cloud.dead_letters(numbers))
    rows = (
        one("seconds", perf_counter() - began),
        one("messages that were lost", lost, Goal(0, VALUE)),
        one("dead letters", dead, Goal(0, VALUE)),
        one("MB of memory that the second half added", peak_mb() - middle, Goal(20, VALUE)),
    )
    return [Table(f"{TOTAL:,} messages, one in fifty fails", "", rows)]
