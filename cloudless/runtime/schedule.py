"""When schedules are due: one arithmetic for every cloud (docs/mechanisms.md, schedules).

    cloud's scheduler ── utc_cron: a superset of the due times ──► internal queue ──► is_due? ──► handler

The rules are cronsim's, which are Debian cron's: a field that starts with `*` follows elapsed time; a fixed time in
the gap of a daylight-saving change runs once, at its end; in the fold only the first time. Day-of-month and
day-of-week are OR-ed where both are restricted. cronsim and zoneinfo are imported at first use. Times are whole
seconds since the epoch.
"""

from __future__ import annotations

import re

from cloudless.errors import InvalidArgument
from cloudless.options import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta
    from typing import Protocol
    from zoneinfo import ZoneInfo

    class Timing(Protocol):
        """What `ir.Schedule` says of its times. Exactly one of cron and every_s is set."""

        @property
        def cron(self) -> str: ...
        @property
        def every_s(self) -> int: ...
        @property
        def timezone(self) -> str: ...


_FIRST_YEAR, _LAST_YEAR = 2020, 2045  # after that the rules of a zone repeat
_ALLOWED = re.compile(r"[0-9A-Za-z*,/#-]+\Z")
_DAY_MINUTES = 24 * 60
_DAY_S = 86_400
_DAYS_AHEAD = 50 * 366  # as far as cronsim looks


def due_times(timing: Timing, after_s: int) -> Iterator[int]:
    """Every due time after `after_s`, in order, for about fifty years."""
    if timing.every_s:
        return _every(timing.every_s, after_s)
    if timing.timezone == "UTC":
        return _utc_times(timing.cron, after_s)
    ticks = _utc_times(utc_cron(timing.cron, timing.timezone), after_s)
    due = guard(timing)
    return (tick_s for tick_s in ticks if due(tick_s))


def guard(timing: Timing) -> Callable[[int], bool]:
    """Whether a tick (seconds, of a whole minute) is a due time; remembers nothing between ticks.

    Far from a change of the zone's offset it is when the local fields match; within a day of one, cronsim is
    asked for the first due time after the minute before.
    """
    every_s = timing.every_s
    if every_s:
        return lambda tick_s: tick_s % every_s == 0
    from cronsim import CronSim

    cron, info = check_cron(timing.cron), zone(timing.timezone)
    fields = CronSim(cron, _utc(0))

    def due(tick_s: int) -> bool:
        local = _utc(tick_s).astimezone(info)
        if _shift(_utc(tick_s - _DAY_S), info) != _shift(_utc(tick_s + _DAY_S), info):
            return int(next(CronSim(cron, _utc(tick_s - 60).astimezone(info))).timestamp()) == tick_s
        on_time = local.minute in fields.minutes and local.hour in fields.hours
        return on_time and local.month in fields.months and fields.match_day(local.date())

    return due


def is_due(timing: Timing, at_s: int) -> bool:
    """Whether `at_s` is a due time; see `guard`, which is made once for many ticks."""
    return guard(timing)(at_s)


def utc_cron(cron: str, timezone: str) -> str:
    """Five fields in UTC whose times include every due time of `cron` in the zone, now and after its changes.

    Only minutes and hours are restricted: the day differs between the zones.
    """
    from cronsim import CronSim

    shifts, gaps = _changes(timezone)
    parsed = CronSim(check_cron(cron), _utc(0))
    local = {hour * 60 + minute for hour in parsed.hours for minute in parsed.minutes}
    ticks = {(time - shift) % _DAY_MINUTES for time in local for shift in shifts}
    ticks |= {end for first, length, end in gaps if any((time - first) % _DAY_MINUTES < length for time in local)}
    return f"{_field({tick % 60 for tick in ticks}, 60)} {_field({tick // 60 for tick in ticks}, 24)} * * *"


def check_cron(cron: str) -> str:
    """The cron string; raises InvalidArgument where it is none of five fields."""
    from cronsim import CronSim, CronSimError

    fields = cron.split()
    if len(fields) != 5 or not all(_ALLOWED.match(field) for field in fields):
        raise InvalidArgument(f"cron {cron!r}: five fields are needed: minute hour day-of-month month day-of-week")
    try:
        CronSim(cron, _utc(0))
    except CronSimError as problem:
        raise InvalidArgument(f"cron {cron!r}: {problem}") from problem
    return cron


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises InvalidArgument with the nearest one."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        guess = nearest(name, available_timezones())
        hint = f"did you mean {guess!r}?" if guess else "use an IANA name, e.g. 'Europe/Berlin'"
        raise InvalidArgument(f"unknown time zone {name!r}: {hint}") from problem


def _every(every_s: int, after_s: int) -> Iterator[int]:
    due_s = after_s - after_s % every_s
    while True:
        due_s += every_s
        yield due_s


def _utc_times(cron: str, after_s: int) -> Iterator[int]:
    """Due times in UTC, day by day: every day has the same minutes, and nothing jumps. Ten times as fast as cronsim."""
    from datetime import timedelta

    from cronsim import CronSim

    parsed, day, one = CronSim(cron, _utc(after_s)), _utc(after_s).date(), timedelta(days=1)
    minutes = sorted(hour * 3_600 + minute * 60 for hour in parsed.hours for minute in parsed.minutes)
    midnight_s = after_s - after_s % _DAY_S
    for _ in range(_DAYS_AHEAD):
        if day.month in parsed.months and parsed.match_day(day):
            for minute_s in minutes:
                if midnight_s + minute_s > after_s:
                    yield midnight_s + minute_s
        day, midnight_s = day + one, midnight_s + _DAY_S


def _changes(timezone: str) -> tuple[set[int], list[tuple[int, int, int]]]:
    """Offsets of a zone in minutes, and its gaps: local minute of the day, length, and UTC minute of the end."""
    from datetime import timedelta

    info, day = zone(timezone), timedelta(days=1)
    at, end = _year(_FIRST_YEAR), _year(_LAST_YEAR)
    shift = _shift(at, info)
    shifts, gaps = {shift}, list[tuple[int, int, int]]()
    while at < end:
        after = _shift(at + day, info)
        if after != shift:
            moment = _moment(at, at + day, info)
            if after > shift:
                tick = moment.hour * 60 + moment.minute
                gaps.append(((tick + shift) % _DAY_MINUTES, after - shift, tick))
            shifts.add(after)
            shift = after
        at += day
    return shifts, gaps


def _moment(before: datetime, after: datetime, info: ZoneInfo) -> datetime:
    """The minute, in UTC, at which the offset changes."""
    from datetime import timedelta

    minute, old = timedelta(minutes=1), _shift(before, info)
    while after - before > minute:
        middle = before + _whole_minutes((after - before) / 2)
        before, after = (middle, after) if _shift(middle, info) == old else (before, middle)
    return after


def _whole_minutes(length: timedelta) -> timedelta:
    return length - length % type(length)(minutes=1)


def _shift(at: datetime, info: ZoneInfo) -> int:
    offset = at.astimezone(info).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def _field(values: set[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(map(str, sorted(values)))


def _utc(seconds: int) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def _year(year: int) -> datetime:
    from datetime import UTC, datetime

    return datetime(year, 1, 1, tzinfo=UTC)
