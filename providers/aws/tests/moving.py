"""Schedules and state machines, as what `World` moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.aws.tests.scheduler import Scheduler
from providers.aws.tests.sqsmodel.source import US
from providers.aws.tests.stepfunctions import StepFunctions

Send = Callable[[str, str, Mapping[str, Any]], None]
"""Sends as a role to a queue, by its name, an entry of SendMessageBatch."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Schedules. What is due in future is no back-off."""

    scheduler: Scheduler
    send: Send

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        next_s = self.scheduler.next_s()
        due_us = None if next_s is None else round(next_s * US)
        return due_us if due_us is not None and (with_delayed or due_us <= now_us) else None

    def deliver_next(self, now_us: int) -> None:
        due = self.scheduler.take()
        if due is not None:
            self.send(due.role, due.send.queue, due.send.entry)


@dataclass(frozen=True, slots=True)
class Machinery:
    """State machines. Back-off is what their retriers wait for."""

    service: StepFunctions

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        return self.service.next_due_us(sleeps=with_delayed)

    def deliver_next(self, now_us: int) -> None:
        self.service.step()
