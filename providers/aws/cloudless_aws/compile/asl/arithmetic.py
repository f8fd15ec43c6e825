"""Arithmetic as Python has it: // and % round down, int() cuts, and -0.0 is 0.

JSONata's own `%` has the sign of the dividend, and readers differ where there are fractions: it is never written.
"""

from __future__ import annotations

from collections.abc import Callable

from cloudless_aws.compile.asl.jsonata import (
    ADD,
    AND,
    COMPARE,
    MULTIPLY,
    Code,
    block,
    call,
    condition,
    literal,
    operator,
    variable,
)
from cloudless_aws.compile.asl.variable import REST

_REST = variable(REST)


def _plus(left: Code, right: Code) -> Code:
    return operator("+", ADD, left, right)


def _minus(left: Code, right: Code) -> Code:
    return operator("-", ADD, left, right)


def _times(left: Code, right: Code) -> Code:
    return operator("*", MULTIPLY, left, right)


def _over(left: Code, right: Code) -> Code:
    return operator("/", MULTIPLY, left, right)


def _floor(left: Code, right: Code) -> Code:
    return call("floor", _over(left, right))


def _modulo(left: Code, right: Code) -> Code:
    """What remains of a division that rounds to zero, which no number on the way is too large for; then moved."""
    quotient = _over(left, right)
    cut = condition(_is_negative(quotient), call("ceil", quotient), call("floor", quotient))
    rest = _minus(left, _times(right, Code(f"({cut.text})")))
    moved = condition(_is_other(_REST, right), _plus(_REST, right), _REST)
    return block([(_REST.text[1:], rest)], moved)


def _is_other(rest: Code, divisor: Code) -> Code:
    """Whether a remainder is of the other sign than the divisor."""
    if divisor.text.isdigit():
        return _is_negative(rest)
    signs = Code(f"(({_is_negative(rest).text}) != ({_is_negative(divisor).text}))")
    return operator("and", AND, operator("!=", COMPARE, rest, literal(0)), signs)


def _is_negative(of: Code) -> Code:
    return operator("<", COMPARE, of, literal(0))


def _negative(of: Code) -> Code:
    return _minus(literal(0), of)


def _int(of: Code) -> Code:
    return condition(_is_negative(of), _negative(call("floor", _negative(of))), call("floor", of))


REPEATED = frozenset({"%", "int"})
"""Those whose operands are written several times."""

ARITHMETIC: dict[str, Callable[[Code, Code], Code]] = {
    "+": _plus, "-": _minus, "*": _times, "/": _over, "//": _floor, "%": _modulo,
}  # fmt: skip
"""By sign, of two numbers."""

UNARY: dict[str, Callable[[Code], Code]] = {
    "neg": _negative,
    "abs": lambda of: call("abs", of),
    "int": _int,
    "float": lambda of: of,
}
"""By name, of one number."""
