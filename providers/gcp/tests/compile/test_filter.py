"""Filters of subscriptions as Pub/Sub reads them, and what is left to our runtime."""

from __future__ import annotations

import pytest

from cloudless.compiler import Definitions
from cloudless.ir import Condition
from cloudless.node import replace
from cloudless.runtime.filter import filter_of as ours
from cloudless_gcp.compile.filter import filter_of
from cloudless_gcp.compile.ground import Ground
from providers.gcp.tests.compile.documents import conformance, document, prod, resources

VALUES = tuple(f"value-{number}" for number in range(30))


def condition(attribute: str, operator: str, *values: str) -> Condition:
    return Condition(attribute=attribute, operator=operator, values=values)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ((condition("region", "any_of", "eu"),), 'attributes.region = "eu"'),
        ((condition("region", "any_of", "eu", "us"),), '(attributes.region = "eu" OR attributes.region = "us")'),
        ((condition("kind", "prefix", "order."),), 'hasPrefix(attributes.kind, "order.")'),
        ((condition("kind", "exists"),), "attributes:kind"),
        ((condition("kind", "none_of", "a"),), '(attributes:kind AND attributes.kind != "a")'),
        (
            (condition("k", "none_of", "a"), condition("r", "prefix", "x", "y")),
            '(attributes:k AND attributes.k != "a") AND (hasPrefix(attributes.r, "x") OR hasPrefix(attributes.r, "y"))',
        ),
        ((condition("my-key", "exists"),), 'attributes:"my-key"'),
        ((condition("k", "any_of", "${x}"),), 'attributes.k = "${x}"'),
    ],
)
def test_conditions_are_filters_of_pubsub(where: tuple[Condition, ...], said: str) -> None:
    assert filter_of(where) == said


@pytest.mark.parametrize("operator", ["any_of", "none_of", "prefix", "exists"])
@pytest.mark.parametrize("attributes", [{}, {"k": "a"}, {"k": "ab"}, {"k": "c"}, {"k": ""}, {"other": "a"}])
def test_pubsub_lets_pass_what_our_runtime_would(operator: str, attributes: dict[str, str]) -> None:
    """By a reading of the page's own, of tests joined by AND and OR: https://cloud.google.com/pubsub/docs/subscription-message-filter."""
    where = condition("k", operator, *(() if operator == "exists" else ("a", "b")))
    expected = ours([(where.attribute, where.operator, where.values)])
    assert expected is not None
    said = filter_of((where,))
    assert said is not None
    assert matches(said, attributes) == expected(attributes)


def matches(said: str, attributes: dict[str, str]) -> bool:
    """Of one condition, with its parentheses or without."""
    tests = said.removeprefix("(").removesuffix(")") if said.startswith("(") else said
    joined, together = ("OR", any) if " OR " in tests else ("AND", all)
    return together(_test(one, attributes) for one in tests.split(f" {joined} "))


def _test(said: str, attributes: dict[str, str]) -> bool:
    if said.startswith("hasPrefix("):
        return "k" in attributes and attributes["k"].startswith(said.split('"')[1])
    if "=" not in said:
        return "k" in attributes
    value = said.split('"')[1]
    return attributes.get("k") != value if "!=" in said else attributes.get("k") == value


@pytest.mark.parametrize("value", ['"', "\\", "é", "\n", "\u2028"])
def test_what_needs_an_escape_is_left_to_our_runtime(value: str) -> None:
    assert filter_of((condition("k", "any_of", value),)) is None
    assert filter_of((condition(value, "exists"),)) is None


def test_256_bytes_are_filtered_by_pubsub_and_no_more() -> None:
    rest = 256 - len('attributes.k = ""')
    assert len(filter_of((condition("k", "any_of", "x" * rest),)) or "") == 256
    assert filter_of((condition("k", "any_of", "x" * (rest + 1)),)) is None
    assert filter_of((condition("region", "any_of", *VALUES),)) is None


def test_no_filter_is_no_filter() -> None:
    assert filter_of(()) == ""
    made = resources(conformance("topics"), "google_pubsub_subscription")
    plain = [one.name for one in conformance("topics").subscriptions if not one.where]
    assert plain
    assert all("filter" not in made[f"subscriber--{name}"] for name in plain)


def test_what_pubsub_cannot_hold_is_said_to_the_unit() -> None:
    application = conformance("topics")
    long = condition("region", "any_of", *VALUES)
    filtered = next(one for one in application.subscriptions if one.handler and one.where)
    changed = tuple(replace(one, where=(long,)) if one is filtered else one for one in application.subscriptions)
    given = replace(application, subscriptions=changed)
    sources = {one.source.queue: one.source.where for one in Ground(prod(), given, Definitions()).units if one.source}
    assert sources.pop(filtered.name) == (long,)
    assert set(sources.values()) == {()}
    made = document(given)["resource"]["google_pubsub_subscription"][f"subscriber--{filtered.name}"]
    assert "filter" not in made


def test_terraform_takes_a_filter_as_it_stands() -> None:
    application = conformance("topics")
    odd = condition("region", "any_of", "${x}")
    filtered = next(one for one in application.subscriptions if one.handler)
    changed = tuple(replace(one, where=(odd,)) if one is filtered else one for one in application.subscriptions)
    made = resources(replace(application, subscriptions=changed), "google_pubsub_subscription")
    assert made[f"subscriber--{filtered.name}"]["filter"] == 'attributes.region = "$${x}"'
