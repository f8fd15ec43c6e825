"""Schedules: in Berlin, by interval, on rare days, crashing and failing."""

from __future__ import annotations

from datetime import datetime, timedelta

from cloudless import App, Context, Retry
from cloudless.conformance.journal import crash, note

app = App("schedules")


@app.schedule("30 2 * * *", timezone="Europe/Berlin")
def nightly(due: datetime) -> None:
    note("nightly", due=due.isoformat())


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def working_days(due: datetime) -> None:
    note("working_days", due=due.isoformat())


@app.schedule("0 0 13 * FRI")
def thirteenth_or_friday(due: datetime) -> None:
    note("thirteenth_or_friday", due=due.isoformat())


@app.schedule(every=timedelta(hours=6))
def quarterly(due: datetime) -> None:
    note("quarterly", due=due.isoformat())


@app.schedule("59 23 31 * *")
def long_months(due: datetime) -> None:
    note("long_months", due=due.isoformat())


@app.schedule("0 0 29 2 *")
def leap_day(due: datetime) -> None:
    note("leap_day", due=due.isoformat())


@app.schedule("0 4 1 1 *", retry=Retry(attempts=3, delay=timedelta(seconds=2)))
def crashing(context: Context, due: datetime) -> None:
    note("crashing", attempt=context.attempt, due=due.isoformat())
    if context.attempt == 1:
        crash()


@app.schedule("0 5 1 1 *", retry=Retry(attempts=3, delay=timedelta(seconds=2)))
def failing(context: Context) -> None:
    note("failing", attempt=context.attempt)
    raise ConnectionError("always")


@app.schedule("0 6 1 1 *", retry=Retry(attempts=3, delay=timedelta(seconds=2)))
def recovering(context: Context) -> None:
    note("recovering", attempt=context.attempt)
    if context.attempt == 1:
        raise ConnectionError("once")
