"""Triggers out of what the worker indexed, and a queue's messages as trigger data.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from providers.azure.tests.servicebus.stored import Stored

TRIGGER = "serviceBusTrigger"


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
class Invocation:
    """One call that was made. at_s: when, by the broker's clock. address: where its messages came from.

    deliveries: of each message, from 1. error: what it raised, "" for nothing.
    """

    function: str
    address: str
    at_s: float
    deliveries: list[int]
    error: str = ""


def triggers_of(functions: Sequence[Mapping[str, Any]]) -> list[Trigger]:
    """The Service Bus triggers of an indexed app."""
    return [
        _trigger(function, binding)
        for function in functions
        for binding in function["bindings"]
        if binding["type"] == TRIGGER
    ]


def _trigger(function: Mapping[str, Any], binding: Mapping[str, Any]) -> Trigger:
    address = binding.get("queueName") or f"{binding['topicName']}/Subscriptions/{binding['subscriptionName']}"
    return Trigger(
        id=function["id"],
        name=function["name"],
        parameter=binding["name"],
        address=address,
        many=str(binding.get("cardinality", "")).upper() == "MANY",
        sessions=bool(binding.get("isSessionsEnabled")),
    )


def data_of(taken: Sequence[Stored], *, many: bool) -> str | list[str]:
    """The bodies, as text."""
    texts = [stored.content.data().decode("utf-8", "replace") for stored in taken]
    return texts if many else texts[0]


def metadata_of(taken: Sequence[Stored], *, many: bool) -> dict[str, Any]:
    """The fields that the host sends beside the bodies. `UserProperties` is how the worker knows the cardinality."""
    each = [_fields(stored) for stored in taken]
    return {f"{name}Array": [fields[name] for fields in each] for name in each[0]} if many else each[0]


def _fields(stored: Stored) -> dict[str, Any]:
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
