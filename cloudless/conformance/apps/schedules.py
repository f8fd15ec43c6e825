"""Schedules: in Berlin, by interval, and failing."""

from __future__ import annotations

from datetime import datetime, timedelta

from cloudless import App, Context, Retry
from cloudless.conformance.journal import note

app = App("schedules")


@app.schedule("30 2 * * *", timezone="Europe/Berlin")
def nightly(due: datetime) -> None:
    note("nightly", due=due.isoformat())


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def working_days() -> None:
    note("working_days")


@app.schedule("0 0 13 * FRI")
def thirteenth_or_friday(due: datetime) -> None:
    note("thirteenth_or_friday", due=due.isoformat())


@app.schedule(every=timedelta(hours=6))
def quarterly(due: datetime) -> None:
    note("quarterly", due=due.isoformat())


@app.schedule("0 5 1 1 *", retry=Retry(attempts=3, delay=timedelta(seconds=2)))
def failing(context: Context) -> None:
    note("failing", attempt=context.attempt)
    raise ConnectionError("always")


@app.schedule("0 6 1 1 *", retry=Retry(attempts=3, delay=timedelta(seconds=2)))
def recovering(context: Context) -> None:
    note("recovering", attempt=context.attempt)
    if context.attempt == 1:
        raise ConnectionError("once")
