"""Schedules: handlers that run when it is time, in any time zone."""

from __future__ import annotations

from cloudless.codec import codec_of
from cloudless.handler import Handler
from cloudless.queue import DeadLetters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")
else:
    P = R = object


class Timing:
    """When a schedule is due. Exactly one of cron and every is given.

    cron: five fields; day-of-month and day-of-week are OR-ed where both are restricted. timezone: IANA name.
    every: whole minutes, anchored at the epoch (every=timedelta(hours=2) is due at even UTC hours).
    overlap: "allow", or "skip" a run while the one before it is still going on.
    """

    __slots__ = ("cron", "every", "overlap", "timezone")

    def __init__(self, cron: str | None, every: timedelta | None, timezone: str, overlap: str) -> None:
        self.cron = cron
        self.every = every
        self.timezone = timezone
        self.overlap = overlap


class Schedule(Handler[P, R]):
    """A scheduled handler, as registered."""

    kind = "schedule"
    timing: Timing
    has_dead_letters: bool = True

    @property
    def dead_letters(self) -> DeadLetters:
        """The runs that this schedule gave up: peek, redrive, consumer."""
        return DeadLetters(self.app, self.source, self.place)


BODY = codec_of(None)
"""Codec of the message behind a run: {"schedule": name, "due": ISO 8601 in UTC}."""
