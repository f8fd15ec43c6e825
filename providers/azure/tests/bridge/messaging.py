"""Service Bus as Terraform makes it: namespaces, queues, topics, subscriptions and their rules.

May import: the standard library, servicebus.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from providers.azure.tests.bridge import roles
from providers.azure.tests.bridge.directory import SERVICE_BUS
from providers.azure.tests.servicebus import CorrelationRule, Namespace, Settings, SqlRule
from providers.azure.tests.servicebus.access import LISTEN, MANAGE, SEND, SIGNATURE
from providers.azure.tests.servicebus.filters import EVERYTHING, Rule
from providers.azure.tests.servicebus.topic import DEFAULT_RULE
from tests.bridge.expression import Unreadable
from tests.bridge.kind import Kind, block, known, must, words

if TYPE_CHECKING:
    from providers.azure.tests.bridge.azure import Azure

_ACTIONS = {SEND: roles.SEND, LISTEN: roles.RECEIVE, MANAGE: roles.MANAGE}
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_NEVER_S = 10_000_000 * 86_400
"""More than that is never: .NET's longest time is P10675199DT2H48M5.4775807S."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]")
_ENTITY = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._/-]{0,258}[A-Za-z0-9])?")
_SHORT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?")
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftservicebus"""


class Guard:
    """Who may do what in one namespace: its `Authoriser`. id: of the namespace."""

    def __init__(self, azure: Azure, id: str) -> None:
        self._azure = azure
        self._id = id

    def identity(self, token: str) -> str | None:
        """Shared access keys are off, or nobody has them."""
        return None if token.startswith(SIGNATURE) else self._azure.directory.holder(token, SERVICE_BUS)

    def allows(self, identity: str, claim: str, entity: str) -> bool:
        """By role assignments. An address does not say whether it is a queue's or a topic's."""
        ids = [f"{self._id}/queues/{entity}", f"{self._id}/topics/{entity}"]
        return any(self._azure.assignments.allows(identity, _ACTIONS[claim], id) for id in ids)


def seconds(address: str, text: str) -> float | None:
    """An ISO 8601 duration; None for never."""
    found = _DURATION.fullmatch(text)
    if found is None or text in {"P", "PT"}:
        raise Unreadable(f"{address}: duration {text!r}")
    told = {unit: float(value) for unit, value in found.groupdict().items() if value}
    total = sum(value * _UNITS[unit] for unit, value in told.items())
    return None if total > _NEVER_S else total


def _namespace(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(_NAME.fullmatch(name), address, f"no name of a namespace: {name!r}")
    must(arguments["sku"] == "Standard", address, f"sku {arguments['sku']!r}: topics and sessions need Standard")
    must(arguments.get("local_auth_enabled") is False, address, "keys are on: nobody of ours needs them")
    id = f"{azure.group(arguments)}/providers/Microsoft.ServiceBus/namespaces/{name}"
    azure.add_broker(name, id, Guard(azure, id))
    return {"id": id, "endpoint": f"https://{name}.servicebus.windows.net:443/"}


def _settings(azure: Azure, address: str, namespace: str, arguments: Mapping[str, Any]) -> Settings:
    """What a queue, topic or subscription is told. Targets of forwarding have to be there already."""
    targets = {name: arguments.get(name) or "" for name in ("forward_to", "forward_dead_lettered_messages_to")}
    for target in filter(None, targets.values()):
        azure.on_bus(namespace, lambda entities, target=target: entities.intake(target))
    idle = seconds(address, arguments.get("auto_delete_on_idle") or "P10675199D")
    must(idle is None, address, "it is deleted when idle, which these tests do not do")
    must(not arguments.get("partitioning_enabled"), address, "it is partitioned, which these tests do not do")
    ttl, lock = arguments.get("default_message_ttl"), arguments.get("lock_duration")
    window = arguments.get("duplicate_detection_history_time_window") or "PT10M"
    size = arguments.get("max_size_in_megabytes")
    must(size in {None, 1_024, 2_048, 3_072, 4_096, 5_120}, address, f"{size} MB: 1 to 5 GB")
    return Settings(
        lock_s=(seconds(address, lock) if lock else None) or 60,
        max_deliveries=arguments.get("max_delivery_count") or 10,
        ttl_s=seconds(address, ttl) if ttl else None,
        dead_letter_expired=bool(arguments.get("dead_lettering_on_message_expiration")),
        duplicates_s=(seconds(address, window) or 0) if arguments.get("requires_duplicate_detection") else 0,
        sessions=bool(arguments.get("requires_session")),
        forward_to=targets["forward_to"],
        forward_dead_letters_to=targets["forward_dead_lettered_messages_to"],
        status=arguments.get("status") or "Active",
    )


def _queue(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, namespace = arguments["name"], arguments["namespace_id"]
    must(_ENTITY.fullmatch(name), address, f"no name of a queue: {name!r}")
    settings = _settings(azure, address, namespace, arguments)
    azure.on_bus(namespace, lambda entities: _free(address, entities, name).add_queue(name, settings))
    return {"id": f"{namespace}/queues/{name}"}


def _topic(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, namespace = arguments["name"], arguments["namespace_id"]
    must(_ENTITY.fullmatch(name), address, f"no name of a topic: {name!r}")
    settings = _settings(azure, address, namespace, arguments)
    azure.on_bus(namespace, lambda entities: _free(address, entities, name).add_topic(name, settings))
    return {"id": f"{namespace}/topics/{name}"}


def _subscription(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Made with the rule that takes everything, which the provider deletes again where it is told to.

    https://github.com/hashicorp/terraform-provider-azurerm/pull/32452
    """
    name, topic_id = arguments["name"], arguments["topic_id"]
    must(_SHORT.fullmatch(name), address, f"no name of a subscription: {name!r}")
    namespace, _, topic = topic_id.partition("/topics/")
    settings = _settings(azure, address, namespace, arguments)
    deletes = azure.feature("servicebus", "auto_delete_subscription_default_rule")
    rules: dict[str, Rule] | None = {} if deletes else None
    azure.on_bus(namespace, lambda entities: entities.add_subscription(topic, name, settings, rules))
    return {"id": f"{topic_id}/subscriptions/{name}"}


