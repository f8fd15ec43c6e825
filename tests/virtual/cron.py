"""What fields of cron expressions match, and when that is next, in UTC: what the schedulers of several clouds share.

Each cloud's own rules (which fields there are, how two fields of days go together) are its model's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_HORIZON_DAYS = 366 * 9
"""Longer than from one 29 February to the next, over a century that has none."""
_DAY = timedelta(days=1)


class BadExpression(Exception):
    """A scheduler would refuse it, or its model does not know what it means."""


def values(text: str, field: str, least: int, most: int, names: Sequence[str] = ()) -> frozenset[int]:
    """What a field matches: numbers, names, ranges, steps and lists of them; L, W and # are in no model of ours.

    text: the whole expression, for messages. names: of the values from the least on, in capitals.
    """
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = least, most
        else:
            begin = _value(text, first, least, most, names)
            end = _value(text, last, least, most, names) if dash else most if step else begin
        if begin > end or (step and (not step.isdecimal() or int(step) < 1)) or part.endswith("/"):
            raise BadExpression(f"{text!r}: {part!r}")
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)


def next_s(
    minutes: Sequence[int], hours: Sequence[int], is_day: Callable[[datetime], bool], after_s: float
) -> float | None:
    """The first time after another one, seconds since the epoch; None for none within nine years. Both in order."""
    after = datetime.fromtimestamp(after_s, UTC)
    for day in _days(after):
        if is_day(day):
            for hour in hours:
                for minute in minutes:
                    due = day.replace(hour=hour, minute=minute)
                    if due > after:
                        return due.timestamp()
    return None


def _days(after: datetime) -> Iterator[datetime]:
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    yield from (day + number * _DAY for number in range(_HORIZON_DAYS))


def _value(text: str, word: str, least: int, most: int, names: Sequence[str]) -> int:
    if word.upper() in names:
        return names.index(word.upper()) + least
    if not word.isdecimal() or not least <= int(word) <= most:
        raise BadExpression(f"{text!r}: {word!r} is not in {least} to {most}")
    return int(word)
