r"""Filters of subscriptions as rules of Service Bus: conditions → what `azurerm_servicebus_subscription_rule` takes.

    region: any_of("eu")                 a correlation filter, cheaper for the broker: region = eu
    region: any_of("eu", "us")           [region] IN ('eu', 'us')
    kind: prefix("order.")               [kind] LIKE 'order.%' ESCAPE '\'
    kind: none_of("test")                EXISTS([kind]) AND [kind] NOT IN ('test')

All of a filter's conditions hold, and each needs its attribute to be there. What the broker cannot hold is left to our
runtime: `rule_of` gives None. Names are in brackets, so that none is a keyword.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messaging-sql-filter
https://learn.microsoft.com/en-us/azure/service-bus-messaging/topic-filters
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cloudless.ir import Condition
from cloudless_azure.limits import FILTER_TEXT

EVERYTHING: Mapping[str, Any] = {"filter_type": "SqlFilter", "sql_filter": "1=1"}
"""The rule of a subscription without a filter, and of one whose filter our runtime applies."""

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Rules are kept as XML, which cannot hold these: https://www.w3.org/TR/xml/#charsets."""


def rule_of(where: tuple[Condition, ...]) -> Mapping[str, Any] | None:
    """The arguments of the rule: filter_type, and sql_filter or correlation_filter. None where the broker has none."""
    if not where:
        return EVERYTHING
    if any(_NO_XML.search(value) for one in where for value in one.values):
        return None
    if all(one.operator == "any_of" and len(one.values) == 1 for one in where):
        equal = {one.attribute: one.values[0] for one in where}
        return {"filter_type": "CorrelationFilter", "correlation_filter": {"properties": equal}}
    text = " AND ".join(_text_of(one) for one in where)
    return None if len(text) > FILTER_TEXT.value else {"filter_type": "SqlFilter", "sql_filter": text}


def _text_of(one: Condition) -> str:
    name = f"[{one.attribute}]"
    return f"EXISTS({name})" if one.operator == "exists" else _TEXTS[one.operator](name, one.values)


def _any_of(name: str, values: tuple[str, ...]) -> str:
    return f"{name} = {_text(values[0])}" if len(values) == 1 else f"{name} IN ({', '.join(map(_text, values))})"


def _none_of(name: str, values: tuple[str, ...]) -> str:
    return f"EXISTS({name}) AND {name} NOT IN ({', '.join(map(_text, values))})"


def _prefix(name: str, values: tuple[str, ...]) -> str:
    likes = [_like(name, value) for value in values]
    return likes[0] if len(likes) == 1 else f"({' OR '.join(likes)})"


def _like(name: str, value: str) -> str:
    escaped = re.sub(r"([%_\\])", r"\\\1", value)
    return f"{name} LIKE {_text(f'{escaped}%')} ESCAPE '\\'"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_TEXTS: Mapping[str, Callable[[str, tuple[str, ...]], str]] = {
    "any_of": _any_of,
    "none_of": _none_of,
    "prefix": _prefix,
}
