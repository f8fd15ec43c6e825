"""Expressions: nodes of a wanted kind, made of what is in scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.fuzz.choices import Choices
from tests.fuzz.hir import Node, literal, name, node
from tests.fuzz.kinds import BOOL, FLOAT, INT, NONE, TEXT, TIME, Kind, dict_of, list_of, optional
from tests.fuzz.scope import Scope, Variable
from tests.fuzz.vocabulary import Function, Problem, Vocabulary

INTS = (0, 1, 2, -1, 3, -7, 5, 12, 100, -2)
FLOATS = (0.0, 1.0, 0.5, -1.5, 2.25, 1e3, 0.1, -0.0)
STRINGS = (
    "", "a", "b", "abc", "it's", 'say "no"', "back\\slash", "two\nlines", "{% $x %}", "${x}", "}", "{", "\0",
    "😀 👨‍👩‍👧",
    "$", "%s", "{}", "<a&b>", "None", "a b",
)  # fmt: skip
LIKELY_KEYS = ("a", "a", "a", "b", "two words")
INDICES = (0, 0, 0, -1, -1, 1, -2, 3)
OPAQUE = {"datetime": "began", "UUID": "own_id"}
"""Variables that an orchestration begins with where it needs them: there are no literals of these."""
KEYS = ("a", "b", "two words", "a.b", "$", "", "é", "{% k %}", "it's")


class Expressions:
    """Makes expressions. calls: whether steps may stand in what is made now.

    waits: events that what was made may wait for. opaque: kinds of which a first value is needed.
    """

    def __init__(self, choices: Choices, vocabulary: Vocabulary, scope: Scope) -> None:
        self.choices = choices
        self.vocabulary = vocabulary
        self.scope = scope
        self.calls = 0
        self.waits: set[str] = set()
        self.opaque: set[str] = set()

    def make(self, kind: Kind, depth: int = 2, *, typed: bool = False) -> Node:
        """An expression of a kind. typed: what stands around says its kind, so that [] and None will do."""
        if typed and kind.name in _EMPTY and self.choices.chance(15):
            return literal(_EMPTY[kind.name])
        if depth <= 0 or not self.choices.below(3):
            return self.leaf(kind)
        return self.choices.pick(self._makers(kind))(self, kind, depth - 1)

    def leaf(self, kind: Kind) -> Node:
        """A constant or a variable."""
        found = self.scope.readable(kind)
        place = self.choices.below(1 + 2 * len(found))
        return name(found[(place - 1) // 2].name) if place else self.constant(kind)

    def constant(self, kind: Kind) -> Node:
        """A display of a kind, of constants."""
        return _CONSTANTS[kind.name](self, kind)

    def _makers(self, kind: Kind) -> list[Maker]:
        if kind.name in _DISPLAYS and _may_be_none(kind.inner):  # a checker takes these for what they hold at first
            return [_DISPLAYS[kind.name]]
        found = [*_MAKERS[kind.name]]
        if self.scope.fields_of(kind, self.vocabulary):
            found += [Expressions.field] * 2
        if self.calls and self.scope.callees(kind):
            found += [Expressions.step] * 2
        return found

    # what any kind has

    def choose(self, kind: Kind, depth: int) -> Node:
        return node("choose", self.make(BOOL, depth), self.make(kind, depth), self.make(kind, depth))

    def item(self, kind: Kind, depth: int) -> Node:
        if not self.scope.exactly(list_of(kind)) and self.choices.chance(60):
            return self.leaf(kind)
        return node("item", self.sequence(kind), self.index(depth))

    def key(self, kind: Kind, depth: int) -> Node:
        if not self.scope.exactly(dict_of(kind)) and self.choices.chance(60):
            return self.leaf(kind)
        return node("item", self.mapping(kind), self.key_text(depth))

    def get_or(self, kind: Kind, depth: int) -> Node:
        if not self.scope.exactly(dict_of(kind)) and self.choices.chance(60):
            return self.leaf(kind)
        return node("get_or", self.mapping(kind), self.key_text(depth), self.make(kind, depth))

    def narrowed(self, kind: Kind, depth: int) -> Node:
        """`x if x is not None else …` of a variable."""
        found = self.scope.exactly(optional(kind))
        if not found:
            return self.leaf(kind)
        chosen = self.choices.pick(found)
        with self.scope.block():
            self.scope.put(Variable(chosen.name, NONE, frozen=True))
            other = self.make(kind, depth)
        return node("choose", node("is_some", name(chosen.name)), name(chosen.name), other)

    def field(self, kind: Kind, depth: int) -> Node:
        variable, field = self.choices.pick(self.scope.fields_of(kind, self.vocabulary))
        if self.vocabulary.styles.get(variable.kind.title) == "mapping":
            return node("item", name(variable.name), literal(field))
        return node("field", name(variable.name), field)

    # lists and dicts to take something from

    def sequence(self, kind: Kind) -> Node:
        """A list of a kind: a variable if there is one, else a display with items."""
        found = self.scope.exactly(list_of(kind))
        if found and self.choices.chance(75):
            return name(self.choices.pick(found).name)
        return node("list", *(self.make(kind, 1) for _ in self.choices.many(1, 3)))

    def mapping(self, kind: Kind) -> Node:
        found = self.scope.exactly(dict_of(kind))
        if found and self.choices.chance(75):
            return name(self.choices.pick(found).name)
        keys = KEYS[: 1 + self.choices.below(3)]
        return node("dict", *((literal(key), self.make(kind, 1)) for key in keys))

    def index(self, depth: int) -> Node:
        return (
            literal(self.choices.pick((0, 0, 0, -1, -1, 1, -2, 3)))
            if self.choices.chance(85)
            else self.make(INT, depth)
        )

    def key_text(self, depth: int) -> Node:
        return (
            literal(self.choices.pick(("a", "a", "a", *KEYS[:3])))
            if self.choices.chance(85)
            else self.make(TEXT, depth)
        )

    # numbers

    def arithmetic(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("add", "subtract")), self.make(kind, depth), self.make(kind, depth))

    def multiply(self, kind: Kind, depth: int) -> Node:
        """By a small number only, so that loops stay within ±2**53."""
        small = self.constant(kind) if kind == FLOAT else literal(self.choices.pick((2, -1, 0, 3)))
        return node("multiply", self.make(kind, depth), small)

    def whole(self, kind: Kind, depth: int) -> Node:
        """// or %, whose right side may be 0."""
        right = literal(self.choices.pick((2, -3, 7, -1, 5, 0))) if self.choices.chance(75) else self.make(INT, depth)
        return node(self.choices.pick(("floor", "modulo")), self.make(INT, depth), right)

    def divide(self, kind: Kind, depth: int) -> Node:
        of = self.choices.pick((INT, FLOAT))
        right = self.make(of, 0) if self.choices.chance(25) else literal(self.choices.pick((2, -4, 3)))
        return node("divide", self.make(of, depth), right)

    def unary(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("negative", "absolute")), self.make(kind, depth))

    def to_int(self, kind: Kind, depth: int) -> Node:
        return node("to_int", self.make(FLOAT, depth))

    def to_float(self, kind: Kind, depth: int) -> Node:
        return node("to_float", self.make(INT, depth))

    def length(self, kind: Kind, depth: int) -> Node:
        of = self.choices.pick((list_of(INT), TEXT, dict_of(INT), list_of(TEXT), list_of(list_of(INT))))
        return node("length", self.make(of, depth))

    def fold(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("sum", "minimum", "maximum")), self.make(list_of(kind), depth))

    # bools

    def compare(self, kind: Kind, depth: int) -> Node:
        of = self.choices.pick((INT, FLOAT))
        operator = self.choices.pick(("less", "at_most", "more", "at_least"))
        return node(operator, self.make(of, depth), self.make(of, depth))

    def between(self, kind: Kind, depth: int) -> Node:
        calls, self.calls = self.calls, 0
        made = node("between", *(self.make(INT, depth - 1) for _ in range(3)))
        self.calls = calls
        return made

    def equal(self, kind: Kind, depth: int) -> Node:
        of = self.choices.pick([one for one in self.scope.kinds() if self.is_comparable(one)] or [INT])
        return node(self.choices.pick(("equal", "unequal")), self.make(of, depth), self.make(of, depth))

    def is_comparable(self, kind: Kind) -> bool:
        """Whether == sees what people see: of a time there are several texts, and a checker tells [1] from [None]."""
        if kind.name == "record":
            return all(self.is_comparable(of) for _, of in self.vocabulary.fields[kind.title])
        if kind.name in _DISPLAYS and _may_be_none(kind.inner):
            return False
        return kind != TIME and (kind.of is None or self.is_comparable(kind.of))

    def is_none(self, kind: Kind, depth: int) -> Node:
        found = [one for one in self.scope.all() if one.kind.name == "optional"]
        if not found:
            return literal(True)
        test = node(self.choices.pick(("is_none", "is_some")), name(self.choices.pick(found).name))
        return self.told_apart(test)

    def told_apart(self, test: Node) -> Node:
        """A test from which nobody concludes what a variable is: else it could not be tested once more."""
        return node("equal", test, literal(self.choices.pick((True, False))))

    def negated(self, kind: Kind, depth: int) -> Node:
        return node("not", self.make(BOOL, depth))

    def both(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("and", "or")), self.make(BOOL, depth), self.make(BOOL, depth))

    def narrowing(self, kind: Kind, depth: int) -> Node:
        """`x is not None and x > …`."""
        found = self.scope.exactly(optional(INT))
        if not found:
            return self.compare(kind, depth)
        chosen = self.choices.pick(found)
        with self.scope.block():
            self.scope.put(Variable(chosen.name, INT, frozen=True))
            right = node("more", name(chosen.name), self.make(INT, depth))
        return self.told_apart(node("and", node("is_some", name(chosen.name)), right))

    def guarded(self, kind: Kind, depth: int) -> Node:
        """A right operand that fails where the left one does not stop it."""
        if self.choices.chance(50):
            right = self.make(INT, 0)
            return node("and", node("unequal", right, literal(0)),
                        node("more", node("floor", self.make(INT, depth), right), literal(0)))  # fmt: skip
        of = self.mapping(INT)
        key = self.key_text(0)
        return node("and", node("in", key, of), node("more", node("item", of, key), literal(1)))

    def member(self, kind: Kind, depth: int) -> Node:
        how = self.choices.pick(("text", "list", "dict", "dict"))
        operator = self.choices.pick(("in", "not_in"))
        if how == "text":
            return node(operator, self.make(TEXT, depth), self.make(TEXT, depth))
        if how == "dict":
            found = [one for one in self.scope.kinds() if one.name == "dict"]
            if self.choices.chance(50):
                with_null = node("dict", (literal("a"), literal(None)), (literal("b"), self.make(INT, depth)))
                return node(operator, self.key_text(depth), with_null)
            return node(operator, self.key_text(depth), self.make(self.choices.pick((dict_of(INT), *found)), depth))
        of = self.choices.pick((INT, TEXT, *self.vocabulary.enum_kinds()))
        return node(operator, self.make(of, depth), self.make(list_of(of), depth))

    def affix(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("starts", "ends")), self.make(TEXT, depth), self.make(TEXT, depth))

    def some(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("any", "all")), self.make(list_of(BOOL), depth))

    # strings

    def concatenate(self, kind: Kind, depth: int) -> Node:
        return node("add", self.make(kind, depth), self.make(kind, depth))

    def text_of(self, kind: Kind, depth: int) -> Node:
        return node("text", self.make(self.choices.pick((INT, BOOL, TEXT, self.vocabulary.enum_kinds()[0])), depth))

    def formatted(self, kind: Kind, depth: int) -> Node:
        parts: list[Any] = []
        for _ in self.choices.many(1, 3):
            found = [one for one in self.scope.all() if one.kind in (INT, TEXT, BOOL, self.vocabulary.enum_kinds()[0])]
            parts.append(self.choices.pick(STRINGS))
            if found:
                hole = name(self.choices.pick(found).name)
                parts.append(hole if self.choices.chance(70) else node("text", hole))
        return node("format", *parts)

    def cased(self, kind: Kind, depth: int) -> Node:
        return node(self.choices.pick(("lower", "upper")), self.make(TEXT, depth))

    def joined(self, kind: Kind, depth: int) -> Node:
        return node("join", self.make(TEXT, 0), self.make(list_of(TEXT), depth))

    def of_error(self, kind: Kind, depth: int) -> Node:
        found = [one for one in self.scope.all() if one.kind.name == "error"]
        if not found:
            return self.leaf(kind)
        error = self.choices.pick(found)
        is_own = any(error.kind.title == one.name for one in self.vocabulary.problems)
        how = self.choices.pick(("error_type", "error_text") if is_own else ("error_type",))
        return node(how, name(error.name))

    # containers and records

    def display(self, kind: Kind, depth: int) -> Node:
        return node("list", *(self.make(kind.inner, depth) for _ in self.choices.many(1, 3)))

    def comprehension(self, kind: Kind, depth: int) -> Node:
        calls, self.calls = self.calls, 0
        of = self.choices.pick((INT, kind.inner if kind.inner.name != "optional" else INT, TEXT))
        source = self.make(list_of(of), depth - 1)
        if of == INT and self.choices.chance(20):
            source = node("range", literal(self.choices.pick((0, 1, 3))))
        with self.scope.block():
            own = self.scope.add(of, frozen=True)
            test = self.make(BOOL, depth) if self.choices.chance(50) else None
            element = self.make(kind.inner, depth)
        self.calls = calls
        if test is None:
            return node("map", element, own.name, source)
        return node("filter", element, own.name, source, test)

    def mapped(self, kind: Kind, depth: int) -> Node:
        return node("dict", *((self.key_text(0), self.make(kind.inner, depth)) for _ in self.choices.many(1, 3)))

    def merged(self, kind: Kind, depth: int) -> Node:
        return node("merge", self.make(kind, depth), self.key_text(0), self.make(kind.inner, depth))

    def built(self, kind: Kind, depth: int) -> Node:
        fields = self.vocabulary.fields[kind.title]
        return node("call", kind.title, tuple((field, self.make(of, depth, typed=True)) for field, of in fields))

    def present(self, kind: Kind, depth: int) -> Node:
        return self.make(kind.inner, depth)

    def got(self, kind: Kind, depth: int) -> Node:
        return node("get", self.mapping(kind.inner), self.key_text(depth))

    def step(self, kind: Kind, depth: int) -> Node:
        """A plain call, in the middle of an expression."""
        return self.call(self.choices.pick(self.scope.callees(kind)), depth)

    def call(self, function: Function, depth: int) -> Node:
        """A plain call; calls.py has the other forms."""
        self.waits |= function.waits
        return node("call", function.name, self.arguments(function.parameters, depth))

    def arguments(self, parameters: Sequence[tuple[str, Kind]], depth: int) -> tuple[tuple[str, Node], ...]:
        by_name = self.choices.chance(30)
        return tuple((field if by_name else "", self.make(kind, depth, typed=True)) for field, kind in parameters)

    def new_error(self, problem: Problem, depth: int) -> Node:
        """A call of an exception class."""
        if not problem.fields and self.choices.chance(10):
            return node("call", problem.name, ())
        given = tuple((field, self.make(kind, depth, typed=True)) for field, kind in problem.fields)
        return node("call", problem.name, (("", self.make(TEXT, depth)), *given))


