"""Filters of subscriptions as rules: what our broker, by Microsoft's grammar, makes of them is what memory does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.ir import Condition
from cloudless.runtime.filter import filter_of
from cloudless_azure.compile.filter import EVERYTHING, rule_of
from cloudless_azure.compile.group import groups
from cloudless_azure.limits import FILTER_TEXT
from providers.azure.tests.compile.documents import conformance, resources
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.filters import CorrelationRule, Rule, SqlRule

NAMES = st.sampled_from(["region", "kind", "_x", "SELECT", "and"])
VALUES = st.text(st.sampled_from("aA'%_\\[]{$ éß\N{GRINNING FACE}"), min_size=1, max_size=6)
MANY = st.lists(VALUES, min_size=1, max_size=3).map(tuple)
CONDITIONS = st.one_of(
    st.builds(Condition, attribute=NAMES, operator=st.sampled_from(["any_of", "none_of"]), values=MANY),
    st.builds(Condition, attribute=NAMES, operator=st.just("prefix"), values=VALUES.map(lambda value: (value,))),
    st.builds(Condition, attribute=NAMES, operator=st.just("exists")),
)
WHERE = st.lists(CONDITIONS, max_size=3, unique_by=lambda one: one.attribute).map(tuple)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4)


def broker_rule(where: tuple[Condition, ...]) -> Rule:
    arguments = rule_of(where)
    assert arguments is not None
    if arguments["filter_type"] == "CorrelationFilter":
        return CorrelationRule(arguments["correlation_filter"]["properties"])
    return SqlRule(arguments["sql_filter"])


def by_memory(where: tuple[Condition, ...], attributes: dict[str, str]) -> bool:
    matches = filter_of([(one.attribute, one.operator, one.values) for one in where])
    return matches is None or matches(attributes)


@given(WHERE, ATTRIBUTES)
def test_a_rule_lets_through_what_memory_does(where: tuple[Condition, ...], attributes: dict[str, str]) -> None:
    content = Content.of(b"{}", **attributes)
    assert broker_rule(where).matches(content) == by_memory(where, attributes)


def condition(operator: str, *values: str, attribute: str = "region") -> Condition:
    return Condition(attribute=attribute, operator=operator, values=values)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ((), "1=1"),
        ((condition("any_of", "eu", "us"),), "[region] IN ('eu', 'us')"),
        ((condition("none_of", "eu"),), "EXISTS([region]) AND [region] NOT IN ('eu')"),
        ((condition("prefix", "e_%"),), "[region] LIKE 'e\\_\\%%' ESCAPE '\\'"),
        ((condition("exists"),), "EXISTS([region])"),
        ((condition("any_of", "o'k"), condition("exists", attribute="x")), "[region] = 'o''k' AND EXISTS([x])"),
    ],
)
def test_rules_read_as_people_write_them(where: tuple[Condition, ...], text: str) -> None:
    assert rule_of(where) == {"filter_type": "SqlFilter", "sql_filter": text}


def test_single_values_are_a_correlation_filter() -> None:
    where = (condition("any_of", "eu"), condition("any_of", "1", attribute="size"))
    correlation = {"properties": {"region": "eu", "size": "1"}}
    assert rule_of(where) == {"filter_type": "CorrelationFilter", "correlation_filter": correlation}


def test_what_is_too_long_is_left_to_our_runtime() -> None:
    values = tuple(f"value-{number:04}" for number in range(100))
    assert rule_of((condition("any_of", *values),)) is None
    longest = "x" * int(FILTER_TEXT.value - len("[region] IN ('', 'a')"))
    assert rule_of((condition("any_of", longest, "a"),)) is not None
    assert rule_of((condition("any_of", f"{longest}x", "a"),)) is None


@pytest.mark.parametrize("value", ["\x00", "\x1f", "\ufffe", "\uffff"])
def test_what_no_rule_can_hold_is_left_to_our_runtime(value: str) -> None:
    assert rule_of((condition("any_of", value),)) is None


def test_every_subscription_has_one_rule_and_forwards() -> None:
    application = conformance("topics")
    rules = resources(application, "azurerm_servicebus_subscription_rule")
    subscriptions = resources(application, "azurerm_servicebus_subscription")
    assert rules.keys() == subscriptions.keys() == {one.name for one in application.subscriptions}
    assert all(one["forward_to"].endswith(".name}") for one in subscriptions.values())
    unfiltered = {one.name for one in application.subscriptions if not one.where}
    assert {name for name, one in rules.items() if one.get("sql_filter") == EVERYTHING["sql_filter"]} >= unfiltered


def test_the_entry_is_told_what_the_broker_cannot_filter() -> None:
    application = conformance("topics")
    wheres = {one.name: one.where for one in application.subscriptions}
    for group in groups(application):
        for source in group.sources:
            where = wheres.get(source.queue, ())
            assert source.where == (() if rule_of(where) else where)
