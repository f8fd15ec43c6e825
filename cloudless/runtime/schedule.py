"""When schedules are due: one arithmetic for every cloud (docs/mechanisms.md, schedules).

    cloud's scheduler ── utc_cron: a superset of the due times ──► internal queue ──► is_due? ──► handler

The rules are cronsim's, which are Debian cron's: a minute or hour that starts with `*` follows elapsed time; a fixed
time in the gap of a daylight-saving change runs once, at its end; in the fold only the first time. (Where a change is
not by whole hours, cronsim skips `*` times after it, because it goes by the hour; we do not.) Day-of-month and
day-of-week are OR-ed where both are restricted. cronsim and zoneinfo are imported at first use. Times are whole
seconds since the epoch.
"""

from __future__ import annotations

from functools import lru_cache

from cloudless.errors import InvalidArgument
from cloudless.options import nearest
from cloudless.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import Protocol
    from zoneinfo import ZoneInfo

    from cronsim import CronSim

    class Timing(Protocol):
        """What `ir.Schedule` says of its times. Exactly one of cron and every_s is set."""

        @property
        def cron(self) -> str: ...
        @property
        def every_s(self) -> int: ...
        @property
        def timezone(self) -> str: ...


_FIRST_YEAR, _LAST_YEAR = 2020, 2045  # after that the rules of a zone repeat
_ALLOWED = pattern(r"[0-9A-Za-z*,/#-]+\Z")
_HOUR_S = 3_600
_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S  # no zone changes its offset twice within one, in these years
_DAY_MINUTES = 24 * 60
_DAYS_AHEAD = 50 * 366  # as far as cronsim looks
_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()


def due_times(timing: Timing, after_s: int) -> Iterator[int]:
    """Every due time after `after_s`, in order, for about fifty years."""
    return _every(timing.every_s, after_s) if timing.every_s else _days(timing, after_s)


def next_due(timing: Timing, after_s: int) -> int | None:
    """The first due time after `after_s`; None where there is none within fifty years."""
    return next(due_times(timing, after_s), None)


def guard(timing: Timing) -> Callable[[int], bool]:
    """Whether a tick (seconds, of a whole minute) is a due time; remembers nothing between ticks.

    It is where the local fields match, unless a change of the zone's offset is within a day: then cronsim is asked for
    the first due time after the minute before. Of a `*` that matches it is not, since it may skip that. Where they do
    not match, only the end of a gap can be due.
    """
    every_s = timing.every_s
    if every_s:
        return lambda tick_s: tick_s % every_s == 0
    from datetime import datetime

    from cronsim import CronSim

    cron, info = timing.cron, zone(timing.timezone)
    fields = _parsed(cron)
    is_fixed = not any(field.startswith("*") for field in cron.split()[:2])

    def due(tick_s: int) -> bool:
        local = datetime.fromtimestamp(tick_s, info)
        on_time = local.minute in fields.minutes and local.hour in fields.hours
        matches = on_time and local.month in fields.months and fields.match_day(local.date())
        if not matches and _shift_s(tick_s, info) <= _shift_s(tick_s - 60, info):
            return False
        if matches and (not is_fixed or _shift_s(tick_s - _DAY_S, info) == _shift_s(tick_s + _DAY_S, info)):
            return True
        return int(next(CronSim(cron, _utc(tick_s - 60).astimezone(info))).timestamp()) == tick_s

    return due


def is_due(timing: Timing, at_s: int) -> bool:
    """Whether `at_s` is a due time; see `guard`, which is made once for many ticks."""
    return guard(timing)(at_s)


def utc_cron(cron: str, timezone: str) -> str:
    """Five fields in UTC whose times include every due time of `cron` in the zone, now and after its changes.

    Only minutes and hours are restricted: the day differs between the zones.
    """
    shifts, gaps = _changes(timezone)
    parsed = _parsed(cron)
    local = {hour * 60 + minute for hour in parsed.hours for minute in parsed.minutes}
    ticks = {(time - shift) % _DAY_MINUTES for time in local for shift in shifts}
    ticks |= {end for first, length, end in gaps if any((time - first) % _DAY_MINUTES < length for time in local)}
    return f"{_field({tick % 60 for tick in ticks}, 60)} {_field({tick // 60 for tick in ticks}, 24)} * * *"


def check_cron(cron: str) -> str:
    """The cron string; raises InvalidArgument where it is none of five fields."""
    _parsed(cron)
    return cron


