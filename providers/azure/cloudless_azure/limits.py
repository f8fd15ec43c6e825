"""The limits of Azure that the compiler and the in-memory cloud apply, each with its page.

LIMITS are those that every provider may have, by their common keys; the others are Azure's own, checked in
compile/limit.py. May import: `cloudless.driver.limit`.
"""

from __future__ import annotations

from cloudless.driver.limit import KEYS, Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_DOCS = "https://learn.microsoft.com/en-us/azure"
_QUOTAS = f"{_DOCS}/service-bus-messaging/service-bus-quotas"
_LOCKS = f"{_DOCS}/service-bus-messaging/message-transfers-locks-settlement#peeklock"
_DEAD_LETTERS = f"{_DOCS}/service-bus-messaging/service-bus-dead-letter-queues#maximum-delivery-count"
_FLEX = f"{_DOCS}/azure-functions/flex-consumption-plan#instance-sizes"
_TIMEOUT = f"{_DOCS}/azure-functions/functions-scale#timeout"
_NAMES = f"{_DOCS}/azure-resource-manager/management/resource-name-rules"

FILTER_TEXT = Limit(1_024, "characters", _QUOTAS)
"""Of a SQL condition; longer ones are applied by our runtime."""
SUBSCRIPTIONS = Limit(2_000, "subscriptions", _QUOTAS)
SQL_FILTERS = Limit(2_000, "SQL filters", _QUOTAS)
"""Both of one topic."""
ENTITIES = Limit(10_000, "queues and topics", _QUOTAS)
"""Of one namespace in the tier Standard."""
ROLES = Limit(4_000, "role assignments", f"{_DOCS}/role-based-access-control/troubleshoot-limits")
"""Of a whole subscription, whatever else is in it."""
ACCOUNTS = Limit(250, "storage accounts", f"{_DOCS}/storage/common/scalability-targets-standard-account")
"""Of a subscription in a region, whatever else is in it; 500 on request."""
PACKAGE = Limit(800_000_000, "bytes", f"{_DOCS}/azure-functions/functions-scale#service-limits")
"""Temporary storage of an instance, which holds the package; no limit of packages themselves was found in writing."""

INSTANCE_MEMORY = (2_048, 4_096)
"""MB: https://learn.microsoft.com/en-us/azure/azure-functions/flex-consumption-plan#instance-sizes.

Without 512, which the page has as well: the service was seen to refuse it
(https://github.com/Azure/azure-rest-api-specs/issues/40898), and in it the host and 16 messages at a time would share
what one handler asked for. Whoever wants it says so with native=.
"""
RUNTIMES = ("3.10", "3.11", "3.12", "3.13", "3.14")
"""Of Python: https://learn.microsoft.com/en-us/azure/azure-functions/supported-languages."""
TERRAFORM = (1, 11)
"""The least that takes arguments which are written and never kept; OpenTofu has them from 1.11 as well.

https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
https://opentofu.org/docs/language/ephemerality/write-only-attributes
"""

LIMITS: Mapping[str, Limit] = {
    "message.bytes": Limit(256 * 1024, "bytes", _QUOTAS),  # Standard tier, headers and properties included
    "attribute.value": Limit(32 * 1024, "characters", _QUOTAS),  # 32 KB, in UTF-8 as AMQP carries it
    "batch.bytes": Limit(256 * 1024, "bytes", _QUOTAS),
    "queue.lock": Limit(300, "s", _LOCKS),
    "queue.receives_min": Limit(1, "deliveries", _DEAD_LETTERS),
    "queue.receives_max": Limit(2_000, "deliveries", _DEAD_LETTERS),
    "queue.name": Limit(260, "characters", _NAMES),
    "topic.name": Limit(260, "characters", _NAMES),
    "filter.bytes": Limit(1_024, "bytes", _QUOTAS),
    "function.name": Limit(127, "characters", f"{_DOCS}/azure-functions/functions-versions"),
    "function.memory": Limit(4_096, "MB", _FLEX),
    "function.invoke": Limit(230, "s", _TIMEOUT),
    "schedule.interval": Limit(1, "s", f"{_DOCS}/azure-functions/functions-bindings-timer#ncrontab-expressions"),
    "group.name": Limit(128, "characters", _QUOTAS),
}
"""By key of `cloudless.driver.limit.KEYS`. No limit of their own: delays, retention, time-outs of functions."""

if unknown := LIMITS.keys() - KEYS.keys():
    raise KeyError(f"limits of azure: no such keys: {sorted(unknown)}")
