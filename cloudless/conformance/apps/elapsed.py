"""A schedule whose hour is a star, in a zone with daylight saving: it follows elapsed time."""

from __future__ import annotations

from datetime import datetime

from cloudless import App
from cloudless.conformance.journal import note

app = App("elapsed")


@app.schedule("0 * * * *", timezone="Europe/Berlin")
def hourly(due: datetime) -> None:
    note("hourly", due=due.isoformat())
