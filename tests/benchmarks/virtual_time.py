"""The programs whose virtual time is measured: a schedule every hour, and a message that is delayed by a month."""

from __future__ import annotations

from datetime import timedelta

from cloudless import App

app = App("time")
delays = App("delays")
delayed = delays.queue("delayed", dict[str, int], max_delay=timedelta(days=30))
ran = [0]


@app.schedule("0 * * * *")
def hourly() -> None:
    ran[0] += 1


@delayed.consumer
def take(body: dict[str, int]) -> None:
    ran[0] += body["n"]
