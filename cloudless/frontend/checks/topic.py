"""Topics: attributes that every cloud takes, filters on those that exist, forwards to a queue of the same type."""

from __future__ import annotations

from collections.abc import Sequence

from cloudless.app import App
from cloudless.codec import type_name
from cloudless.errors import InvalidArgument
from cloudless.frontend.report import Report
from cloudless.outgoing import ATTRIBUTE_VALUE_MAX, ATTRIBUTES_MAX, check_attribute_name
from cloudless.topic import Match, Subscribed, Topic, unknown_attribute

FILTERED_MOST = 5  # keys of an SNS filter policy: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
VALUES_MOST = 150  # combinations of values of an SNS filter policy, same page


def attributes(app: App, report: Report) -> None:
    """A topic's attributes are few, and named as every cloud takes it."""
    for topic in app.declared:
        if isinstance(topic, Topic):
            span = report.sources.option(topic.place, "attributes")
            if len(topic.attributes) > ATTRIBUTES_MAX:
                report.error(
                    "CL173",
                    span,
                    f"topic {topic.name!r} has {len(topic.attributes)} attributes, {ATTRIBUTES_MAX} are possible",
                    "declare those that subscriptions filter on; the rest belongs into the body",
                )
            for name in topic.attributes:
                try:
                    check_attribute_name(name)
                except InvalidArgument as problem:
                    report.error("CL174", span, f"topic {topic.name!r}: {problem}", "choose another name")


def filters(app: App, report: Report) -> None:
    """A filter is on attributes that its topic declares, and says what can match."""
    for subscribed in app.subscriptions:
        span = report.sources.option(subscribed.place, "where")
        topic = subscribed.topic
        for name in subscribed.where:
            if name not in topic.attributes:
                report.error(
                    "CL171",
                    span,
                    f"{_title(subscribed)} filters on {name!r}, which topic {topic.name!r} does not declare",
                    unknown_attribute(topic, name),
                )
        if len(subscribed.where) > FILTERED_MOST:
            report.error(
                "CL172",
                span,
                f"{_title(subscribed)} filters on {len(subscribed.where)} attributes, {FILTERED_MOST} are possible",
                "put what is filtered on together into one attribute",
            )
        for name, match in subscribed.where.items():
            problem = _condition_problem(match)
            if problem:
                report.error(
                    "CL175", span, f"{_title(subscribed)}, {name!r}: {problem}", "give strings as attributes have"
                )


def _title(subscribed: Subscribed) -> str:
    return f"subscription {subscribed.name!r}"


def _condition_problem(match: object) -> str | None:
    if not isinstance(match, Match):
        return f"{match!r} is no condition: any_of, none_of, prefix, exists or a string"
    if match.operator == "exists":
        return None
    return _values_problem(match.operator, match.values)


def _values_problem(operator: str, values: Sequence[object]) -> str | None:
    if not values:
        return f"{operator}() has no values"
    if len(values) > VALUES_MOST:
        return f"{operator} has {len(values)} values, {VALUES_MOST} are possible"
    for value in values:
        if not isinstance(value, str):
            return f"{operator} has {value!r}, which is of type {type(value).__name__}: attributes are strings"
        if not 1 <= len(value) <= ATTRIBUTE_VALUE_MAX:
            return f"{operator} has a string of {len(value)} characters, attributes have 1 to {ATTRIBUTE_VALUE_MAX}"
    return None


def forwards(app: App, report: Report) -> None:
    """A topic is forwarded to a queue of its type, which is no ordered one."""
    for subscribed in app.subscriptions:
        queue, topic = subscribed.forward, subscribed.topic
        if queue is None:
            continue
        span = report.sources.declaration(subscribed.place)
        if queue.type not in (topic.type, object):
            report.error(
                "CL176",
                span,
                f"topic {topic.name!r} holds {type_name(topic.type)}, queue {queue.name!r} {type_name(queue.type)}",
                "declare both with the same type, or write a subscriber that sends",
            )
        elif queue.ordered:
            report.error(
                "CL176",
                span,
                f"topic {topic.name!r} is forwarded to the ordered queue {queue.name!r}, whose messages need a group",
                "write a subscriber that sends with a group",
            )
