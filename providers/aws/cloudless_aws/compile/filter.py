"""Filters of subscriptions as filter policies of SNS: conditions → JSON, as `aws_sns_topic_subscription` takes it.

    region: any_of("eu", "us")           {"region": ["eu", "us"]}
    kind: prefix("order.")               {"kind": [{"prefix": "order."}]}
    kind: none_of("test", "demo")        {"kind": [{"anything-but": ["test", "demo"]}]}
    kind: exists                         {"kind": [{"exists": true}]}

All of a filter's conditions hold, and each needs its attribute to be there, `anything-but` too. What SNS cannot hold
is left to our runtime: `policy_of` gives None.
https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from cloudless.ir import Condition
from cloudless_aws.limits import FILTER_COMBINATIONS, LIMITS

_KEYS = LIMITS["filter.attributes"]
_BYTES = LIMITS["filter.bytes"]


def policy_of(where: tuple[Condition, ...]) -> str | None:
    """The filter policy as JSON text, "" for a subscription without a filter; None where SNS cannot hold it."""
    if not where:
        return ""
    policy = {one.attribute: _RULES[one.operator](one.values) for one in where}
    if len(policy) < len(where) or len(policy) > _KEYS.value or _combinations(where) > FILTER_COMBINATIONS.value:
        return None
    text = json.dumps(policy, ensure_ascii=False)
    return text if len(text.encode()) <= _BYTES.value else None


def _combinations(where: tuple[Condition, ...]) -> int:
    """Counted as the page on constraints says; whether the values of `anything-but` count it does not, so they do."""
    return prod(max(1, len(one.values)) for one in where)


def _any_of(values: Sequence[str]) -> list[Any]:
    return list(values)


def _none_of(values: Sequence[str]) -> list[Any]:
    return [{"anything-but": list(values)}]


def _prefix(values: Sequence[str]) -> list[Any]:
    return [{"prefix": value} for value in values]


def _exists(_values: Sequence[str]) -> list[Any]:
    return [{"exists": True}]


_RULES: Mapping[str, Callable[[Sequence[str]], list[Any]]] = {
    "any_of": _any_of,
    "none_of": _none_of,
    "prefix": _prefix,
    "exists": _exists,
}