@lru_cache(maxsize=1024)
def _parsed(cron: str) -> CronSim:
    """What the fields of a cron string match; never iterated, since that would change it."""
    from cronsim import CronSim, CronSimError

    fields = cron.split()
    if len(fields) != 5 or not all(_ALLOWED.match(field) for field in fields):
        raise InvalidArgument(f"cron {cron!r}: five fields are needed: minute hour day-of-month month day-of-week")
    try:
        return CronSim(cron, _utc(0))
    except CronSimError as problem:
        raise InvalidArgument(f"cron {cron!r}: {problem}") from problem


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


def _days(timing: Timing, after_s: int) -> Iterator[int]:
    """Due times by local days: the same minutes on each, but near a change of the offset, where the guard is asked.

    This is what makes a simulated year of an hourly schedule cheap: cronsim alone takes ten times as long.
    """
    from datetime import date

    info, due = zone(timing.timezone), guard(timing)
    parsed = _parsed(timing.cron)
    minutes = sorted(hour * _HOUR_S + minute * 60 for hour in parsed.hours for minute in parsed.minutes)
    done_s = after_s + 1
    midnight_s = after_s - after_s % _DAY_S - _DAY_S  # on the clocks of the zone: earlier or later than in UTC
    for _ in range(_DAYS_AHEAD):
        before_s, shift_s = _shift_s(midnight_s - 38 * _HOUR_S, info), _shift_s(midnight_s + 62 * _HOUR_S, info)
        start_s, end_s = midnight_s - shift_s, midnight_s - shift_s + _DAY_S
        day = date.fromordinal(_EPOCH_DAY + midnight_s // _DAY_S)
        if before_s != shift_s:
            ticks = _around(minutes, midnight_s, info)
            yield from [tick_s for tick_s in ticks if done_s <= tick_s < end_s and due(tick_s)]
        elif day.month in parsed.months and parsed.match_day(day):
            yield from [start_s + minute_s for minute_s in minutes if start_s + minute_s >= done_s]
        midnight_s, done_s = midnight_s + _DAY_S, max(done_s, end_s)


def _around(minutes: list[int], midnight_s: int, info: ZoneInfo) -> list[int]:
    """All that can be due on a day near a change: local times by either offset, and the moment of the change."""
    first_s, last_s = midnight_s - 38 * _HOUR_S, midnight_s + 62 * _HOUR_S
    starts = {
        midnight_s + days * _DAY_S - _shift_s(at_s, info) for days in (-1, 0, 1) for at_s in (first_s, last_s)
    }  # fmt: skip
    return sorted({start_s + minute_s for start_s in starts for minute_s in minutes} | {_moment(first_s, last_s, info)})


@lru_cache(maxsize=64)
def _changes(timezone: str) -> tuple[frozenset[int], tuple[tuple[int, int, int], ...]]:
    """Offsets of a zone in minutes, and its gaps: local minute of the day, length, and UTC minute of the end."""
    info, at_s, end_s = zone(timezone), _year_s(_FIRST_YEAR), _year_s(_LAST_YEAR)
    shift = _shift_s(at_s, info) // 60
    shifts, gaps = {shift}, set[tuple[int, int, int]]()
    while at_s < end_s:
        after = _shift_s(at_s + _WEEK_S, info) // 60
        if after > shift:
            tick = _moment(at_s, at_s + _WEEK_S, info) // 60 % _DAY_MINUTES
            gaps.add(((tick + shift) % _DAY_MINUTES, after - shift, tick))
        shifts.add(after)
        shift, at_s = after, at_s + _WEEK_S
    return frozenset(shifts), tuple(gaps)


def _moment(before_s: int, after_s: int, info: ZoneInfo) -> int:
    """The first minute at which the offset is another one than at `before_s`, a whole minute."""
    old_s = _shift_s(before_s, info)
    while after_s - before_s > 60:
        middle_s = before_s + (after_s - before_s) // 120 * 60
        before_s, after_s = (middle_s, after_s) if _shift_s(middle_s, info) == old_s else (before_s, middle_s)
    return after_s


@lru_cache(maxsize=1024)
def _shift_s(at_s: int, info: ZoneInfo) -> int:
    """The offset of a zone from UTC at a time, in seconds."""
    from datetime import datetime

    offset = datetime.fromtimestamp(at_s, info).utcoffset()
    return 0 if offset is None else offset.days * _DAY_S + offset.seconds


def _field(values: set[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(map(str, sorted(values)))


def _utc(seconds: int) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def _year_s(year: int) -> int:
    from datetime import UTC, datetime

    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
