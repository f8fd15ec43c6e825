"""JSONata as text: literals, and codes that know how tightly they bind, so that few parentheses are needed.

JSONata 2.0.6 is what Step Functions has: no `??`, no `?:`, no bare `$`.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, https://docs.jsonata.org/overview
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from cloudless.codec import is_list, is_object

CONDITION = 20
OR = 25
AND = 30
COMPARE = 40
ADD = 50
MULTIPLY = 60
PREFIX = 70
ATOM = 80
"""How tightly operators bind: those of JSONata's parser."""

_PLAIN_MEMBER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_WORDS = frozenset({"and", "or", "in", "true", "false", "null"})
_QUOTED = re.compile(r"[\x00-\x1f'\\\ud800-\udfff]")
_READ = re.compile(r"\$([^\W\d]\w*)")
_EXACT = 2**53

FUNCTIONS = frozenset({
    "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil", "clone", "contains",
    "count", "decodeUrl", "decodeUrlComponent", "distinct", "each", "encodeUrl", "encodeUrlComponent", "error", "eval",
    "exists", "filter", "floor", "formatBase", "formatInteger", "formatNumber", "fromMillis", "hash", "join", "keys",
    "length", "lookup", "lowercase", "map", "match", "max", "merge", "millis", "min", "not", "now", "number", "pad",
    "parse", "parseInteger", "partition", "power", "random", "range", "reduce", "replace", "reverse", "round",
    "shuffle", "sift", "single", "sort", "split", "spread", "sqrt", "string", "substring", "substringAfter",
    "substringBefore", "sum", "toMillis", "trim", "type", "uppercase", "uuid", "zip",
})  # fmt: skip
"""Functions of JSONata and of Step Functions; a variable of such a name hides its function, and nothing warns.

https://docs.jsonata.org/string-functions and the pages after it
"""


class Code(NamedTuple):
    """A piece of JSONata. power: of the operator that binds least in it."""

    text: str
    power: int = ATOM

    def at(self, power: int) -> str:
        """The text where an operator of that power takes it as its operand."""
        return self.text if self.power >= power else f"({self.text})"


def variable(name: str) -> Code:
    """The value of a variable."""
    return Code(f"${name}")


def call(function: str, *arguments: Code) -> Code:
    """A call of a built-in function, by its name without the `$`."""
    return Code(f"${function}({', '.join(one.text for one in arguments)})")


def operator(sign: str, power: int, left: Code, right: Code) -> Code:
    """Two operands and what stands between; all operators are left-associative."""
    return Code(f"{left.at(power)} {sign} {right.at(power + 1)}", power)


def joined(sign: str, power: int, parts: Iterable[Code]) -> Code:
    """Operands of an associative operator, one at least."""
    found = list(parts)
    return found[0] if len(found) == 1 else Code(f" {sign} ".join(one.at(power) for one in found), power)


def condition(test: Code, then: Code, otherwise: Code | None = None) -> Code:
    """One of two values; nothing at all where a test does not hold and there is no other."""
    last = "" if otherwise is None else f" : {otherwise.at(CONDITION)}"
    return Code(f"{test.at(OR)} ? {then.at(CONDITION)}{last}", CONDITION)


def negation(test: Code) -> Code:
    """Whether a test does not hold."""
    return call("not", test)


def block(bound: Iterable[tuple[str, Code]], value: Code) -> Code:
    """A value in which names stand for others, which are evaluated once."""
    return Code("(" + "".join(f"${name} := {code.text}; " for name, code in bound) + value.text + ")")


def function(parameter: str, body: Code) -> Code:
    """A function of one parameter."""
    return Code(f"function(${parameter}) {{ {body.text} }}")


def display(items: Iterable[Code]) -> Code:
    """An array constructor."""
    return Code("[" + ", ".join(one.text for one in items) + "]")


def member(of: Code, key: str) -> Code:
    """A field of an object, of a key that is there."""
    if _PLAIN_MEMBER.match(key) and key not in _WORDS:
        return Code(f"{of.at(ATOM)}.{key}")
    return call("lookup", of, literal(key))


def item(of: Code, at: Code) -> Code:
    """An item of a list: a position after anything but a variable would count in each of several results."""
    is_variable = of.text.startswith("$") and of.text[1:].isidentifier()
    return Code(f"{of.text if is_variable else f'({of.text})'}[{at.text}]")


def entries(pairs: Iterable[tuple[Code, Code]]) -> Code:
    """An object constructor; two equal keys are an error."""
    return Code("{" + ", ".join(f"{key.text}: {value.at(CONDITION)}" for key, value in pairs) + "}")


def literal(value: Any) -> Code:
    """A JSON value."""
    if isinstance(value, str):
        return Code(_text(value))
    if is_list(value):
        return display(map(literal, value))
    if is_object(value):
        return entries((literal(key), literal(part)) for key, part in value.items())
    found = json.dumps(number(value))
    return Code(found, PREFIX if found.startswith("-") else ATOM)


def number(value: Any) -> Any:
    """A scalar as JSON has it everywhere: whole floats as whole numbers, and no -0.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _text(value: str) -> str:
    """A string literal. Quotes of one kind know no escape; `{%` and `%}` would end the expression for some readers."""
    if not _QUOTED.search(value) and "%}" not in value and "{%" not in value:
        return f"'{value}'"
    written = json.dumps(value, ensure_ascii=False).replace("%}", "%\\u007d").replace("{%", "\\u007b%")
    return re.sub(r"[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", written)


def reads(text: str) -> frozenset[str]:
    """Names of variables that a text may read; of functions, too."""
    return frozenset(_READ.findall(text))


def expression(code: Code) -> str:
    """The code as a string of a state's field."""
    return f"{{% {code.text} %}}"