def _enum(self: Expressions, kind: Kind) -> Node:
    return name(f"{kind.title}.{self.choices.pick(self.vocabulary.members[kind.title])[0]}")


def _opaque(self: Expressions, kind: Kind) -> Node:
    if self.calls and self.choices.chance(30):
        return node("now" if kind.title == "datetime" else "uuid4")
    self.opaque.add(kind.title)
    return name(OPAQUE[kind.title])


def _record(self: Expressions, kind: Kind) -> Node:
    fields = self.vocabulary.fields[kind.title]
    return node("call", kind.title, tuple((field, self.constant(of)) for field, of in fields))


_EMPTY: dict[str, Any] = {"list": [], "dict": {}, "optional": None}
_CONSTANTS: dict[str, Callable[[Expressions, Kind], Node]] = {
    "int": lambda self, kind: literal(self.choices.pick(INTS)),
    "float": lambda self, kind: literal(self.choices.pick(FLOATS)),
    "bool": lambda self, kind: literal(self.choices.pick((False, True))),
    "str": lambda self, kind: literal(self.choices.pick(STRINGS)),
    "enum": _enum,
    "opaque": _opaque,
    "record": _record,
    "optional": lambda self, kind: self.constant(kind.inner),
    "list": lambda self, kind: node("list", self.constant(kind.inner)),
    "dict": lambda self, kind: node("dict", (literal(self.choices.pick(LIKELY_KEYS)), self.constant(kind.inner))),
}
Maker = Callable[[Expressions, Kind, int], Node]
_ANY: tuple[Maker, ...] = (
    Expressions.choose, Expressions.item, Expressions.key, Expressions.get_or, Expressions.narrowed,
)  # fmt: skip
_MAKERS: dict[str, tuple[Maker, ...]] = {
    "int": (
        Expressions.arithmetic, Expressions.arithmetic, Expressions.multiply, Expressions.whole, Expressions.whole,
        Expressions.unary, Expressions.length, Expressions.fold, Expressions.fold, Expressions.to_int, *_ANY,
    ),
    "float": (
        Expressions.arithmetic, Expressions.multiply, Expressions.divide, Expressions.divide, Expressions.unary,
        Expressions.fold, Expressions.to_float, *_ANY,
    ),
    "bool": (
        Expressions.compare, Expressions.compare, Expressions.between, Expressions.equal, Expressions.equal,
        Expressions.is_none, Expressions.narrowing, Expressions.negated, Expressions.both, Expressions.both,
        Expressions.guarded, Expressions.member, Expressions.member, Expressions.affix, Expressions.some, *_ANY[:2],
    ),
    "str": (
        Expressions.concatenate, Expressions.text_of, Expressions.formatted, Expressions.formatted, Expressions.cased,
        Expressions.joined, Expressions.of_error, Expressions.of_error, *_ANY,
    ),
    "enum": _ANY,
    "opaque": _ANY[:2],
    "list": (
        Expressions.display, Expressions.display, Expressions.comprehension, Expressions.comprehension,
        Expressions.concatenate, *_ANY,
    ),
    "dict": (Expressions.mapped, Expressions.mapped, Expressions.merged, *_ANY[:3]),
    "record": (Expressions.built, Expressions.built, *_ANY),
    "optional": (Expressions.present, Expressions.present, Expressions.got, Expressions.got, *_ANY[:3]),
}  # fmt: skip
_DISPLAYS: dict[str, Maker] = {"list": Expressions.display, "dict": Expressions.mapped}


def _may_be_none(kind: Kind) -> bool:
    return kind.name == "optional" or (kind.name in _DISPLAYS and _may_be_none(kind.inner))
