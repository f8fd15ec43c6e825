"""Application: what a program is, whole, as plain data."""

from __future__ import annotations

from typing import TypeVar

from cloudless.ir.event import Event
from cloudless.ir.function import Function
from cloudless.ir.handler import Handler
from cloudless.ir.http import Cors, Endpoint
from cloudless.ir.orchestration import Orchestration, Pure
from cloudless.ir.queue import Consumer, Queue
from cloudless.ir.schedule import Schedule
from cloudless.ir.secret import Config, Secret
from cloudless.ir.topic import Subscription, Topic
from cloudless.node import node

VERSION = 1
"""Of the form of this data; a change that old readers would misread raises it."""


@node(kw_only=True)
class Application:
    """Every list is in order of name (endpoints: of path and method), so that equal programs give equal data.

    entry: where the App object is found, "module:name"; include: further modules to import.
    cors: of every endpoint; None where browsers of other origins may do nothing.
    """

    name: str
    entry: str = ""
    include: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()
    queues: tuple[Queue, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    topics: tuple[Topic, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    functions: tuple[Function, ...] = ()
    pures: tuple[Pure, ...] = ()
    orchestrations: tuple[Orchestration, ...] = ()
    events: tuple[Event, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    cors: Cors | None = None
    secrets: tuple[Secret, ...] = ()
    configs: tuple[Config, ...] = ()
    version: int = VERSION

    def handler(self, name: str) -> Handler:
        """The handler of that name; KeyError where there is none."""
        return _named(self.handlers, name)

    def queue(self, name: str) -> Queue:
        """The queue of that name; KeyError where there is none."""
        return _named(self.queues, name)


_Item = TypeVar("_Item", Handler, Queue)


def _named(items: tuple[_Item, ...], name: str) -> _Item:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)
