"""What a backend can print in an expression, as tables that are the backends' own.

A kind is the name of a node, or of a node and a variant of it: "Map", "Arithmetic:%", "Fold:sum", "TextCall:join",
"Const:data" (a list or object), "Dict:computed" (with a key that is no constant). A rule for the variant comes first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cloudless.ir.expression import (
    Arithmetic,
    Const,
    Dict,
    ErrorIs,
    Expression,
    Fold,
    Length,
    Setting,
    TextCall,
    ToText,
    Unary,
    Var,
)
from cloudless.ir.type import DICT, JSON, LIST, RECORD
from cloudless.node import field, fields, node
from cloudless.passes.tree import operands

NATIVE_RULE = "native"
"""Printed anywhere. Of And, Or and Choose: evaluated as lazily as the language says."""
LOWERED = "lowered"
"""Never printed: statements take its place. Of And, Or, Choose, Map, Fold and TextCall:join."""
SIMPLE = "simple"
"""Operands are constants and variables. Of Choose, those that may not be evaluated; of others, all: the backend writes
them several times."""
EAGER = "eager"
"""Of And and Or: the right operand may be evaluated in any case, so it is one that cannot fail."""
TOP = "top"
"""Containers: only as the value of a place that takes data (DATA of lowering.py), or in another container there."""
WHOLE = "whole"
"""Only as the whole value of a Let whose variable is not in it."""
APPEND = "append"
"""Of Concat: the right side is a display of one item, which is added to the list."""


@node()
class Weight:
    """own: most characters for each operand or name (at least one). times: how often each operand is written."""

    own: int = 8
    times: int = 1


@node(kw_only=True)
class Capabilities:
    """rules: of kinds that cannot be printed anywhere. most: weight of an expression, 0 for no limit, else 64 or more.

    weights: of kinds, in characters; see `weight`. A printer that keeps to them writes at most `most` characters.
    """

    name: str
    rules: Mapping[str, str] = field(default_factory=dict[str, str])
    most: int = 0
    weights: Mapping[str, Weight] = field(default_factory=dict[str, Weight])

    @property
    def is_native(self) -> bool:
        """Whether everything can be printed."""
        return not self.rules and not self.most

    def rule(self, one: Expression) -> str:
        """What holds for an expression; not for what is under it."""
        return self.rules.get(kind_of(one)) or self.rules.get(type(one).__name__, NATIVE_RULE)

    def weight(self, one: Expression) -> int:
        """A bound for the characters of an expression."""
        known = self.weights.get(kind_of(one)) or self.weights.get(type(one).__name__, _DEFAULT)
        below = [self.weight(part) for part in operands(one)]
        own, words = known.own, _words(one)
        return own * max(1, len(below), words[0]) + words[1] + known.times * sum(below)


_DEFAULT = Weight()


def kind_of(one: Expression) -> str:
    """The name of a node, and of its variant where it is of one."""
    name = type(one).__name__
    variant = _VARIANTS[type(one)](one) if type(one) in _VARIANTS else ""
    return f"{name}:{variant}" if variant else name


def is_simple(one: Expression) -> bool:
    """Whether it costs nothing to write it twice: a variable, or a constant that is no list or object."""
    return type(one) is Var or (type(one) in {Const, Setting} and not kind_of(one).endswith(":data"))


def _is_computed(one: Dict) -> str:
    return "" if all(type(pair.key) is Const for pair in one.items) else "computed"


_VARIANTS: dict[type, Callable[[Any], str]] = {
    Arithmetic: lambda one: str(one.op),
    Const: lambda one: "data" if isinstance(one.value, (list, dict)) else "",
    Dict: _is_computed,
    Fold: lambda one: str(one.op),
    Length: lambda one: str(one.kind),
    Setting: lambda one: "data" if one.type.kind in {DICT, JSON, LIST, RECORD} else "",
    TextCall: lambda one: str(one.name),
    ToText: lambda one: str(one.kind),
    Unary: lambda one: str(one.op),
}
_NO_WORDS = frozenset({"kind", "op"})
_UNTOLD = 64
"""Characters of a setting, whose value is not known yet."""


def _words(one: Expression) -> tuple[int, int]:
    """How many names a node has, and the characters of its names, keys and constants."""
    if type(one) is Const:
        return 1, len(json.dumps(one.value))
    if type(one) is Setting:
        return 1, _UNTOLD
    if type(one) is ErrorIs:
        return len(one.names), sum(map(_length, one.names))
    texts = [getattr(one, own.name) for own in fields(one) if own.name not in _NO_WORDS]
    return 1, sum(_length(text) for text in texts if isinstance(text, str))


def _length(text: str) -> int:
    return len(json.dumps(text))


NATIVE = Capabilities(name="native")
"""Interpreters of the IR, and printers that can say all of it."""
