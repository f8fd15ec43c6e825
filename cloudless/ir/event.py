"""Events that orchestrations wait for."""

from __future__ import annotations

from cloudless.ir.handler import TypeRef
from cloudless.ir.span import Span
from cloudless.node import node


@node(kw_only=True)
class Event:
    """waiters: orchestrations that, themselves or by those they call, wait for it, in order of name."""

    name: str
    body: TypeRef
    waiters: tuple[str, ...] = ()
    span: Span
