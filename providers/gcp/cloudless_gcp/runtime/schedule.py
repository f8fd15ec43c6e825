"""The entry of a deployed schedule: ticks of Cloud Scheduler in, through the topic of the schedule's internal queue.

    run_report = schedule(DEPLOYED["facts"], cloud)

Cloud Scheduler publishes the same message whenever it ticks, in UTC and at a superset of the due times. A tick says no
time but that of its publication: it is the latest one that the schedule's ticks have by then, or a few seconds after
that, since the clocks of two services are not one. When those are, it says itself: a deployment that changes a schedule
changes its function and its job one after the other, and some ticks are from before. Where the tick is due, it becomes
the message of a run: its id is "<schedule>/<due time>", however often it comes. Any other is acknowledged, and nobody
is called. A run whose time has not come is sent once more, for then. What comes as a message of ours (a copy) was
decided before.

After an outage of Cloud Scheduler's a late tick stands for the latest one; those before it have no run.
https://cloud.google.com/scheduler/docs/creating

A tick is {"schedule", "queue", "cron", "every_s", "timezone", "ticks"}: a timing, see `cloudless.runtime.tick`, and
{"minutes", "hours", "days", "months", "weekdays"}, the values in UTC that Cloud Scheduler ticks at, as far as they are
restricted; day 0 of a week is Sunday.
"""

from __future__ import annotations

from functools import lru_cache
from time import gmtime

from cloudless.codec import load
from cloudless.runtime import entry
from cloudless.runtime.tick import TICK_S, Timing, run
from cloudless_gcp.runtime.invocation import binding
from cloudless_gcp.runtime.queue import handle_with
from cloudless_gcp.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless_gcp.runtime.queue import Handle

EARLY_S = 10
"""How long before its time a tick may have been published.

Ticks are a minute apart at least: one that is late by up to 50 s is still told from the next one.
"""
_DAY_S = 86_400
_TIMES_S = frozenset(range(0, _DAY_S, TICK_S))
_YEARS_DAYS = 9 * 366
"""A day that matches is not further off: 29 February, around a year that is no leap year."""


@starting
def schedule(facts: Mapping[str, Any], cloud: Cloud) -> Handle:
    """The function of a schedule's internal queue."""
    bound = binding(facts, cloud)

    def choose(envelope: Envelope) -> Envelope | None:
        return run_of(envelope, cloud.now_s())

    return handle_with(entry.consumer(bound), bound.plan, cloud, choose)


def run_of(envelope: Envelope, now_s: float) -> Envelope | None:
    """The message of the run that a tick is for; None where there is none. What is no tick is delivered as it is.

    Its delay is what is left until then, as far as both Pub/Sub's clock and ours know.
    """
    said = None if envelope.correlation else _said(envelope.body)
    if said is None:
        return envelope
    timing, ticks = said
    tick_s = ticks.latest(envelope.sent_s + EARLY_S)
    if tick_s is None or not timing.is_due(tick_s):
        return None
    message = run(timing, tick_s, envelope.sent_s)
    message.attempt = envelope.attempt
    message.delay_s = max(0.0, tick_s - max(envelope.sent_s, now_s))
    return message


@lru_cache(maxsize=2)
def _said(body: str) -> tuple[Timing, Ticks] | None:
    """What a tick says; None for what is none, be it that its times are none."""
    try:
        said = load(body)
        timing = Timing(said)
        timing.is_due(0)
        return timing, Ticks(said["ticks"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


class Ticks:
    """When Cloud Scheduler ticks, of what a tick says."""

    __slots__ = ("_days", "_months", "_times_s", "_weekdays")

    def __init__(self, said: Mapping[str, Sequence[int]]) -> None:
        self._days = frozenset(said.get("days", range(1, 32)))
        self._months = frozenset(said.get("months", range(1, 13)))
        self._weekdays = frozenset(said.get("weekdays", range(7)))
        hours, minutes = said.get("hours", range(24)), said.get("minutes", range(60))
        times = {hour * 3_600 + minute * TICK_S for hour in hours for minute in minutes}
        self._times_s = sorted(times & _TIMES_S, reverse=True)

    def latest(self, at_s: float) -> int | None:
        """The latest tick at a time or before, both in seconds since the epoch."""
        today_s = int(at_s) // _DAY_S * _DAY_S
        for day_s in range(today_s, today_s - _YEARS_DAYS * _DAY_S, -_DAY_S):
            if self._has(day_s):
                found = next((day_s + time_s for time_s in self._times_s if day_s + time_s <= at_s), None)
                if found is not None:
                    return found
        return None

    def _has(self, day_s: int) -> bool:
        day = gmtime(day_s)
        return day.tm_mon in self._months and day.tm_mday in self._days and (day.tm_wday + 1) % 7 in self._weekdays
