"""Expressions of the IR → JSONata.

Where JSONata and the language differ, what the language means is spelled out: lists of one item or of none stay lists,
lists in lists keep their level, // and % round down, of two equal keys the later one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cloudless.codec import is_list
from cloudless.errors import InternalError
from cloudless.ir.expression import (
    And,
    Arithmetic,
    Choose,
    Compare,
    Concat,
    Const,
    Contains,
    Dict,
    Equal,
    ErrorData,
    ErrorHas,
    ErrorIs,
    ErrorPart,
    Expression,
    Field,
    Fold,
    HasKey,
    In,
    Index,
    IsNone,
    Key,
    Length,
    List,
    Map,
    Merge,
    NewError,
    Not,
    Or,
    Record,
    Setting,
    Text,
    TextCall,
    ToText,
    Unary,
    Var,
)
from cloudless.ir.type import JSON, LIST, OPTIONAL, Type
from cloudless_aws.compile.asl import text
from cloudless_aws.compile.asl.arithmetic import ARITHMETIC, REPEATED, UNARY
from cloudless_aws.compile.asl.jsonata import (
    ADD,
    AND,
    COMPARE,
    OR,
    Code,
    block,
    call,
    condition,
    display,
    entries,
    function,
    item,
    joined,
    literal,
    member,
    negation,
    operator,
    variable,
)
from cloudless_aws.compile.asl.variable import Variables

_UNKNOWN = frozenset({JSON, LIST, OPTIONAL})
"""Kinds of types whose values may be lists."""


class Expressions:
    """Expressions of one orchestration in a state machine. settings: values of configuration entries in the stage."""

    def __init__(self, variables: Variables, settings: Mapping[str, Any]) -> None:
        self.variables = variables
        self._settings = settings

    def of(self, one: Expression) -> Code:
        """The JSONata of an expression."""
        return PRINTERS[type(one)](self, one)

    def simple(self, bound: list[tuple[str, Code]], one: Expression) -> Code:
        """The JSONata of an expression that is written several times: `bound` gets a name for one that is not short."""
        code = self.of(one)
        if type(one) in {Const, Setting, Var}:
            return code
        name = self.variables.names.fresh("part")
        bound.append((name, code))
        return variable(name)

    def setting(self, one: Setting) -> Any:
        """The stage's value of a configuration entry."""
        if one.name not in self._settings:
            raise InternalError(
                f"configuration {one.name!r} has no value in this stage, which should have been refused"
            )
        return self._settings[one.name]

    def spelled(self, spell: Callable[..., Code], operands: Iterable[Expression], *, is_repeated: bool) -> Code:
        """What `spell` makes of operands. is_repeated: whether it writes them several times."""
        if not is_repeated:
            return spell(*map(self.of, operands))
        bound: list[tuple[str, Code]] = []
        code = spell(*[self.simple(bound, one) for one in operands])
        return block(bound, code) if bound else code

    def arithmetic(self, one: Arithmetic) -> Code:
        return self.spelled(ARITHMETIC[one.op], (one.left, one.right), is_repeated=one.op in REPEATED)

    def unary(self, one: Unary) -> Code:
        return self.spelled(UNARY[one.op], (one.of,), is_repeated=one.op in REPEATED)

    def dict(self, one: Dict) -> Code:
        constant = [pair for pair in one.items if type(pair.key) is Const]
        if len(constant) == len(one.items):
            latest = {pair.key.value: pair.value for pair in constant if type(pair.key) is Const}
            return entries((literal(key), self.of(value)) for key, value in latest.items())
        return call("merge", display(entries([(self.of(pair.key), self.of(pair.value))]) for pair in one.items))

    def list(self, one: List) -> Code:
        return display(self._items(one))

    def _items(self, one: List) -> Iterator[Code]:
        """Items of an array constructor, which takes the items of a list for its own, unless it is itself a display."""
        for part in one.items:
            code = self.of(part)
            if self._is_display(part) or not _may_be_list(one.of):
                yield code
            else:
                yield display([code]) if _is_list(one.of) else self._kept(part)

    def _is_display(self, one: Expression) -> bool:
        """Whether it is written as an array constructor."""
        if type(one) is Const:
            return is_list(one.value)
        return type(one) is List or (type(one) is Setting and is_list(self.setting(one)))

    def _kept(self, one: Expression) -> Code:
        """An item that is a list or not, as JSONata finds."""
        bound: list[tuple[str, Code]] = []
        again = self.simple(bound, one)
        found = operator("=", COMPARE, call("type", again), literal("array"))
        kept = condition(found, display([display([again])]), again)
        return block(bound, kept) if bound else Code(f"({kept.text})")

    def map(self, one: Map) -> Code:
        """$map gives nothing for no item and the item itself for one; `[]` and $append make both lists again."""
        source = self.of(one.source)
        with self.variables.bound(one.item) as name:
            element = self.of(one.element)
            body = element if one.test is None else condition(self.of(one.test), element)
        return call("append", display(()), Code(call("map", source, function(name, body)).text + "[]"))

    def fold(self, one: Fold) -> Code:
        of = self.of(one.of)
        if one.op == "any":
            return operator("in", COMPARE, literal(value=True), of)
        if one.op == "all":
            return negation(operator("in", COMPARE, literal(value=False), of))
        return call(one.op, of)

    def choose(self, one: Choose) -> Code:
        return condition(self.of(one.test), self.of(one.then), self.of(one.otherwise))

    def index(self, one: Index) -> Code:
        bound: list[tuple[str, Code]] = []
        at = self.of(one.at) if type(one.at) in {Arithmetic, Const, Var} else self.simple(bound, one.at)
        code = item(self.of(one.of), at)
        return block(bound, code) if bound else code

    def error_is(self, one: ErrorIs) -> Code:
        mro = member(self.of(one.of), "mro")
        return joined("or", OR, [operator("in", COMPARE, literal(name), mro) for name in one.names])

    def new_error(self, one: NewError) -> Code:
        data = entries((literal(entry.key), self.of(entry.value)) for entry in one.data)
        parts = (literal(one.type), literal(list(one.mro)), self.of(one.message), data)
        return entries(zip(map(literal, ("type", "mro", "message", "data")), parts, strict=True))

    def to_text(self, one: ToText) -> Code:
        if one.kind == "bool":
            return condition(self.of(one.of), literal("True"), literal("False"))
        return literal("None") if one.kind == "none" else call("string", self.of(one.of))

    def length(self, one: Length) -> Code:
        of = self.of(one.of)
        if one.kind == "str":
            return call("length", of)
        return call("count", of if one.kind == "list" else display([call("keys", of)]))

    def has_key(self, of: Expression, key: Expression) -> Code:
        return call("exists", call("lookup", self.of(of), self.of(key)))

    def text(self, one: Text) -> Code:
        return joined("&", ADD, map(self.of, one.parts)) if one.parts else literal("")

    def text_call(self, one: TextCall) -> Code:
        return self.spelled(text.CALLS[one.name], one.arguments, is_repeated=one.name in text.REPEATED)

    def binary(self, sign: str, power: int, left: Expression, right: Expression) -> Code:
        return operator(sign, power, self.of(left), self.of(right))


