"""Topics, and what subscribes to them."""

from __future__ import annotations

from typing import Any

from cloudless.ir.handler import Retry, TypeRef
from cloudless.ir.native import Existing, Native
from cloudless.ir.span import Span
from cloudless.node import field, node


@node(kw_only=True)
class Topic:
    """attributes: names that every message of the topic may carry, and that subscriptions may filter on."""

    name: str
    body: TypeRef
    attributes: tuple[str, ...] = ()
    native: Native = field(default_factory=dict[str, Any])
    existing: Existing = field(default_factory=dict[str, Any])
    span: Span


@node(kw_only=True)
class Condition:
    """One attribute's part of a filter. operator: "any_of", "none_of", "prefix" or "exists".

    values: 1 or more strings; none for "exists". Every operator needs the attribute to be present.
    """

    attribute: str
    operator: str
    values: tuple[str, ...] = ()


@node(kw_only=True)
class Subscription:
    """Exactly one of handler and forward is set. name: of the subscription; its backlog is addressed by it.

    where: conditions, all of which must hold, on at most 5 attributes; none: every message.
    forward: name of the queue that gets the messages instead of a handler.
    """

    name: str
    topic: str
    handler: str = ""
    forward: str = ""
    where: tuple[Condition, ...] = ()
    retry: Retry = Retry()
    dead_letters: str = ""
    batch_size: int = 1
    once: str = ""
    remember_s: float = 86_400
    native: Native = field(default_factory=dict[str, Any])
    span: Span
