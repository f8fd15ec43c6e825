"""Moments: as Google's APIs tell and take them."""

from __future__ import annotations

import pytest

from cloudless_gcp.moment import moment, seconds_of

NOON_S = 1_767_355_200.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (NOON_S, "2026-01-02T12:00:00.000000Z"),
        (NOON_S + 0.25, "2026-01-02T12:00:00.250000Z"),
        (NOON_S + 0.9999996, "2026-01-02T12:00:01.000000Z"),
    ],
)
def test_a_time_is_never_told_too_early(seconds: float, text: str) -> None:
    assert moment(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-02T12:00:00Z", NOON_S),
        ("2026-01-02T12:00:00.5Z", NOON_S + 0.5),
        ("2026-01-02T12:00:00.123456789Z", NOON_S + 0.123456),
        ("2026-01-02T13:00:00.000001+01:00", NOON_S + 0.000001),
    ],
)
def test_a_time_that_is_told_is_read_to_the_microsecond(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("text", ["", "now", "1767355200"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Invalid isoformat string"):
        seconds_of(text)