def _is_list(of: Type) -> bool:
    return of.kind == LIST


def _may_be_list(of: Type) -> bool:
    if of.kind == OPTIONAL and of.of:
        return _may_be_list(of.of)
    return of.kind in _UNKNOWN


def _null(of: Code) -> Code:
    return operator("=", COMPARE, of, literal(None))


PRINTERS: dict[type, Callable[[Expressions, Any], Code]] = {
    And: lambda printer, one: printer.binary("and", AND, one.left, one.right),
    Arithmetic: Expressions.arithmetic,
    Choose: Expressions.choose,
    Compare: lambda printer, one: printer.binary(one.op, COMPARE, one.left, one.right),
    Concat: lambda printer, one: call("append", printer.of(one.left), printer.of(one.right)),
    Const: lambda printer, one: literal(one.value),
    Contains: lambda printer, one: call("contains", printer.of(one.of), printer.of(one.part)),
    Dict: Expressions.dict,
    Equal: lambda printer, one: printer.binary("=", COMPARE, one.left, one.right),
    ErrorData: lambda printer, one: member(member(printer.of(one.of), "data"), one.key),
    ErrorHas: lambda printer, one: call("exists", member(member(printer.of(one.of), "data"), one.key)),
    ErrorIs: Expressions.error_is,
    ErrorPart: lambda printer, one: member(printer.of(one.of), one.part),
    Field: lambda printer, one: member(printer.of(one.of), one.key),
    Fold: Expressions.fold,
    HasKey: lambda printer, one: printer.has_key(one.of, one.key),
    In: lambda printer, one: printer.binary("in", COMPARE, one.item, one.of),
    Index: Expressions.index,
    IsNone: lambda printer, one: _null(printer.of(one.of)),
    Key: lambda printer, one: call("lookup", printer.of(one.of), printer.of(one.key)),
    Length: Expressions.length,
    List: Expressions.list,
    Map: Expressions.map,
    Merge: lambda printer, one: call("merge", display([printer.of(one.left), printer.of(one.right)])),
    NewError: Expressions.new_error,
    Not: lambda printer, one: negation(printer.of(one.of)),
    Or: lambda printer, one: printer.binary("or", OR, one.left, one.right),
    Record: lambda printer, one: entries((literal(entry.key), printer.of(entry.value)) for entry in one.fields),
    Setting: lambda printer, one: literal(printer.setting(one)),
    Text: Expressions.text,
    TextCall: Expressions.text_call,
    ToText: Expressions.to_text,
    Unary: Expressions.unary,
    Var: lambda printer, one: variable(printer.variables.of(one.name)),
}
"""By class of node; a test asserts that none is missing."""
