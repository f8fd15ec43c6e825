"""Attempts: one step, tried until it succeeds or its policies are used up.

Failures of the platform (`PLATFORM`) come first and are counted by themselves: where they are used up the step has
failed, and the step's own policy, for errors of the user's code and time-outs, is not asked.
"""

from __future__ import annotations

from cloudless.driver.error import error_of
from cloudless.engine.host import RETRY, TIMEOUT
from cloudless.engine.retry import PLATFORM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.error import Error
    from cloudless.engine.effect import Step
    from cloudless.engine.scheduler import Scheduler, Strand


class Attempts:
    """strand: who waits. The call of the current attempt completes it; its timer is the attempt's time-out."""

    __slots__ = ("_call", "_deadline", "_failed", "_number", "_platform_failed", "_step", "strand")

    def __init__(self, strand: Strand, step: Step) -> None:
        self.strand = strand
        self._step = step
        self._number = 0
        self._failed = 0
        self._platform_failed = 0
        self._call = 0
        self._deadline = 0

    def begin(self, scheduler: Scheduler) -> None:
        """The next attempt."""
        self._number += 1
        step = self._step
        self._call = scheduler.call(self, step, self._number)
        if step.timeout_s:
            self._deadline = scheduler.timer(self, step.timeout_s, TIMEOUT, step.id)

    def completed(self, scheduler: Scheduler, reply: dict[str, Any]) -> None:
        """The attempt has ended."""
        if self._deadline:
            scheduler.forget(self._deadline)
        if "err" in reply:
            self._failed_with(scheduler, reply["err"])
        else:
            scheduler.resume(self.strand, reply["v"])

    def fired(self, scheduler: Scheduler) -> None:
        """The attempt has taken too long; what comes of it later is ignored."""
        scheduler.forget(self._call)
        seconds = f"{self._step.timeout_s:g}"
        self._failed_with(scheduler, error_of("TimeoutError", f"{self._step.target} took longer than {seconds} s"))

    def _failed_with(self, scheduler: Scheduler, error: Error) -> None:
        wait_s = self._wait_s(error)
        if wait_s is None:
            scheduler.fail(self.strand, error)
        elif wait_s == 0:
            self.begin(scheduler)
        else:
            scheduler.timer(_Again(self), wait_s, RETRY, self._step.id)

    def _wait_s(self, error: Error) -> float | None:
        """Seconds until the next attempt; None where there is none."""
        if PLATFORM.takes(error):
            self._platform_failed += 1
            return PLATFORM.wait_s(self._platform_failed) if self._platform_failed < PLATFORM.attempts else None
        policy = self._step.policy
        if not policy.takes(error):
            return None
        self._failed += 1
        return policy.wait_s(self._failed) if self._failed < policy.attempts else None


class _Again:
    """The back-off between two attempts."""

    __slots__ = ("_attempts",)

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    def completed(self, scheduler: Scheduler, reply: dict[str, Any]) -> None:
        """Never: it is a timer."""

    def fired(self, scheduler: Scheduler) -> None:
        self._attempts.begin(scheduler)
