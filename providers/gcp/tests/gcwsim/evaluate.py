"""Expressions as functions of a frame, made once when a workflow is deployed.

https://cloud.google.com/workflows/docs/reference/syntax/expressions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from providers.gcp.tests.gcwsim.context import Frame, unassigned
from providers.gcp.tests.gcwsim.errors import Raised, Unspecified
from providers.gcp.tests.gcwsim.grammar import (
    Binary,
    Call,
    Index,
    ListOf,
    Literal,
    Member,
    Name,
    Node,
    Unary,
    parse,
)
from providers.gcp.tests.gcwsim.lexer import Syntax
from providers.gcp.tests.gcwsim.operators import BINARY, boolean, element, member, negate
from providers.gcp.tests.gcwsim.pages import DATATYPES
from providers.gcp.tests.gcwsim.scope import Place, frame_at

Evaluate = Callable[[Frame], Any]


class Names(Protocol):
    """What the names in an expression mean. Where they mean nothing, it has noted the problem and gives a dummy."""

    def variable(self, name: str) -> Evaluate: ...
    def dotted(self, name: str) -> Evaluate | None:
        """What a name with dots means whose first part is no variable, None for a variable's key."""
        ...

    def call(self, name: str, arguments: Sequence[Evaluate]) -> Evaluate: ...


class Constant:
    """A value that is always the same."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, frame: Frame) -> Any:
        return self.value


@lru_cache(maxsize=8_192)
def parsed(text: str) -> Node | Syntax:
    """The tree of an expression, or why it is none."""
    try:
        return parse(text)
    except Syntax as syntax:
        return syntax


def evaluator(node: Node, names: Names) -> Evaluate:
    """The function of an expression."""
    match node:
        case Literal(value):
            return Constant(value)
        case ListOf(items):
            return _list_of([evaluator(one, names) for one in items])
        case Name(name):
            return names.variable(name)
        case Member(of, key):
            return names.dotted(_dotted(node)) or _member(evaluator(of, names), key)
        case Index(of, index):
            return _index(evaluator(of, names), evaluator(index, names))
        case Unary(operator, operand):
            return _unary(operator, evaluator(operand, names))
        case Binary(operator, left, right):
            return _binary(operator, evaluator(left, names), evaluator(right, names))
        case Call(name, arguments):
            return names.call(name, [evaluator(one, names) for one in arguments])


def _dotted(node: Node) -> str:
    """Return "http.default_retry", "" for what does not begin with a name."""
    if isinstance(node, Name):
        return node.name
    inner = _dotted(node.of) if isinstance(node, Member) else ""
    return f"{inner}.{node.name}" if inner and isinstance(node, Member) else ""


def reader(place: Place) -> Evaluate:
    """The function that reads a variable."""
    key, hops, name = place.variable.key, place.hops, place.variable.name
    if hops:
        return _outer_reader(key, hops, name)

    def read(frame: Frame) -> Any:
        try:
            return frame.variables[key]
        except KeyError:
            raise unassigned(name) from None

    return read


def _outer_reader(key: str, hops: int, name: str) -> Evaluate:
    def read(frame: Frame) -> Any:
        try:
            return frame_at(frame, hops).variables[key]
        except KeyError:
            raise unassigned(name) from None

    return read


def _list_of(items: list[Evaluate]) -> Evaluate:
    return lambda frame: [one(frame) for one in items]


def _member(of: Evaluate, key: str) -> Evaluate:
    return lambda frame: member(of(frame), key)


def _index(of: Evaluate, index: Evaluate) -> Evaluate:
    return lambda frame: element(of(frame), index(frame))


def _unary(operator: str, operand: Evaluate) -> Evaluate:
    if operator == "not":
        return lambda frame: not boolean(operand(frame), "not")
    return lambda frame: negate(operand(frame))


def _binary(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if operator in ("and", "or"):
        return _logical(operator, left, right)
    apply = BINARY[operator]
    return lambda frame: apply(left(frame), right(frame))


def _logical(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    """Both operands must be booleans, whether or not the second one is looked at where the first one decides."""
    decides = operator == "or"

    def evaluate(frame: Frame) -> bool:
        first = boolean(left(frame), operator)
        if first is not decides:
            return boolean(right(frame), operator)
        try:
            boolean(right(frame), operator)
        except Raised as error:
            raise Unspecified(
                f"whether {operator} looks at its second operand, which raises {error}", DATATYPES
            ) from error
        return decides

    return evaluate
