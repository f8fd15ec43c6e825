"""The declared type of what a consumer or subscriber gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudless.app import App
from cloudless.queue import DeadLetters, OrderedQueue, Queue, QueueHandler
from cloudless.topic import TopicHandler

Consumer = QueueHandler[..., Any] | TopicHandler[..., Any]


def body_types(app: App) -> Callable[[Consumer], Any]:
    """What tells the type of a consumer's messages; DeadLetters where they may be anything."""
    queues = {one.name: one.type for one in app.declared if isinstance(one, Queue | OrderedQueue)}

    def type_of(handler: Consumer) -> Any:
        if isinstance(handler, TopicHandler):
            return handler.subscription.topic.type
        return queues.get(handler.source, DeadLetters)

    return type_of
