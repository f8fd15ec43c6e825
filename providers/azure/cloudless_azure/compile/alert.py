"""Default alerts of a stage, to one action group: mail goes to the variable `alert_email`, nowhere by default.

    dead letters    a dead-letter queue of ours, or one of the broker's own, is not empty
    backlog         a queue was not empty once within half an hour; Service Bus has no metric of age
    errors          something was given up, or an endpoint answered 5xx: log lines of level error, and exceptions; not
                    what an ordered queue's function raises so that its message comes again
    duration        a function took four fifths of its time-out, or more

https://learn.microsoft.com/en-us/azure/azure-monitor/reference/supported-metrics/microsoft-servicebus-namespaces-metrics
https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-types
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudless.ir import DEAD_LETTERS
from cloudless.node import node
from cloudless_azure.compile.entry import measured
from cloudless_azure.compile.scope import NAMESPACE, STAGE
from cloudless_azure.names import entity_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

SHARE = 0.8
"""Of a time-out."""

RETURNED = "Exception: Returned: "
"""How the host tells what cloudless_azure.runtime.queue raised: "Result: Failure", then this and the handler's error.

https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Workers/Rpc/RpcException.cs
"""

_SAID = 'strcat("Exception: ", message, " Exception: ", outerMessage, " Exception: ", innermostMessage)'
_ERRORS = f'union traces, exceptions | where severityLevel >= 3 | where not({_SAID} contains "{RETURNED}")'
_SERIES_MOST = 1_000
"""Series of one rule are limited; beyond that a rule looks at all entities.

https://learn.microsoft.com/en-us/azure/azure-monitor/fundamentals/service-limits#alerts
"""


@node(kw_only=True)
class Metric:
    """A rule on a metric of the namespace: above 0 for an entity within the window. entities: none for all."""

    name: str
    what: str
    metric: str
    aggregation: str
    entities: tuple[str, ...] = ()
    window: str = "PT5M"


@node(kw_only=True)
class Query:
    """A rule on what the apps logged: as soon as there is a line. It ends when there was none for five minutes."""

    name: str
    what: str
    query: str


def alerts(ground: Ground, insights: Address) -> None:
    """The alerts, and who is told."""
    told = _told(ground)
    for metric in _metrics(ground) if ground.uses_bus else ():
        _add_metric(ground, told, metric)
    for query in _queries(ground):
        _add_query(ground, told, insights, query)


def _told(ground: Ground) -> Address:
    description = "Where alerts are mailed to; empty for nowhere."
    email = ground.document.variable("alert_email", "string", default="", nullable=False, description=description)
    wanted = email.removeprefix("${").removesuffix("}")
    return ground.document.resource(
        "azurerm_monitor_action_group",
        STAGE,
        {
            **ground.group(ground.head),
            "short_name": ground.application.name[:12].rstrip("-"),
            "dynamic": {
                "email_receiver": {
                    "for_each": f'${{{wanted} == "" ? [] : [{wanted}]}}',
                    "content": {"name": "email", "email_address": "${email_receiver.value}"},
                }
            },
        },
    )


def _metrics(ground: Ground) -> Iterator[Metric]:
    dead = {entity_of(one) for one in ground.application.queues if one.role == DEAD_LETTERS}
    sources = {source.queue for group in ground.groups for source in group.sources}
    consumed = {ground.entities["queues"][name] for name in sources} - dead
    if dead:
        yield Metric(
            name="dead-letters",
            what="A dead-letter queue is not empty.",
            metric="ActiveMessages",
            aggregation="Maximum",
            entities=tuple(sorted(dead)),
        )
    yield Metric(
        name="given-up",
        what="Messages that the broker itself gave up lie in $DeadLetterQueue.",
        metric="DeadletteredMessages",
        aggregation="Maximum",
    )
    if consumed:
        yield Metric(
            name="backlog",
            what="A queue was not empty once within half an hour. (Service Bus has no metric of a message's age.)",
            metric="ActiveMessages",
            aggregation="Minimum",
            entities=tuple(sorted(consumed)),
            window="PT30M",
        )


def _queries(ground: Ground) -> Iterator[Query]:
    yield Query(name="errors", what="Something was given up, or answered with a 5xx.", query=_ERRORS)
    if slow := _slow(ground):
        yield Query(name="duration", what="A function took four fifths of its time-out, or more.", query=slow)


def _add_metric(ground: Ground, told: Address, one: Metric) -> None:
    values = list(one.entities) if 0 < len(one.entities) <= _SERIES_MOST else ["*"]
    ground.document.resource(
        "azurerm_monitor_metric_alert",
        one.name,
        {
            **ground.group(f"{ground.head}-{one.name}"),
            "description": one.what,
            "scopes": [ground.document.address(NAMESPACE, STAGE)["id"]],
            "frequency": "PT5M",
            "window_size": one.window,
            "criteria": {
                "metric_namespace": "Microsoft.ServiceBus/namespaces",
                "metric_name": one.metric,
                "aggregation": one.aggregation,
                "operator": "GreaterThan",
                "threshold": 0,
                "dimension": {"name": "EntityName", "operator": "Include", "values": values},
            },
            "action": {"action_group_id": told["id"]},
        },
    )


def _add_query(ground: Ground, told: Address, insights: Address, one: Query) -> None:
    ground.document.resource(
        "azurerm_monitor_scheduled_query_rules_alert_v2",
        one.name,
        {
            **ground.place(f"{ground.head}-{one.name}"),
            "description": one.what,
            "scopes": [insights["id"]],
            "severity": 2,
            "evaluation_frequency": "PT5M",
            "window_duration": "PT5M",
            "auto_mitigation_enabled": True,
            "criteria": {
                "query": one.query,
                "time_aggregation_method": "Count",
                "operator": "GreaterThan",
                "threshold": 0,
            },
            "action": {"action_groups": [told["id"]]},
        },
    )


def _slow(ground: Ground) -> str:
    """Requests that took long, by the names of functions; "" where nothing has a time-out."""
    by_timeout: dict[float, list[str]] = {}
    for name, timeout_s in sorted(_timeouts(ground)):
        by_timeout.setdefault(timeout_s, []).append(name)
    cases = [
        f"(name in ({', '.join(map(_quoted, names))}) and duration >= {timeout_s * SHARE * 1_000:.0f})"
        for timeout_s, names in sorted(by_timeout.items())
    ]
    return f"requests | where {' or '.join(cases)}" if cases else ""


def _timeouts(ground: Ground) -> Iterator[tuple[str, float]]:
    """Names of functions in the apps, and the longest time-out of the handlers that run in each."""
    for group in ground.groups:
        for function, handlers in measured(group).items():
            yield function, max(ground.handlers[name].timeout_s for name in handlers)


def _quoted(name: str) -> str:
    return f'"{name}"'
