"""Filters of subscriptions, where the runtime applies them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from cloudless.runtime.filter import filter_of

NONE: Mapping[str, str] = {}
EU = [("region", "any_of", ("eu", "us"))]
NO_EU = [("region", "none_of", ("eu",))]
ANY: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("where", "attributes", "expected"),
    [
        (EU, {"region": "eu"}, True),
        (EU, {"region": "EU"}, False),
        (EU, NONE, False),
        (NO_EU, {"region": "asia"}, True),
        (NO_EU, {"region": "eu"}, False),
        (NO_EU, NONE, False),
        ([("region", "prefix", ("eu-", "us-"))], {"region": "us-1"}, True),
        ([("region", "prefix", ("eu-",))], {"region": "eu"}, False),
        ([("region", "exists", ANY)], {"region": ""}, True),
        ([("region", "exists", ANY)], {"size": "1"}, False),
        ([*EU, ("size", "exists", ANY)], {"region": "eu"}, False),
        ([*EU, ("size", "exists", ANY)], {"region": "eu", "size": "1"}, True),
    ],
)
def test_every_condition_must_hold_and_needs_its_attribute(
    where: Sequence[tuple[str, str, Sequence[str]]], attributes: Mapping[str, str], expected: bool
) -> None:
    matches = filter_of(where)
    assert matches is not None
    assert matches(attributes) is expected


def test_no_condition_is_no_filter() -> None:
    assert filter_of(()) is None