def _rule(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The first rule that is made in this way takes the place of the one that takes everything.

    https://github.com/hashicorp/terraform-provider-azurerm/issues/20718
    """
    name, id = arguments["name"], arguments["subscription_id"]
    must(name == DEFAULT_RULE or _SHORT.fullmatch(name), address, f"no name of a rule: {name!r}")
    namespace, _, rest = id.partition("/topics/")
    rule = _read_rule(address, arguments)

    def add(entities: Namespace) -> None:
        rules = entities.subscription(rest.replace("/subscriptions/", "/Subscriptions/")).rules
        must(name not in rules, address, f"a rule {name!r} is there already: it would have to be imported")
        if azure.default_rules.get(id, True):
            rules.pop(DEFAULT_RULE, None)
        azure.default_rules[id] = False
        rules[name] = rule

    azure.on_bus(namespace, add)
    return {"id": f"{id}/rules/{name}"}


def _read_rule(address: str, arguments: Mapping[str, Any]) -> Rule:
    if arguments["filter_type"] == "SqlFilter":
        return SqlRule(arguments.get("sql_filter") or EVERYTHING)
    correlation = block(address, arguments, "correlation_filter")
    known(address, correlation, _CORRELATION)
    must(correlation, address, "a correlation filter of nothing")
    told = {name: value for name, value in correlation.items() if name != "properties"}
    return CorrelationRule(correlation.get("properties") or {}, **told)


def _free(address: str, entities: Namespace, name: str) -> Namespace:
    """Queues and topics share names."""
    must(
        not any(queue.name.lower() == name.lower() for queue in entities.queues()), address, f"{name} is there already"
    )
    return entities


_CORRELATION = words(
    "content_type correlation_id label message_id properties reply_to reply_to_session_id session_id to"
)
_ENTITY_ARGUMENTS = words(
    "name default_message_ttl auto_delete_on_idle status partitioning_enabled max_size_in_megabytes"
)
_RECEIVED = words(
    "lock_duration max_delivery_count requires_session forward_to forward_dead_lettered_messages_to"
    " dead_lettering_on_message_expiration"
)
_DUPLICATES = words("requires_duplicate_detection duplicate_detection_history_time_window")
_INNER = words("batched_operations_enabled express_enabled support_ordering dead_lettering_on_filter_evaluation_error")

KINDS: Mapping[str, Kind[Azure]] = {
    "azurerm_servicebus_namespace": Kind(
        _namespace, words("name resource_group_name location sku local_auth_enabled"), words("minimum_tls_version tags")
    ),
    "azurerm_servicebus_queue": Kind(_queue, _ENTITY_ARGUMENTS | _RECEIVED | _DUPLICATES | {"namespace_id"}, _INNER),
    "azurerm_servicebus_topic": Kind(_topic, _ENTITY_ARGUMENTS | _DUPLICATES | {"namespace_id"}, _INNER),
    "azurerm_servicebus_subscription": Kind(
        _subscription,
        (_ENTITY_ARGUMENTS - {"max_size_in_megabytes", "partitioning_enabled"}) | _RECEIVED | {"topic_id"},
        _INNER,
    ),
    "azurerm_servicebus_subscription_rule": Kind(
        _rule, words("name subscription_id filter_type sql_filter correlation_filter")
    ),
}
