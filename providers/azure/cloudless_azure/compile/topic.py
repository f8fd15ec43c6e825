"""Topics, and subscriptions with one rule each, which forward to a queue of the subscriber: docs/mechanisms.md, topics.

A subscription is made with a rule of the service's own that lets everything pass. The provider is told to delete that
(ground.py), so one without a filter has a rule that says so. What matches is a message of the queue from then on.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-auto-forwarding
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler import literal
from cloudless.ir import Subscription, Topic
from cloudless_azure.compile.filter import EVERYTHING, rule_of
from cloudless_azure.compile.queue import FOREVER, MEGABYTES, RECEIVES_MAX, name_of
from cloudless_azure.compile.scope import NAMESPACE, STAGE, topic_id
from cloudless_azure.names import topic_of

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground

_FREE = ("max_size_in_megabytes", "status", "support_ordering")


def topics(ground: Ground) -> None:
    """Every topic that the stage makes, and every subscription."""
    for topic in ground.application.topics:
        if not topic.existing.get("azure"):
            owner = ground.owner(f"topic {topic.name!r}", topic)
            ground.document.resource(
                "azurerm_servicebus_topic", topic.name, _topic(ground, topic), owner=owner, free=_FREE
            )
    for one in ground.application.subscriptions:
        _subscription(ground, one)


def _topic(ground: Ground, topic: Topic) -> dict[str, Any]:
    return {
        "name": topic_of(topic),
        "namespace_id": ground.document.address(NAMESPACE, STAGE)["id"],
        "default_message_ttl": FOREVER,
        "auto_delete_on_idle": FOREVER,
        "max_size_in_megabytes": MEGABYTES,
    }


def _subscription(ground: Ground, one: Subscription) -> None:
    owner = ground.handler_owner(one.handler) if one.handler else None
    subscription = ground.document.resource(
        "azurerm_servicebus_subscription", one.name, _arguments(ground, one), owner=owner, free=("status",)
    )
    rule = _text(rule_of(one.where) or EVERYTHING)
    ground.document.resource(
        "azurerm_servicebus_subscription_rule",
        one.name,
        {"name": "filter", "subscription_id": subscription["id"], **rule},
        owner=owner,
    )


def _arguments(ground: Ground, one: Subscription) -> dict[str, Any]:
    """A message that cannot be forwarded stays and is tried again; a filter that fails gives it up."""
    arguments: dict[str, Any] = {
        "name": one.name,
        "topic_id": topic_id(ground, one.topic),
        "forward_to": name_of(ground, one.forward or one.name),
        "max_delivery_count": RECEIVES_MAX,
        "default_message_ttl": FOREVER,
        "auto_delete_on_idle": FOREVER,
        "dead_lettering_on_message_expiration": True,
        "dead_lettering_on_filter_evaluation_error": True,
    }
    if one.dead_letters:
        arguments["forward_dead_lettered_messages_to"] = name_of(ground, one.dead_letters)
    return arguments


def _text(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule whose texts Terraform takes as they are."""
    if "sql_filter" in rule:
        return {**rule, "sql_filter": literal(rule["sql_filter"])}
    equal: Mapping[str, str] = rule["correlation_filter"]["properties"]
    properties = {name: literal(value) for name, value in equal.items()}
    return {**rule, "correlation_filter": {"properties": properties}}
