"""The arithmetic of schedules, against cronsim and zoneinfo over every zone and every change of its offset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudless.errors import InvalidArgument
from cloudless.runtime.schedule import check_cron, due_times, guard, is_due, next_due, utc_cron, zone
from tests.virtual.zones import AFTER, BEFORE, changes, different_changes, different_zones

CRONS = (
    "* * * * *",
    "*/20 * * * *",
    "7 * * * *",
    "30 2 * * *",
    "15,45 1-3 * * *",
    "0 0 * * *",
    "59 23 28-31 * *",
    "0 */2 * * SUN",
    "30 1 1,15 * FRI",
    "*/15 0,1,2,3 * * *",
)
ALL_ZONES = ("30 2 * * *", "0 0 * * *", "*/20 1-3 * * *", "15,45 1-3 * * *", "59 23 28-31 * *", "30 1 1,15 * FRI")
DAYS = (1, 15, 28, 29, 30, 31)
"""Of the month, that they name."""
FEW = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
    "America/Scoresbysund", "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Antarctica/Troll", "UTC",
]  # fmt: skip
ODD = ("Antarctica/Casey", "Australia/Lord_Howe")
"""Zones that change by half an hour, or at a minute past midnight: cronsim skips times that exist."""


@dataclass(frozen=True)
class timing:  # noqa: N801  (reads as a call)
    cron: str = ""
    timezone: str = "UTC"
    every_s: int = 0


def oracle(cron: str, name: str, start: datetime, end: datetime) -> list[int]:
    """Cronsim's own answer, without repetitions."""
    local = start if name == "UTC" else start.astimezone(ZoneInfo(name))
    found = takewhile(lambda due: due <= end, CronSim(cron, local))
    return sorted({int(due.timestamp()) for due in found})


def matching(cron: str, name: str, start: datetime, end: datetime) -> list[int]:
    """Every minute whose local time has these fields."""
    fields = CronSim(cron, datetime(2020, 1, 1, tzinfo=UTC))
    return [minute for minute, local in local_minutes(name, start, end) if matches(fields, local)]


@lru_cache(maxsize=1)
def local_minutes(name: str, start: datetime, end: datetime) -> list[tuple[int, datetime]]:
    """Every minute and its local time, which all crons are asked about."""
    info, minutes = ZoneInfo(name), range(int(start.timestamp()) // 60 * 60 + 60, int(end.timestamp()) + 1, 60)
    return [(one, datetime.fromtimestamp(one, info)) for one in minutes]


def matches(fields: CronSim, local: datetime) -> bool:
    on_time = local.minute in fields.minutes and local.hour in fields.hours
    return on_time and local.month in fields.months and fields.match_day(local.date())


def guarded(cron: str, name: str, start: datetime, end: datetime) -> list[int]:
    """What a cloud does: the UTC cron's ticks, each asked whether it is due. The cron leaves days as they are."""
    due, fields = guard(timing(cron, name)), CronSim(utc_cron(cron, name), start)
    times = sorted(hour * 3_600 + minute * 60 for hour in fields.hours for minute in fields.minutes)
    start_s, end_s = int(start.timestamp()), int(end.timestamp())
    days = range(start_s // 86_400 * 86_400, end_s + 1, 86_400)
    return [day + time for day in days for time in times if start_s < day + time <= end_s and due(day + time)]


def until(end: datetime, cron: str, name: str, start: datetime) -> list[int]:
    """What the in-memory cloud does."""
    due = due_times(timing(cron, name), int(start.timestamp()))
    return list(takewhile(lambda due_s: due_s <= end.timestamp(), due))


def rule(cron: str, name: str, start: datetime, end: datetime) -> list[int]:
    """Cronsim's answer, except for a `*` where its going by the hour misses the change."""
    is_missed = name in ODD and any(field.startswith("*") for field in cron.split()[:2])
    return (matching if is_missed else oracle)(cron, name, start, end)


def check_zone(name: str, crons: tuple[str, ...], found: Iterable[datetime]) -> None:
    for before in found:
        start, end = before - BEFORE, before + AFTER
        for cron in crons:
            expected = rule(cron, name, start, end)
            assert guarded(cron, name, start, end) == expected, (name, cron, before)
            assert until(end, cron, name, start) == expected, (name, cron, before)


@pytest.mark.parametrize("name", FEW)
def test_ticks_and_guard_give_cronsims_times_around_a_change(name: str) -> None:
    check_zone(name, CRONS, changes(name)[:2])


@pytest.mark.slow
def test_ticks_and_guard_give_cronsims_times_in_every_zone_around_every_change() -> None:
    for name in different_zones():
        check_zone(name, ALL_ZONES, different_changes(name, DAYS))


@pytest.mark.parametrize("name", ODD)
def test_a_star_follows_elapsed_time_even_where_cronsim_skips_times(name: str) -> None:
    check_zone(name, (*CRONS, "*/7 3 * * *", "*/7 0,3 1 * */3"), different_changes(name, DAYS))


def test_cronsim_does_skip_times() -> None:
    """If it no longer does, the exception can go."""
    skipping, name, before = "*/7 3 1 * */3", "Australia/Lord_Howe", datetime(2023, 9, 30, 12, tzinfo=UTC)
    span = (before - timedelta(hours=14), before + timedelta(hours=40))
    assert set(oracle(skipping, name, *span)) < set(matching(skipping, name, *span))


@pytest.mark.parametrize("name", FEW)
def test_a_year_of_due_times_is_cronsims(name: str) -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    for cron in ("0 8 * * MON-FRI", "30 2 * * *", "15 */6 1,15 * *"):
        assert until(end, cron, name, start) == oracle(cron, name, start, end)


@settings(max_examples=50, deadline=None)
@given(
    minute=st.sampled_from(["*", "*/7", "0", "5,50", "10-12"]),
    hour=st.sampled_from(["*", "*/5", "3", "1,23", "8-10"]),
    day=st.sampled_from(["*", "1", "29-31", "*/9", "L"]),
    month=st.sampled_from(["*", "2", "1,6"]),
    weekday=st.sampled_from(["*", "MON-FRI", "0", "7", "*/3", "FRI#2"]),
    name=st.sampled_from([name for name in FEW if name not in ODD]),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1)),  # noqa: DTZ001
)
def test_due_times_are_cronsims_wherever_they_start(  # noqa: PLR0917
    minute: str, hour: str, day: str, month: str, weekday: str, name: str, start: datetime
) -> None:
    cron, begin = f"{minute} {hour} {day} {month} {weekday}", start.replace(tzinfo=UTC, microsecond=0)
    local = begin if name == "UTC" else begin.astimezone(ZoneInfo(name))
    end = begin + timedelta(days=40 * 365)
    expected = sorted({int(due.timestamp()) for due in islice(CronSim(cron, local), 30) if due <= end})
    assert list(islice(due_times(timing(cron, name), int(begin.timestamp())), len(expected))) == expected


