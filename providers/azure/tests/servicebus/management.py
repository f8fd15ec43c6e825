"""Requests to `$cbs` and `<entity>/$management`: a message in, a message out.

https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-request-response
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.azure.tests.servicebus.access import LISTEN, MANAGE, SEND, Access, entity_of
from providers.azure.tests.servicebus.codec import Array, Described, Reader, Symbol, encode, int32, timestamp
from providers.azure.tests.servicebus.content import APPLICATION, PROPERTIES, SCHEDULED, Content
from providers.azure.tests.servicebus.filters import CorrelationRule, Rule, SqlRule
from providers.azure.tests.servicebus.namespace import Namespace
from providers.azure.tests.servicebus.problems import NotImplementedHere, Problem

VALUE = 0x77
_OK, _ACCEPTED, _EMPTY, _UNAUTHORIZED = 200, 202, 204, 401
Answer = tuple[int, dict[str, Any]]
Operation = Callable[[Namespace, str, dict[str, Any]], Answer]


class Request:
    """A request message. reply_to: the address of the link that the answer goes to."""

    __slots__ = ("application", "body", "id", "operation", "reply_to")

    def __init__(self, payload: bytes) -> None:
        reader, sections = Reader(payload), dict[int, Any]()
        while reader.has_more():
            section = reader.value()
            sections[section.descriptor] = section.value
        properties: list[Any] = [*sections.get(PROPERTIES, []), *[None] * 5]
        self.id = properties[0]
        self.reply_to: str | None = properties[4]
        self.application: dict[str, Any] = sections.get(APPLICATION, {})
        self.operation = str(self.application.get("operation", "")).rpartition(":")[2]
        self.body: Any = sections.get(VALUE) or {}

    def reply(self, application: dict[str, Any], body: dict[str, Any]) -> bytes:
        """The answer, encoded."""
        properties = [None, None, None, None, None, self.id]
        sections = [(PROPERTIES, properties), (APPLICATION, application), (VALUE, body)]
        return b"".join(encode(Described(code, value)) for code, value in sections)


def token_reply(access: Access, request: Request) -> bytes:
    """Take a token, or refuse it."""
    audience: str = request.application["name"]
    if access.put(request.body, audience):
        return request.reply({"status-code": int32(_ACCEPTED), "status-description": "Accepted"}, {})
    text = f"InvalidToken: the token for '{audience}' is not valid."
    return request.reply({"status-code": int32(_UNAUTHORIZED), "status-description": text}, {})


def entity_reply(namespace: Namespace, access: Access, entity: str, request: Request) -> bytes:
    """Carry out a request to an entity."""
    try:
        status, body = _carry_out(namespace, access, entity, request)
    except Problem as problem:
        told = {
            "statusCode": int32(problem.status),
            "errorCondition": Symbol(problem.condition),
            "statusDescription": str(problem),
        }
        return request.reply(told, {})
    return request.reply({"statusCode": int32(status), "statusDescription": "OK"}, body)


def _carry_out(namespace: Namespace, access: Access, entity: str, request: Request) -> Answer:
    found = _OPERATIONS.get(request.operation)
    if found is None:
        raise NotImplementedHere(request.operation)
    claims, operation = found
    access.check(entity, *claims)
    namespace.admit(entity_of(entity))
    return operation(namespace, entity, request.body)


def _schedule(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    contents = [Content.parse(one["message"]) for one in body["messages"]]
    assert all(SCHEDULED in content.annotations for content in contents)
    numbers = [namespace.publish(entity, content) for content in contents]
    return _OK, {"sequence-numbers": Array("long", numbers)}


def _cancel(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    for number in body["sequence-numbers"]:
        namespace.intake(entity).cancel(number)
    return _OK, {}


def _peek(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    queue = namespace.queue(entity)
    found = queue.peek(body["from-sequence-number"], body["message-count"], body.get("session-id"))
    messages = [{"message": stored.encoded(queue.told_s)} for stored in found]
    return (_OK, {"messages": messages}) if messages else (_EMPTY, {})


def _renew(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    queue = namespace.queue(entity)
    ends_s = [queue.told_s(queue.renew(token)) for token in body["lock-tokens"]]
    return _OK, {"expirations": Array("timestamp", [round(end_s * 1000) for end_s in ends_s])}


def _renew_session(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    queue = namespace.queue(entity)
    return _OK, {"expiration": timestamp(queue.told_s(queue.renew_session(body["session-id"])))}


def _get_state(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    return _OK, {"session-state": namespace.queue(entity).sessions.states.get(body["session-id"])}


def _set_state(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    namespace.queue(entity).sessions.states[body["session-id"]] = body["session-state"]
    return _OK, {}


def _receive_deferred(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    queue = namespace.queue(entity)
    found = [queue.take_deferred(number) for number in body["sequence-numbers"]]
    return _OK, {"messages": [{"message": one.encoded(queue.told_s), "lock-token": one.token} for one in found]}


def _settle(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    queue = namespace.queue(entity)
    for token in body["lock-tokens"]:
        status = body["disposition-status"]
        if status == "completed":
            queue.complete(token)
        elif status == "abandoned":
            queue.abandon(token)
        elif status == "suspended":
            queue.dead_letter(token, body.get("deadletter-reason"), body.get("deadletter-description"))
        else:  # "defered", as the protocol spells it
            queue.defer(token)
    return _OK, {}


def _add_rule(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    namespace.subscription(entity).rules[body["rule-name"]] = _rule(body["rule-description"])
    return _OK, {}


def _rule(description: dict[str, Any]) -> Rule:
    if "sql-filter" in description:
        return SqlRule(description["sql-filter"]["expression"])
    told = {name.replace("-", "_"): value for name, value in description["correlation-filter"].items() if value}
    return CorrelationRule(told.pop("properties", None), **told)


def _remove_rule(namespace: Namespace, entity: str, body: dict[str, Any]) -> Answer:
    namespace.subscription(entity).rules.pop(body["rule-name"], None)
    return _OK, {}


_OPERATIONS: dict[str, tuple[tuple[str, ...], Operation]] = {
    "schedule-message": ((SEND,), _schedule),
    "cancel-scheduled-message": ((SEND,), _cancel),
    "peek-message": ((LISTEN,), _peek),
    "renew-lock": ((LISTEN,), _renew),
    "renew-session-lock": ((LISTEN,), _renew_session),
    "get-session-state": ((LISTEN,), _get_state),
    "set-session-state": ((LISTEN,), _set_state),
    "receive-by-sequence-number": ((LISTEN,), _receive_deferred),
    "update-disposition": ((LISTEN,), _settle),
    "add-rule": ((MANAGE,), _add_rule),
    "remove-rule": ((MANAGE,), _remove_rule),
}
"""By name: the claims of which one is needed, and what is done."""
