"""Expressions of the orchestration language: pure and total.

What can fail (`d[k]`, `xs[i]`, `/`, `max([])`) has a `Check` statement before it, and its failing part is never
evaluated otherwise; what has effects is a statement. So every backend may evaluate an expression where and as often as
it likes. Values are JSON; types are those of `type.py`, known from the variables and callees of the orchestration.
"""

from __future__ import annotations

from typing import Any

from cloudless.ir.type import Type
from cloudless.node import node


@node()
class Const:
    """A JSON value. type: tells 1 from 1.0, and an enum's value from a string."""

    value: Any
    type: Type


@node()
class Setting:
    """The stage's value of a configuration entry; a pass puts a Const in its place when a stage is built."""

    name: str
    type: Type


@node()
class Var:
    """A variable, by its name in the IR: unique in the orchestration, branches included."""

    name: str


@node()
class Field:
    """A field of a record, by its key on the wire. Always there."""

    of: Expression
    key: str


@node()
class Index:
    """An item of a list. at: 0 to its length - 1, as a Check before has made sure; never negative."""

    of: Expression
    at: Expression


@node()
class Key:
    """A value of a dict. A Check(HasKey) stands before."""

    of: Expression
    key: Expression


@node()
class Entry:
    """One field of a Record, or of the data of an error."""

    key: str
    value: Expression


@node()
class Record:
    """A record of a class. fields: all of them, by their keys on the wire."""

    type: str
    fields: tuple[Entry, ...]


@node()
class Pair:
    """One item of a Dict: both sides are expressions."""

    key: Expression
    value: Expression


@node()
class Dict:
    """A dict display; of two equal keys, the later one counts."""

    items: tuple[Pair, ...]


@node()
class List:
    """A list display. of: type of the items, which tells a list of lists from a list."""

    items: tuple[Expression, ...]
    of: Type


@node()
class Merge:
    """{**left, **right}."""

    left: Expression
    right: Expression


@node()
class Concat:
    """left + right, of lists."""

    left: Expression
    right: Expression


@node()
class Unary:
    """op: "neg", "abs", "int" (a float towards zero), "float". kind: of the operand, "int" or "float"."""

    op: str
    of: Expression
    kind: str


@node()
class Arithmetic:
    """op: "+", "-", "*", "/", "//", "%", as in Python: // and % round down.

    kind: of the result, "int" or "float". A Check(right != 0) stands before / // and %.
    """

    op: str
    left: Expression
    right: Expression
    kind: str


@node()
class Compare:
    """op: "<", "<=", ">", ">=", of two numbers."""

    op: str
    left: Expression
    right: Expression


@node()
class Equal:
    """left == right: deep, of one type (or its optional); 1 == 1.0."""

    left: Expression
    right: Expression


@node()
class IsNone:
    """Whether it is null."""

    of: Expression


@node()
class Not:
    """Of a bool."""

    of: Expression


@node()
class And:
    """Of two bools; the right one is evaluated only where the left one holds."""

    left: Expression
    right: Expression


@node()
class Or:
    """Of two bools; the right one is evaluated only where the left one does not hold."""

    left: Expression
    right: Expression


@node()
class Choose:
    """then if test else otherwise; only the chosen one is evaluated."""

    test: Expression
    then: Expression
    otherwise: Expression


@node()
class Text:
    """Strings, one after another."""

    parts: tuple[Expression, ...]


@node()
class ToText:
    """A value as Python's str() gives it. kind: "int", "bool" or "none"; "True", "False", "None" are written so."""

    of: Expression
    kind: str


@node()
class Length:
    """kind: "str" (in code points), "list" or "dict"."""

    of: Expression
    kind: str


@node()
class In:
    """item in of: a scalar in a list of scalars."""

    item: Expression
    of: Expression


@node()
class HasKey:
    """key in of, of a dict. A key whose value is null is there."""

    of: Expression
    key: Expression


@node()
class Contains:
    """part in of, of strings; the empty one is in each."""

    of: Expression
    part: Expression


@node()
class Map:
    """[element for item in source if test]. item: a variable, of this expression alone."""

    item: str
    source: Expression
    test: Expression | None
    element: Expression


@node()
class Fold:
    """op: "sum" (0 of nothing), "any", "all", "min", "max" (of a list that a Check has made sure is not empty)."""

    op: str
    of: Expression
    kind: str


@node()
class TextCall:
    """A method of strings. name: "lower", "upper" (ASCII is promised), "startswith", "endswith", "join".

    arguments: the string itself first (of join: the separator), then what the method is given.
    """

    name: str
    arguments: tuple[Expression, ...]


@node()
class ErrorPart:
    """part: "type" (the class's name) or "message" (what str(error) gives)."""

    of: Expression
    part: str


@node()
class ErrorData:
    """A field of an error's data. A Check(ErrorHas) stands before."""

    of: Expression
    key: str


@node()
class ErrorHas:
    """Whether an error's data has a field."""

    of: Expression
    key: str


@node()
class ErrorIs:
    """Whether an error is of one of the classes, or of a class derived from one, by name."""

    of: Expression
    names: tuple[str, ...]


@node()
class NewError:
    """An error of a class: {type, mro, message, data}. mro: names, the class first, "Exception" last."""

    type: str
    mro: tuple[str, ...]
    message: Expression
    data: tuple[Entry, ...] = ()


Expression = (
    Const | Setting | Var | Field | Index | Key | Record | Dict | List | Merge | Concat | Unary | Arithmetic | Compare
    | Equal | IsNone | Not | And | Or | Choose | Text | ToText | Length | In | HasKey | Contains | Map | Fold | TextCall
    | ErrorPart | ErrorData | ErrorHas | ErrorIs | NewError
)  # fmt: skip
