"""Functions that are invoked."""

from __future__ import annotations

from cloudless.ir.handler import Retry, TypeRef
from cloudless.ir.span import Span
from cloudless.node import node


@node(kw_only=True)
class Function:
    """handler: name of its Handler, which is the function's name. raises: declared exception types, "module:QualName".

    queue, dead_letters: of `invoke_later`, "" where nobody mentions it.
    """

    name: str
    handler: str
    result: TypeRef
    retry: Retry = Retry()
    raises: tuple[str, ...] = ()
    queue: str = ""
    dead_letters: str = ""
    span: Span
