"""Moments as Google's APIs have them: in UTC, up to nine digits of a second, 2026-01-02T12:00:00.250000Z.

https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp. Standard library only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil


def moment(seconds: float) -> str:
    """A time, seconds since the epoch, as the APIs take it: to the microsecond, no earlier."""
    whole, micros = divmod(ceil(round(seconds * 1e6, 3)), 1_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{micros:06}Z"


def seconds_of(moment: str) -> float:
    """Seconds since the epoch of what an API tells, to the microsecond. Raises ValueError for what is no time."""
    return datetime.fromisoformat(moment).timestamp()
