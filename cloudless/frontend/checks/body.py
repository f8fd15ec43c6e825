"""The declared type of what a consumer or subscriber gets, and which annotations fit it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_origin

from cloudless.app import App
from cloudless.codec import is_builtin
from cloudless.frontend.parameters import EMPTY
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


def fits(hint: Any, kind: Any) -> bool:
    """Whether a body of the declared type may be annotated so: as that, as less, or as more of a bare dict or list."""
    if hint in (EMPTY, object, Any) or hint == kind:
        return True
    if kind is DeadLetters or kind in (object, Any, None):
        return is_builtin(hint)
    return _is_kind_of(get_origin(kind) or kind, get_origin(hint) or hint) and _parts_fit(hint, kind)


def _is_kind_of(kind: Any, hint: Any) -> bool:
    try:
        return isinstance(hint, type) and issubclass(kind, hint)
    except TypeError:  # neither a form such as Literal nor a TypedDict has subclasses
        return False


def _parts_fit(hint: Any, kind: Any) -> bool:
    parts, declared = get_args(hint), get_args(kind)
    if declared:
        return not parts or (len(parts) == len(declared) and all(map(fits, parts, declared)))
    return all(map(is_builtin, parts)) and (kind is not dict or parts[:1] in ((), (str,), (object,), (Any,)))
