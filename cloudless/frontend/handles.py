"""What a handle is, and what mentioning an attribute of one asks for."""

from __future__ import annotations

from typing import Any

from cloudless.event import Event
from cloudless.handler import Handler
from cloudless.node import field, node
from cloudless.orchestration import Orchestration
from cloudless.queue import DeadLetters, OrderedQueue, Queue
from cloudless.secret import Secret
from cloudless.topic import Topic

_SEND = dict.fromkeys(("send", "send_all", "send_async", "send_all_async"), "send")
_PUBLISH = dict.fromkeys(("publish", "publish_all", "publish_async", "publish_all_async"), "publish")
_PEEK = {"peek": "peek", "peek_async": "peek", "redrive": "redrive", "redrive_async": "redrive"}
_INVOKE = {"invoke": "invoke", "invoke_async": "invoke"}
_START = dict.fromkeys(("start", "start_async", "options"), "start")
_LIST = {"executions": "control", "executions_async": "control"}
_EVENT = dict.fromkeys(("send", "send_async", "send_signed", "send_signed_async"), "send")
_TOKENS = dict.fromkeys(("token", "link", "verify"), "")
_LATER = {"invoke_later": "invoke_later", "invoke_later_async": "invoke_later"}

TABLE: dict[type, tuple[str, dict[str, str]]] = {
    Queue: ("queue", {**_SEND, "native": "native"}),
    OrderedQueue: ("queue", {**_SEND, "native": "native"}),
    DeadLetters: ("queue", _PEEK),
    Topic: ("topic", {**_PUBLISH, "native": "native"}),
    Secret: ("secret", {"value": "read"}),
    Handler: ("function", {**_INVOKE, **_LATER, "native": "native"}),
    Orchestration: ("orchestration", {**_START, **_LIST, "native": "native"}),
    Event: ("event", {**_EVENT, **_TOKENS}),
}
"""Noun of each kind of handle, and the verb that each of its attributes asks for; "" for one that asks for nothing
but the secrets that it is given."""

_CONTROLS = frozenset(("status", "result", "error", "started_at", "ended_at", "history", "cancel"))


@node()
class Handle:
    """A resource that code can do something to. object: the portable type behind it; equal ones are one."""

    noun: str
    name: str
    object: Any = field(compare=False, hash=False)

    def verb(self, attribute: str) -> str | None:
        """The verb that an attribute asks for, None for one that needs no permission."""
        return verbs_of(self.object).get(attribute)

    def example(self) -> str:
        """The attribute that is most often wanted, for remedies."""
        return next(iter(verbs_of(self.object)))


@node()
class Run:
    """An execution. Asking it anything asks for control of its orchestration; its id and its address are free."""

    handle: Handle

    def verb(self, attribute: str) -> str | None:
        """The verb that an attribute asks for, None for one that needs no permission."""
        if attribute in ("start", "start_async"):  # of the orchestration with options
            return "start"
        return "control" if attribute.removesuffix("_async") in _CONTROLS else None


def handle_of(value: object) -> Handle | None:
    """The handle that an object is, None where it is none."""
    for kind, (noun, _) in TABLE.items():
        if isinstance(value, kind):
            return Handle(noun, value.name, value)  # type: ignore[attr-defined]
    return None


def verbs_of(value: object) -> dict[str, str]:
    """The verb that each attribute of a handle asks for."""
    for kind, (_, verbs) in TABLE.items():
        if isinstance(value, kind):
            return verbs
    return {}
