"""Durations as people type them: "90s", "10m", "1h30m", "7d"."""

from __future__ import annotations

import re
from datetime import timedelta

from cloudless.errors import InvalidArgument

_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[dhms]))+\Z")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}


def duration(text: str) -> timedelta:
    """The duration; raises InvalidArgument where the text is none."""
    if not isinstance(text, str) or not _WHOLE.match(text):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"{text!r:.80} is no duration: write e.g. 90s, 10m, 1h30m or 7d")
    try:
        return sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in _PART.findall(text)), timedelta())
    except OverflowError as problem:
        raise InvalidArgument(f"{text!r:.80} is longer than a timedelta can be, three million years") from problem
