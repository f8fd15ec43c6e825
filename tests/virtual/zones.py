"""Zones: whose clocks change when, from 2020 to 2040; of all that are alike one, for tests that try every one.

Whatever asks a zone for its offset alone finds two zones of equal offsets alike; and two changes of a zone, where the
offsets of that day are equal, and so are the days around it that a cron can name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

BEFORE, AFTER = timedelta(hours=14), timedelta(hours=40)
"""What to look at around the noon before a change: more than a day on both sides of it."""

_START = datetime(2020, 1, 1, 12, tzinfo=UTC)
_DAY, _FORTNIGHT, _QUARTER = timedelta(days=1), timedelta(days=14), timedelta(minutes=15)
_FORTNIGHTS = 20 * 366 // 14
_FRIDAY = 5


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Every change of a zone's offset, as the noon (UTC) before it. None has two within a fortnight."""
    info = ZoneInfo(name)
    shifts = [_shift(_START + n * _FORTNIGHT, info) for n in range(_FORTNIGHTS + 1)]
    found = [_START + n * _FORTNIGHT for n in range(_FORTNIGHTS) if shifts[n] != shifts[n + 1]]
    noons = [start + n * _DAY for start in found for n in range(14)]
    return tuple(noon for noon in noons if _shift(noon, info) != _shift(noon + _DAY, info))


def different_changes(name: str, days: Collection[int]) -> list[datetime]:
    """The last of all changes that are alike to crons which name no days but Fridays and these of the month."""
    info = ZoneInfo(name)

    def kind(noon: datetime) -> tuple[object, ...]:
        named = frozenset(_named(noon, info, days))
        return named, *(_shift(noon + n * _QUARTER, info) for n in range(_DAY // _QUARTER + 1))

    return list({kind(noon): noon for noon in changes(name)}.values())


@cache
def different_zones() -> list[str]:
    """The last of all names whose rules are alike."""
    return list({_rules(name): name for name in sorted(available_timezones())}.values())


def _shift(at: datetime, info: ZoneInfo) -> timedelta | None:
    return at.astimezone(info).utcoffset()


def _named(noon: datetime, info: ZoneInfo, days: Collection[int]) -> Iterator[tuple[int, bool]]:
    """The local days around a change that a cron can name."""
    at = noon - BEFORE
    while at <= noon + AFTER:
        local = at.astimezone(info)
        if local.day in days or local.isoweekday() == _FRIDAY:
            yield local.day if local.day in days else 0, local.isoweekday() == _FRIDAY
        at += _DAY / 4


def _rules(name: str) -> tuple[object, ...]:
    info = ZoneInfo(name)
    return _shift(_START, info), *((noon, _shift(noon + _DAY, info)) for noon in changes(name))
