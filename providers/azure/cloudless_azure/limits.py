"""The limits of Azure that the compiler and the in-memory cloud apply, each with its page.

May import: `cloudless.driver.limit`.
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
