"""Queues, and what consumes them."""

from __future__ import annotations

from typing import Any

from cloudless.ir.handler import Retry, TypeRef
from cloudless.ir.native import Existing, Native
from cloudless.ir.span import Span
from cloudless.node import field, node

DECLARED = "declared"  # the user's
DEAD_LETTERS = "dead_letters"  # takes what another queue, subscription or schedule gives up
INTERNAL = "internal"  # feeds a schedule's handler or a function that is invoked later


@node(kw_only=True)
class Queue:
    """role: DECLARED, DEAD_LETTERS or INTERNAL. dead_letters: name of the queue behind this one, "" for none.

    max_delay_s: the longest delay of a message, 0 to 2,592,000 (30 days); 0 where the queue is ordered.
    """

    name: str
    body: TypeRef
    ordered: bool = False
    role: str = DECLARED
    max_delay_s: float = 900
    retry: Retry = Retry()
    dead_letters: str = ""
    native: Native = field(default_factory=dict[str, Any])
    existing: Existing = field(default_factory=dict[str, Any])
    span: Span


@node(kw_only=True)
class Consumer:
    """handler: name of the Handler that gets the messages of `queue`; one consumer a queue.

    batch_size: most messages of one call, 1 to 10. window_s: longest wait to fill a batch, 0 to 300.
    once: field of the body whose value is handled once, or "". remember_s: how long, 1 s to 90 days.
    recursive: whether the handler may send to its own queue.
    """

    queue: str
    handler: str
    batch_size: int = 1
    window_s: float = 0
    once: str = ""
    remember_s: float = 86_400
    recursive: bool = False
    span: Span
