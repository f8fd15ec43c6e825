"""Schedules: a time that can be read, and comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cloudless.app import App
from cloudless.errors import InvalidArgument
from cloudless.frontend.report import Report
from cloudless.runtime.schedule import check_cron, zone
from cloudless.schedule import Schedule

MINUTE = timedelta(minutes=1)


def schedules(app: App, report: Report) -> None:
    """Every schedule says when it is due, once, and in words that are understood."""
    for handler in app.registered:
        if isinstance(handler, Schedule):
            _timing(handler, report)
            _zone(handler, report)
            _overlap(handler, report)


def _timing(schedule: Schedule[..., Any], report: Report) -> None:
    cron, every = schedule.timing.cron, schedule.timing.every
    if (cron is None) == (every is None):
        said = "both a cron string and" if cron else "neither a cron string nor"
        report.error(
            "CL181",
            report.sources.declaration(schedule.place),
            f"schedule {schedule.source!r} has {said} every=",
            'give one of them: "0 8 * * MON-FRI", or every=timedelta(hours=1)',
        )
    if cron is not None:
        try:
            check_cron(cron)
        except InvalidArgument as problem:
            span = report.sources.option(schedule.place, "cron", 0)
            report.error("CL182", span, str(problem), _instead(cron))
    if every is not None and (every < MINUTE or every % MINUTE):
        report.error(
            "CL184",
            report.sources.option(schedule.place, "every"),
            f"every={every} of schedule {schedule.source!r} is not a number of whole minutes, 1 or more",
            "round it; for less than a minute, let each run send a delayed message",
        )


def _instead(cron: str) -> str:
    """What to write in place of a cron string that is none; of AWS's forms, with what stands for them here."""
    if cron.startswith("rate("):
        return "every=timedelta(minutes=5), say, in place of a cron string"
    if cron.startswith("cron(") or "?" in cron.split():
        return "cron's five fields as on Unix: no cron(…), no seconds, no year, and * in place of ?"
    return "minute hour day-of-month month day-of-week, e.g. 0 8 * * MON-FRI"


def _zone(schedule: Schedule[..., Any], report: Report) -> None:
    try:
        zone(schedule.timing.timezone)
    except InvalidArgument as problem:
        what, _, remedy = str(problem).partition(": ")
        report.error("CL183", report.sources.option(schedule.place, "timezone"), what, remedy)


def _overlap(schedule: Schedule[..., Any], report: Report) -> None:
    if schedule.timing.overlap not in ("allow", "skip"):
        report.error(
            "CL185",
            report.sources.option(schedule.place, "overlap"),
            f"overlap={schedule.timing.overlap!r} of schedule {schedule.source!r} is unknown",
            'say "allow", or "skip" to leave out a run while the one before it is going on',
        )
