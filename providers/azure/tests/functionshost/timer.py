"""Timers: when a timer trigger is due, and what its function is told.

After TimerListener and ScheduleMonitor of https://github.com/Azure/azure-webjobs-sdk-extensions. One of all hosts of an
app listens (a singleton, by a lease in the storage account), and the status stays there while no host runs: a time that
was missed meanwhile makes one call as soon as a host starts, with IsPastDue. The next time is counted from the time of
the call. https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from providers.azure.tests.functionshost.ncrontab import Ncrontab

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Status:
    """last: of the latest call, NEVER before the first one. next: when it is due. updated: when that was worked out."""

    last: datetime
    next: datetime
    updated: datetime

    def plain(self) -> dict[str, str]:
        """As Newtonsoft writes it."""
        last, next_, updated = (_text(moment) for moment in (self.last, self.next, self.updated))
        return {"Last": last, "Next": next_, "LastUpdated": updated}


def _text(moment: datetime) -> str:
    text = moment.isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if moment.microsecond else text}+00:00"


def _told(status: Status | None, *, is_past_due: bool) -> str:
    """TimerInfo as JSON."""
    return json.dumps({
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status.plain() if status else None,
        "IsPastDue": is_past_due,
    })  # fmt: skip


class Timer:
    """One timer trigger. id, name, parameter: of its function.

    stored: its status in the storage account; None where the schedule is too frequent for that, or before the first
    start. status: the listener's own, None while no host runs.
    """

    def __init__(self, function: Mapping[str, Any], binding: Mapping[str, Any]) -> None:
        self.id: str = function["id"]
        self.name: str = function["name"]
        self.parameter: str = binding["name"]
        self.schedule = Ncrontab(binding["schedule"])
        self.is_monitored = binding.get("useMonitor") is not False and not self.schedule.is_below_a_minute
        self.runs_on_startup = bool(binding.get("runOnStartup"))
        self.stored: Status | None = None
        self.status: Status | None = None
        self._is_past_due = self._is_startup = False

    def start(self, now: datetime) -> None:
        """A host begins to listen."""
        is_first = self.stored is None
        if is_first:
            self.status = Status(NEVER, self.schedule.after(now), NEVER)
            self._store(Status(NEVER, self.status.next, now))
        else:
            self.status = self._checked(now)
        assert self.status
        self._is_past_due = not is_first and now > self.status.next
        self._is_startup = self.runs_on_startup and not self._is_past_due

    def _checked(self, now: datetime) -> Status:
        """The stored status, put right where the schedule is another one than the one that it was made with."""
        stored = self.stored
        assert stored
        base = stored.updated if stored.last == NEVER else stored.last
        expected = self.schedule.after(base)
        if stored.next == expected:
            return stored
        if now > expected:
            expected, base = self.schedule.after(now), now
        status = Status(NEVER, expected, base)
        self._store(status)
        return status

    def _store(self, status: Status) -> None:
        if self.is_monitored:
            self.stored = status

    def stop(self) -> None:
        """No host listens any more."""
        self.status = None

    def due(self) -> datetime | None:
        """When the next call is to be made, which may be in the past; None while no host runs."""
        if self.status is None:
            return None
        return NEVER if self._is_past_due or self._is_startup else self.status.next

    def info(self) -> str:
        """What the function is told when it is due, in JSON."""
        return _told(self.status if self.is_monitored else None, is_past_due=self._is_past_due)

    def info_by_hand(self) -> str:
        """What it is told when an operator calls it (TimerTriggerBinding): what is stored."""
        return _told(self.stored, is_past_due=False)

    def called(self, now: datetime) -> None:
        """A call that began at `now` has ended, well or not."""
        if self.status is None:
            return
        is_early = not self._is_past_due and not self._is_startup and self.status.next > now
        last = self.status.next if is_early else now
        self._is_past_due = self._is_startup = False
        self.status = Status(last, self.schedule.after(last), last)
        self._store(self.status)
