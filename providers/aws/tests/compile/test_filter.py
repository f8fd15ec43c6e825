"""Filters of subscriptions as filter policies of SNS, and what is left to our runtime."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cloudless.compiler import Definitions
from cloudless.ir import Condition
from cloudless.node import replace
from cloudless.runtime.filter import filter_of
from cloudless_aws.compile.filter import policy_of
from cloudless_aws.compile.ground import Ground
from providers.aws.tests.compile.documents import conformance, document, prod, resources

_NOTHING = Definitions()
VALUES = tuple(f"value-{number}" for number in range(200))


def condition(attribute: str, operator: str, *values: str) -> Condition:
    return Condition(attribute=attribute, operator=operator, values=values)


@pytest.mark.parametrize(
    ("where", "policy"),
    [
        (condition("region", "any_of", "eu", "us"), {"region": ["eu", "us"]}),
        (condition("kind", "prefix", "order.", "o"), {"kind": [{"prefix": "order."}, {"prefix": "o"}]}),
        (condition("kind", "none_of", "a", "b"), {"kind": [{"anything-but": ["a", "b"]}]}),
        (condition("kind", "exists"), {"kind": [{"exists": True}]}),
        (condition("kind", "any_of", 'ü"\\$' + "{x}"), {"kind": ['ü"\\$' + "{x}"]}),
    ],
)
def test_conditions_are_rules_of_sns(where: Condition, policy: dict[str, Any]) -> None:
    found = policy_of((where,))
    assert found is not None
    assert json.loads(found) == policy


def matches(policy: Mapping[str, list[Any]], attributes: Mapping[str, str]) -> bool:
    """As SNS says that it matches: https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html."""
    return all(
        key in attributes and any(_rule(rule, attributes[key]) for rule in rules) for key, rules in policy.items()
    )


def _rule(rule: Any, value: str) -> bool:
    match rule:
        case {"prefix": prefix}:
            return value.startswith(prefix)
        case {"anything-but": others}:
            return value not in others
        case {"exists": wanted}:
            return bool(wanted)
        case _:
            return bool(rule == value)


@pytest.mark.parametrize("operator", ["any_of", "none_of", "prefix", "exists"])
@pytest.mark.parametrize("attributes", [{}, {"k": "a"}, {"k": "ab"}, {"k": "c"}, {"k": ""}, {"other": "a"}])
def test_sns_lets_pass_what_our_runtime_would(operator: str, attributes: dict[str, str]) -> None:
    where = condition("k", operator, *(() if operator == "exists" else ("a", "b")))
    ours = filter_of([(where.attribute, where.operator, where.values)])
    assert ours is not None
    assert matches(json.loads(policy_of((where,)) or ""), attributes) == ours(attributes)


@pytest.mark.parametrize(("values", "other", "fits"), [(150, 1, True), (151, 1, False), (75, 2, True), (76, 2, False)])
def test_what_is_too_much_for_sns_is_left_to_our_runtime(values: int, other: int, fits: bool) -> None:
    where = (condition("a", "any_of", *VALUES[:values]), condition("b", "none_of", *VALUES[:other]))
    assert (policy_of(where) is not None) == fits


def test_five_attributes_are_filtered_and_no_more() -> None:
    five = tuple(condition(name, "exists") for name in "abcde")
    assert policy_of(five)
    assert policy_of((*five, condition("f", "exists"))) is None


def test_a_long_policy_is_left_to_our_runtime() -> None:
    assert policy_of((condition("a", "any_of", *(letter * 256 * 1_024 for letter in "ab")),)) is None


def test_no_filter_is_no_policy() -> None:
    assert policy_of(()) == ""
    made = resources(conformance("topics"), "aws_sns_topic_subscription")
    plain = [one.name for one in conformance("topics").subscriptions if not one.where]
    assert plain
    assert all("filter_policy" not in made[name] for name in plain)


def test_what_sns_cannot_hold_is_said_to_the_unit() -> None:
    application = conformance("topics")
    long = condition("region", "any_of", *VALUES)
    filtered = next(one for one in application.subscriptions if one.handler and one.where)
    changed = tuple(replace(one, where=(long,)) if one is filtered else one for one in application.subscriptions)
    given = replace(application, subscriptions=changed)
    ground = Ground(prod(), given, _NOTHING)
    sources = {one.source.queue: one.source.where for one in ground.units if one.source}
    assert sources.pop(filtered.name) == (long,)
    assert set(sources.values()) == {()}
    assert "filter_policy" not in document(given)["resource"]["aws_sns_topic_subscription"][filtered.name]
