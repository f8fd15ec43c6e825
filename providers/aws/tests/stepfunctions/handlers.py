"""Retriers and catchers.

https://states-language.net/#errors
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from providers.aws.tests.stepfunctions.errors import (
    ALL,
    DATA_LIMIT_EXCEEDED,
    RUNTIME,
    TASK_FAILED,
    TIMEOUT,
    StateFailed,
    Unspecified,
)
from providers.aws.tests.stepfunctions.kinds import Json

DEFAULT_INTERVAL_S = 1
DEFAULT_ATTEMPTS = 3
DEFAULT_RATE = 2.0


def matches(name: str, failed: StateFailed) -> bool:
    """Whether a name in ErrorEquals means this failure. Raises Unspecified."""
    if failed.error == RUNTIME:
        return False
    if name == failed.error or name in failed.aliases:
        return True
    if name == ALL:
        return _is_caught_by_all(failed)
    return name == TASK_FAILED and _is_failure_of_task(failed)


def _is_caught_by_all(failed: StateFailed) -> bool:
    if failed.error == DATA_LIMIT_EXCEEDED:
        raise Unspecified(
            f"{ALL} and {DATA_LIMIT_EXCEEDED}: the documentation says that it is not caught, and AWS has been seen to"
        )
    return True


def _is_failure_of_task(failed: StateFailed) -> bool:
    """Any error but States.Timeout, says the documentation; of others that are the States Language's own, nothing."""
    if failed.error == TIMEOUT:
        return False
    if failed.error is None or failed.error.startswith("States."):
        raise Unspecified(f"whether {TASK_FAILED} matches {failed.error}")
    return True


def handler_of(handlers: Sequence[Json], failed: StateFailed) -> int | None:
    """Which of some retriers or catchers is the first that matches."""
    for at, one in enumerate(handlers):
        if any(matches(name, failed) for name in one["ErrorEquals"]):
            return at
    return None


class Retries:
    """The retriers of one visit to a state, each with its own count."""

    def __init__(self, retriers: Sequence[Json], random: Random) -> None:
        self._retriers = retriers
        self._counts = [0] * len(retriers)
        self._random = random

    def delay_s(self, failed: StateFailed) -> float | None:
        """How long to wait before the next attempt, None for no more attempts."""
        at = handler_of(self._retriers, failed)
        if at is None or self._counts[at] >= self._retriers[at].get("MaxAttempts", DEFAULT_ATTEMPTS):
            return None
        self._counts[at] += 1
        return self._interval_s(self._retriers[at], self._counts[at])

    def _interval_s(self, retrier: Json, number: int) -> float:
        first = retrier.get("IntervalSeconds", DEFAULT_INTERVAL_S)
        interval: float = first * retrier.get("BackoffRate", DEFAULT_RATE) ** (number - 1)
        if "MaxDelaySeconds" in retrier:
            interval = min(interval, retrier["MaxDelaySeconds"])
        return self._random.uniform(0, interval) if retrier.get("JitterStrategy") == "FULL" else interval
