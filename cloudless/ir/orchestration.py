"""Orchestrations: programs that every engine runs the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.ir.handler import Grant
from cloudless.ir.span import Span
from cloudless.ir.type import RecordType, Type
from cloudless.node import node

if TYPE_CHECKING:
    from cloudless.ir.statement import Statement

FUNCTION = "function"
PURE = "pure"
ORCHESTRATION = "orchestration"


@node()
class Argument:
    """A parameter of an orchestration or of what it calls, or a field.

    required: False where it has a default. default: its JSON value, of an orchestration's own parameters only; what is
    called knows its own.
    """

    name: str
    type: Type
    required: bool = True
    default: Any = None


@node()
class Callee:
    """What steps call. kind: FUNCTION, PURE or ORCHESTRATION."""

    name: str
    kind: str
    parameters: tuple[Argument, ...]
    result: Type


@node()
class Variable:
    """A variable of the IR. source: its name in the program, "" for one that the compiler made."""

    name: str
    type: Type
    source: str = ""


@node()
class ErrorClass:
    """An exception class that the program names. mro: names, itself first, "Exception" last. fields: of its data."""

    name: str
    mro: tuple[str, ...]
    fields: tuple[Argument, ...] = ()


@node(kw_only=True)
class Orchestration:
    """variables: all of them, parameters included. waits: names of events. timeout_s: of an execution, 0 for none.

    records: classes whose fields it touches. errors: classes that it names, and those of its checks.
    """

    name: str
    module: str
    qualname: str
    parameters: tuple[Argument, ...]
    result: Type
    body: tuple[Statement, ...]
    variables: tuple[Variable, ...] = ()
    records: tuple[RecordType, ...] = ()
    errors: tuple[ErrorClass, ...] = ()
    calls: tuple[Callee, ...] = ()
    waits: tuple[str, ...] = ()
    timeout_s: float = 0
    grants: tuple[Grant, ...] = ()
    span: Span


@node(kw_only=True)
class Pure:
    """A function without effects that orchestrations call: `@app.pure`."""

    name: str
    module: str
    qualname: str
    parameters: tuple[Argument, ...]
    result: Type
    span: Span
