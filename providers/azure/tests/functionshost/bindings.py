"""What the worker indexed, by kind of trigger, and a queue's messages as trigger data.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from providers.azure.tests.functionshost.ncrontab import NotNcrontab
from providers.azure.tests.functionshost.process import IndexingFailed
from providers.azure.tests.functionshost.route import Route, template_of
from providers.azure.tests.functionshost.timer import Timer
from providers.azure.tests.servicebus import Stored

Plain = dict[str, Any]
SERVICE_BUS, HTTP, TIMER = "serviceBusTrigger", "httpTrigger", "timerTrigger"
ORCHESTRATION, ACTIVITY, CLIENT = "orchestrationTrigger", "activityTrigger", "durableClient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A function fed by an entity. address: of the queue or subscription; parameter: the function's.

    many: whether it takes lists. sessions: whether the entity needs them.
    """

    id: str
    name: str
    parameter: str
    address: str
    many: bool
    sessions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A function that the Durable extension calls, an orchestrator or an activity. parameter: its only one."""

    id: str
    name: str
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call that was made. at_s: when, by the broker's clock.

    address: the entity of its messages, the path of its request, its schedule, or the instance that it was for.
    deliveries: of each message, from 1. error: what it raised, "" for nothing.
    """

    function: str
    address: str
    at_s: float
    deliveries: list[int] = field(default_factory=list[int])
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Indexed:
    """An app's functions by their triggers. clients: a function's parameters, by its id, that want Durable clients."""

    triggers: list[Trigger] = field(default_factory=list[Trigger])
    routes: list[Route] = field(default_factory=list[Route])
    timers: list[Timer] = field(default_factory=list[Timer])
    orchestrators: dict[str, Called] = field(default_factory=dict[str, Called])
    activities: dict[str, Called] = field(default_factory=dict[str, Called])
    clients: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def is_durable(self) -> bool:
        """Whether the Durable extension has anything to do with it."""
        return bool(self.orchestrators or self.activities or self.clients)


def indexed(functions: Sequence[Mapping[str, Any]], prefix: str, settings: Mapping[str, str]) -> Indexed:
    """Sort what the worker indexed. prefix: of routes. settings: of the app. Raises IndexingFailed."""
    found = Indexed()
    for function in functions:
        for binding in function["bindings"]:
            _add(found, function, binding, prefix, settings)
    return found


def _add(
    found: Indexed, function: Mapping[str, Any], binding: Mapping[str, Any], prefix: str, settings: Mapping[str, str]
) -> None:
    kind, id, name = binding["type"], function["id"], function["name"]
    if kind == SERVICE_BUS:
        found.triggers.append(_trigger(function, binding, settings))
    elif kind == HTTP:
        found.routes.append(_route(function, binding, prefix))
    elif kind == TIMER:
        found.timers.append(_timer(function, binding))
    elif kind == ORCHESTRATION:
        found.orchestrators[name] = Called(id=id, name=name, parameter=binding["name"])
    elif kind == ACTIVITY:
        found.activities[name] = Called(id=id, name=name, parameter=binding["name"])
    elif kind == CLIENT:
        found.clients.setdefault(id, []).append(binding["name"])
    elif kind != "http":
        raise IndexingFailed(f"{name}: this host knows no binding {kind!r}")


def _trigger(function: Mapping[str, Any], binding: Mapping[str, Any], settings: Mapping[str, str]) -> Trigger:
    """A trigger whose connection is set: https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference."""
    connection = binding["connection"]
    if not any(name == connection or name.startswith(f"{connection}__") for name in settings):
        raise IndexingFailed(f"{function['name']}: the connection {connection!r} is not among the app's settings")
    address = binding.get("queueName") or f"{binding['topicName']}/Subscriptions/{binding['subscriptionName']}"
    return Trigger(
        id=function["id"],
        name=function["name"],
        parameter=binding["name"],
        address=address,
        many=str(binding.get("cardinality", "")).upper() == "MANY",
        sessions=bool(binding.get("isSessionsEnabled")),
    )


def _route(function: Mapping[str, Any], binding: Mapping[str, Any], prefix: str) -> Route:
    return Route(
        id=function["id"],
        name=function["name"],
        parameter=binding["name"],
        template=template_of(prefix, binding.get("route"), function["name"]),
        methods=frozenset(method.upper() for method in binding.get("methods") or ()),
        is_anonymous=str(binding.get("authLevel", "function")).lower() == "anonymous",
    )


def _timer(function: Mapping[str, Any], binding: Mapping[str, Any]) -> Timer:
    try:
        return Timer(function, binding)
    except NotNcrontab as problem:
        text = f"The schedule expression '{binding['schedule']}' was not recognized as a valid cron expression"
        raise IndexingFailed(f"{function['name']}: {text}: {problem}") from problem


def data_of(taken: Sequence[Stored], *, many: bool) -> Plain:
    """The bodies, as typed data."""
    texts = [stored.content.data().decode("utf-8", "replace") for stored in taken]
    return {"strings": texts} if many else {"string": texts[0]}


def metadata_of(taken: Sequence[Stored], *, many: bool) -> Plain:
    """The fields that the host sends beside the bodies. `UserProperties` is how the worker knows the cardinality.

    Text is sent as it is, anything else as JSON.
    """
    each = [_fields(stored) for stored in taken]
    if many:
        return {f"{name}Array": {"json": json.dumps([fields[name] for fields in each])} for name in each[0]}
    return {
        name: {"string": value} if isinstance(value, str) else {"json": json.dumps(value)}
        for name, value in each[0].items()
    }


def _fields(stored: Stored) -> Plain:
    """DeliveryCount counts from 1 here, and from 0 in the header."""
    content = stored.content
    enqueued = datetime.fromtimestamp(stored.enqueued_s, UTC)
    fields = {
        "MessageId": content.id or "",
        "DeliveryCount": stored.deliveries,
        "SequenceNumber": stored.number,
        "EnqueuedTimeUtc": enqueued.isoformat().replace("+00:00", "Z"),
        "LockToken": str(stored.token),
        "SessionId": content.session or "",
        "DeadLetterReason": content.application.get("DeadLetterReason") or "",
        "DeadLetterErrorDescription": content.application.get("DeadLetterErrorDescription") or "",
        "ApplicationProperties": content.application,
    }
    return {**fields, "UserProperties": content.application}
