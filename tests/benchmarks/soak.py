"""A million deliveries, one in fifty of them failing: none lost, memory flat."""

from __future__ import annotations

import resource
from time import perf_counter

from cloudless import App, Retry
from cloudless.message import Message
from cloudless.testing import simulate

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


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    began, middle = perf_counter(), 0.0
    with simulate(app) as cloud:
        for first in range(0, TOTAL, CHUNK):
            for n in range(first, first + CHUNK):
                numbers.send({"n": n})
            cloud.run()
            if first == TOTAL // 2:
                middle = _peak_mb()
        lost = TOTAL - done[0]
        dead = len(cloud.dead_letters(numbers))
    print("\nsoak")
    print(f"  {TOTAL:,} messages, {TOTAL // 50:,} failures: lost {lost}, dead {dead}, {perf_counter() - began:.1f} s")
    print(f"  peak memory half way {middle:.0f} MB, at the end {_peak_mb():.0f} MB")
