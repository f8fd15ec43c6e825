"""Two schedules that are due every minute: one that must not overlap itself, and one that may."""

from __future__ import annotations

from datetime import timedelta

from cloudless import App
from cloudless.conformance.journal import note

app = App("overlaps")


@app.schedule("* * * * *", overlap="skip", timeout=timedelta(minutes=5))
def exclusive() -> None:
    note("exclusive")


@app.schedule("* * * * *", timeout=timedelta(minutes=5))
def overlapping() -> None:
    note("overlapping")
