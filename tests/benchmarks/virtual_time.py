"""Virtual time: a year of an hourly schedule, and a delay of 30 days."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from time import perf_counter

from cloudless import App
from cloudless.testing import simulate

app = App("time")
later = app.queue("later", dict[str, int], max_delay=timedelta(days=30))
ran = [0]


@app.schedule("0 * * * *")
def hourly() -> None:
    ran[0] += 1


delays = App("delays")
delayed = delays.queue("delayed", dict[str, int], max_delay=timedelta(days=30))


@delayed.consumer
def take(body: dict[str, int]) -> None:
    ran[0] += 1


def year() -> float:
    """Seconds for a year of hourly runs."""
    ran[0] = 0
    with simulate(app) as cloud:
        began = perf_counter()
        cloud.advance(timedelta(days=365))
        took = perf_counter() - began
    assert ran[0] == 8_760
    return took


def month() -> float:
    """Seconds for one message delayed by 30 days, send to handled."""
    with simulate(delays) as cloud:
        ran[0] = 0
        began = perf_counter()
        delayed.send({"n": 1}, delay=timedelta(days=30))
        cloud.advance(timedelta(days=30))
        took = perf_counter() - began
    assert ran[0] == 1
    return took


def main() -> None:
    print("\nvirtual time")
    print(f"  a year of an hourly schedule                 {median(year() for _ in range(5)):>10.3f} s    goal ≤ 0.1 s")
    took_ms = median(month() for _ in range(101)) * 1e3
    print(f"  a delay of 30 days                           {took_ms:>10.4f} ms   goal ≤ 0.05 ms")
