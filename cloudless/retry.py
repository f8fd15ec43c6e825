"""Retry: the one vocabulary for retries, used by queues, subscriptions, functions and schedules."""

from __future__ import annotations

from datetime import timedelta

from cloudless.errors import InvalidArgument
from cloudless.options import strict

MAX_ATTEMPTS = 99
MAX_DELAY = timedelta(minutes=10)  # Pub/Sub ends there: docs/mechanisms.md, back-off
_ONE_SECOND = timedelta(seconds=1)
_ZERO = timedelta(0)


class Retry:
    """How often, and how far apart, a failing delivery is tried again.

    attempts: deliveries in all, 1 to 99, the first one included. Default 5.
    delay: wait after the first failure, 0 s to `max_delay`. Default 1 s.
    factor: each further wait is this much longer, 1 to 10. Default 2.
    max_delay: the longest wait, up to 10 minutes. Default 10 minutes.
    on: exception types that are worth another attempt; any other goes to the dead letters at
        once. Default: every Exception.

    Raises InvalidArgument for a value out of range.
    """

    __slots__ = ("attempts", "delay", "factor", "max_delay", "on")

    @strict
    def __init__(
        self,
        attempts: int = 5,
        *,
        delay: timedelta = _ONE_SECOND,
        factor: float = 2.0,
        max_delay: timedelta = MAX_DELAY,
        on: tuple[type[Exception], ...] | list[type[Exception]] = (Exception,),
    ) -> None:
        self.attempts = attempts
        self.delay = delay
        self.factor = float(factor)
        self.max_delay = max_delay
        self.on = tuple(on)
        self._check()

    def _check(self) -> None:
        if not 1 <= self.attempts <= MAX_ATTEMPTS:
            raise InvalidArgument(f"Retry(attempts={self.attempts}): attempts are 1 to {MAX_ATTEMPTS}")
        if not _ZERO <= self.max_delay <= MAX_DELAY:
            raise InvalidArgument(f"Retry(max_delay={self.max_delay}): a wait is at most 10 minutes on every cloud")
        if not _ZERO <= self.delay <= self.max_delay:
            raise InvalidArgument(f"Retry(delay={self.delay}): the delay is 0 s to max_delay ({self.max_delay})")
        if not 1.0 <= self.factor <= 10.0:
            raise InvalidArgument(f"Retry(factor={self.factor}): the factor is 1 to 10")
        if not self.on or not all(isinstance(kind, type) and issubclass(kind, Exception) for kind in self.on):
            raise InvalidArgument(f"Retry(on={list(self.on)!r}): give exception classes, e.g. on=[ConnectionError]")

    def wait_s(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt` (from 1)."""
        ceiling = self.max_delay.total_seconds()
        wait = self.delay.total_seconds()
        for _ in range(attempt - 1):
            if wait >= ceiling:
                break
            wait *= self.factor
        return min(wait, ceiling)

    def __repr__(self) -> str:
        return f"Retry(attempts={self.attempts}, delay={self.delay!r}, factor={self.factor})"