def test_the_next_due_time_comes_after_the_given_one() -> None:
    eight = int(datetime(2026, 1, 2, 8, tzinfo=UTC).timestamp())
    assert next_due(timing("0 8 * * *"), eight - 1) == eight
    assert next_due(timing("0 8 * * *"), eight) == eight + 86_400


def test_a_fixed_time_in_the_gap_runs_once_at_its_end() -> None:
    start = int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp())
    due = [datetime.fromtimestamp(s, UTC) for s in islice(due_times(timing("30 2 * * *", "Europe/Berlin"), start), 2)]
    assert due == [datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]


def test_a_fixed_time_in_the_fold_runs_the_first_time_only() -> None:
    start = int(datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp())
    due = [datetime.fromtimestamp(s, UTC) for s in islice(due_times(timing("30 2 * * *", "Europe/Berlin"), start), 2)]
    assert due == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_every_is_anchored_at_the_epoch() -> None:
    assert list(islice(due_times(timing(every_s=7_200), 1), 2)) == [7_200, 14_400]
    assert is_due(timing(every_s=7_200), 14_400)
    assert not is_due(timing(every_s=7_200), 3_600)


@pytest.mark.parametrize(
    ("cron", "text"),
    [
        ("* * * *", "five fields are needed"),
        ("0 0 0 * * *", "five fields are needed"),
        ("61 * * * *", "Bad minute"),
        ("0 0 31 2 *", "Bad day-of-month"),
        ("0 0 * * FUNDAY", "Bad day-of-week"),
        ("@daily", "five fields are needed"),
    ],
)
def test_a_bad_cron_says_what_is_wrong(cron: str, text: str) -> None:
    with pytest.raises(InvalidArgument, match=text):
        check_cron(cron)


def test_an_unknown_zone_names_the_nearest_one() -> None:
    with pytest.raises(InvalidArgument, match="did you mean 'Europe/Berlin'"):
        zone("Europe/Berln")


def test_the_utc_cron_restricts_what_it_can() -> None:
    assert utc_cron("0 8 * * MON-FRI", "Europe/Berlin") == "0 6,7 * * *"
    assert utc_cron("0 8 1 * *", "UTC") == "0 8 * * *"
