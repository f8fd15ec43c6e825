"""Expressions of Workflows as text. Everything is in parentheses that is no name, literal, call or key of such.

https://cloud.google.com/workflows/docs/reference/syntax/expressions
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

LENGTH_MAX = 400
"""Characters of an expression, ours with its braces: https://cloud.google.com/workflows/quotas#resource_limits"""
TEXT_MAX = 32
"""Characters of a literal; longer ones are variables."""
WORDS = frozenset({
    "and", "args", "as", "assign", "branches", "break", "call", "condition", "continue", "end", "except",
    "exception_policy", "false", "for", "in", "index", "main", "max_retries", "next", "not", "null", "or", "parallel",
    "params", "predicate", "raise", "range", "result", "retry", "return", "shared", "steps", "switch", "true", "try",
    "value",
})  # fmt: skip
"""Words of the language: https://cloud.google.com/workflows/docs/reference/syntax"""
FUNCTIONS = frozenset({
    "base64", "default", "double", "events", "experimental", "floor", "get_type", "googleapis", "hash", "http", "if",
    "int", "json", "keys", "len", "list", "map", "math", "string", "sys", "text", "time", "uuid",
})  # fmt: skip
"""Functions, and modules of them: https://cloud.google.com/workflows/docs/reference/stdlib/overview"""
_PLAIN_TEXT = re.compile(r'[^"\\{}\x00-\x1f\x7f-\U0010ffff]*\Z')
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PLAIN_DOUBLE = re.compile(r"\d{1,17}\.\d{1,17}\Z")


class Code(NamedTuple):
    """A piece of an expression. is_atom: whether it stands as an operand without parentheses."""

    text: str
    is_atom: bool = True

    @property
    def operand(self) -> str:
        """The text where an operator takes it."""
        return self.text if self.is_atom else f"({self.text})"


def variable(name: str) -> Code:
    """The value of a variable."""
    return Code(name)


def call(function: str, *arguments: Code) -> Code:
    """A call of a function that does not block: "math.floor"."""
    return Code(f"{function}({', '.join(one.text for one in arguments)})")


def operator(sign: str, left: Code, right: Code) -> Code:
    """Two operands and what stands between."""
    return Code(f"{left.operand} {sign} {right.operand}", is_atom=False)


def joined(sign: str, parts: Iterable[Code]) -> Code:
    """Operands of an associative operator, one at least."""
    found = list(parts)
    return found[0] if len(found) == 1 else Code(f" {sign} ".join(one.operand for one in found), is_atom=False)


def negation(test: Code) -> Code:
    """Whether a test does not hold."""
    return Code(f"not {test.operand}", is_atom=False)


def item(of: Code, at: Code) -> Code:
    """An item of a list, or the value of a key."""
    return Code(f"{of.operand}[{at.text}]")


def is_plain_key(key: str) -> bool:
    """Whether a key may stand behind a dot."""
    return bool(_PLAIN_KEY.match(key)) and key.lower() not in WORDS


def literal(value: Any) -> Code | None:
    """A scalar as it is written in an expression; None where it has to be a variable.

    What escapes there are in texts, and which forms of numbers, the documentation hardly says.
    """
    if value is None or isinstance(value, bool):
        return Code({None: "null", True: "true", False: "false"}[value])
    if isinstance(value, str):
        return Code(f'"{value}"') if len(value) <= TEXT_MAX and _PLAIN_TEXT.match(value) else None
    if isinstance(value, int):
        return Code(str(value)) if value >= 0 else None
    return Code(repr(value)) if isinstance(value, float) and _PLAIN_DOUBLE.match(repr(value)) else None


def expression(code: Code) -> str:
    """The code as a value of the source."""
    return f"${{{code.text}}}"
