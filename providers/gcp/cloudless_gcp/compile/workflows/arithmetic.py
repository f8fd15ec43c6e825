"""Arithmetic as Python has it: // and % round down, int() cuts, and -0.0 is 0.

`/` of two integers is a double; the signs of Workflows' own // and % are not documented, so they are never written.
https://cloud.google.com/workflows/docs/reference/syntax/datatypes
"""

from __future__ import annotations

from collections.abc import Callable

from cloudless_gcp.compile.workflows.code import Code, call, operator

_ZERO = Code("0")


def _floor(left: Code, right: Code) -> Code:
    return call("math.floor", operator("/", left, right))


def _modulo(left: Code, right: Code) -> Code:
    return operator("-", left, operator("*", right, _floor(left, right)))


def _negative(of: Code) -> Code:
    return operator("-", _ZERO, of)


def _int(of: Code) -> Code:
    """Towards zero: of a negative number, the documentation does not say which way Workflows' own int() goes."""
    return call("if", operator("<", of, _ZERO), _negative(call("math.floor", _negative(of))), call("math.floor", of))


ARITHMETIC: dict[str, Callable[[Code, Code], Code]] = {
    "+": lambda left, right: operator("+", left, right),
    "-": lambda left, right: operator("-", left, right),
    "*": lambda left, right: operator("*", left, right),
    "/": lambda left, right: operator("/", left, right),
    "//": _floor,
    "%": _modulo,
}
"""By sign, of two numbers."""

UNARY: dict[str, Callable[[Code], Code]] = {
    "neg": _negative,
    "abs": lambda of: call("math.abs", of),
    "int": _int,
    "float": lambda of: of,
}
"""By name, of one number."""
