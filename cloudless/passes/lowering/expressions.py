"""An expression → what is left of it, and the statements that come before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudless.errors import InternalError
from cloudless.ir.expression import (
    And,
    Choose,
    Concat,
    Const,
    ErrorIs,
    Expression,
    List,
    Map,
    Or,
    Setting,
    Text,
    Var,
)
from cloudless.ir.statement import If, Let
from cloudless.ir.type import BOOL, Type
from cloudless.node import replace
from cloudless.passes.expression_types import Types
from cloudless.passes.lowering.capabilities import (
    APPEND,
    EAGER,
    LOWERED,
    NATIVE_RULE,
    SIMPLE,
    TOP,
    WHOLE,
    Capabilities,
    is_simple,
)
from cloudless.passes.lowering.loops import LOOPS
from cloudless.passes.lowering.prelude import Names, Prelude
from cloudless.passes.lowering.total import is_total
from cloudless.passes.tree import nodes, operands, renamed, with_operands

_STRICT: dict[type, str] = {And: "left", Or: "left", Choose: "test", Map: "source"}
"""The operand that is always evaluated, of nodes that have others."""
_LAZY: dict[type, tuple[str, ...]] = {
    And: ("right",), Or: ("right",), Choose: ("then", "otherwise"), Map: ("test", "element"),
}  # fmt: skip
_BRANCHING: frozenset[type] = frozenset({And, Choose, Or})
_TRUE = Const(True, Type(BOOL))
_FALSE = Const(False, Type(BOOL))
_PART = Var("part_100")


class Expressions:
    """Lowers expressions of one orchestration."""

    def __init__(self, capabilities: Capabilities, types: Types, names: Names) -> None:
        self.capabilities = capabilities
        self.types = types
        self.names = names

    def lowered(self, one: Expression, out: Prelude, *, is_data: bool = False) -> Expression:
        """What is left of an expression. is_data: whether it stands where lists and objects may."""
        made = self._expressed(one, out, is_data)
        return self.hoisted(one, out) if made is None else made

    def hoisted(self, one: Expression, out: Prelude) -> Var:
        """A variable that holds the value of an expression."""
        name = self.names.fresh(_hint(one), self.types.of(one))
        self.assign(name, one, out)
        return Var(name)

    def assign(self, target: str, one: Expression, out: Prelude, of: Let | None = None) -> None:
        """Add target = value. of: the statement that says so, if there is one."""
        made = self._whole(target, one, out) or self._expressed(one, out, is_data=True)
        if made is not None:
            out.let(target, made, of)
        elif type(one) in _BRANCHING:
            self._branch(target, one, out, of)
        elif not self.names.is_fresh(target):
            out.let(target, self.hoisted(one, out), of)
        elif type(one) in LOOPS:
            LOOPS[type(one)](self, one, target, out)
        else:
            raise InternalError(f"no statement stands for {type(one).__name__}, which {self.capabilities.name} lacks")

    def bound(self, made: Expression, out: Prelude, hint: str = "part") -> Expression:
        """What is left of an expression, in a variable unless it is one, or a constant."""
        if is_simple(made):
            return made
        name = self.names.fresh(hint, self.types.of(made))
        out.let(name, made)
        return Var(name)

    def own_item(self, one: Map) -> Map:
        """A comprehension whose item is a variable that a loop may have: no other loop has it."""
        kind = self.types.item(one.source)
        if self.names.takes(one.item, kind):
            return one
        item = self.names.fresh(one.item, kind, one.item)
        return replace(one, item=item, element=_put(one.element, one.item, item), test=_put(one.test, one.item, item))

    # --- expressions that stay

    def _whole(self, target: str, one: Expression, out: Prelude) -> Expression | None:
        """What is printed only as the whole value of a Let; None where it is not, or the target is in it."""
        if self.capabilities.rule(one) != WHOLE or Var(target) in nodes(one):
            return None
        return with_operands(one, lambda part: self.lowered(part, out, is_data=True))

    def _expressed(self, one: Expression, out: Prelude, is_data: bool) -> Expression | None:
        """What is left of an expression; None where statements must take its place."""
        rule = self.capabilities.rule(one)
        if rule in {LOWERED, WHOLE} or (rule == TOP and not is_data):
            return None
        if type(one) in {Const, Setting, Var}:
            return None if self._is_heavy(one) and not is_data else one
        if type(one) in _STRICT:
            return self._lazy(one, out, rule)
        if type(one) is Concat and rule == APPEND:
            return self._appended(one, out) if type(one.right) is List else None
        if rule == TOP:
            return with_operands(one, lambda part: self.lowered(part, out, is_data=True))
        if rule == SIMPLE:
            return self._fitting(with_operands(one, lambda part: self.bound(self.lowered(part, out), out)), out)
        return self._fitting(with_operands(one, lambda part: self.lowered(part, out)), out)

    def _appended(self, one: Concat, out: Prelude) -> Expression:
        """A display, item by item: left + [a, b] → (left + [a]) + [b]."""
        assert type(one.right) is List
        items, of = one.right.items, one.right.of
        made = self.lowered(one.left, out)
        for item in items:
            last = self.lowered(item, out)
            is_same = len(items) == 1 and made is one.left and last is item
            made = self._fitting(one if is_same else Concat(made, List((last,), of)), out)
        return made

    def _lazy(self, one: Expression, out: Prelude, rule: str) -> Expression | None:
        """And, Or, Choose, Map; None, and nothing added, where a lazy operand needs statements or must not be here."""
        mark, count = self.names.mark(), len(out.made)
        made = self._tried(one, out, rule)
        if made is None:
            self.names.reset(mark)
            del out.made[count:]
        return made

    def _tried(self, one: Expression, out: Prelude, rule: str) -> Expression | None:
        strict, inner = _STRICT[type(one)], Prelude("", out.span)
        parts: dict[str, Expression | None] = {name: getattr(one, name) for name in (*_LAZY[type(one)], strict)}
        if not all(self._may_be_lazy(parts[name], rule) for name in _LAZY[type(one)]):
            return None
        if type(one) is Map and not self.types.declares(one.item):
            self.types.declare(one.item, self.types.item(one.source))
        made: dict[str, Expression | None] = {}
        for name, part in parts.items():
            made[name] = part and self.lowered(part, out if name == strict else inner)
            if inner.made:
                return None
        is_same = all(part is parts[name] for name, part in made.items())
        fitting = self._fitting(one if is_same else replace(one, **made), out)
        return None if self._is_heavy(fitting) else fitting

    def _may_be_lazy(self, one: Expression | None, rule: str) -> bool:
        """Whether an operand may stand where a backend evaluates it in any case, as the language does not."""
        if one is None or rule == NATIVE_RULE:
            return True
        return is_simple(one) or (rule == EAGER and is_total(one, self.types))

    # --- statements in place of expressions

    def _branch(self, target: str, one: Expression, out: Prelude, of: Let | None) -> None:
        """And, Or or Choose as an If."""
        if type(one) is And:
            one = Choose(one.left, one.right, _FALSE)
        elif type(one) is Or:
            one = Choose(one.left, _TRUE, one.right)
        assert type(one) is Choose
        test = self.lowered(one.test, out)
        then, otherwise = out.inner("then", of), out.inner("otherwise", of)
        self.assign(target, one.then, then)
        self.assign(target, one.otherwise, otherwise)
        out.add(If, of, test=test, then=then.block(), otherwise=otherwise.block())

    # --- weight

    def _is_heavy(self, one: Expression) -> bool:
        return bool(self.capabilities.most) and self.capabilities.weight(one) > self.capabilities.most

    def _fitting(self, made: Expression, out: Prelude) -> Expression:
        """An expression within the limit: its heaviest operands become variables, and texts are built in parts."""
        while self._is_heavy(made):
            heaviest = self._heaviest(made)
            if heaviest is None:
                return _SPLITS[type(made)](self, made, out) if type(made) in _SPLITS else made
            name = self.names.fresh("part", self.types.of(heaviest))
            out.let(name, heaviest)
            made = _with(made, heaviest, Var(name))
        return made

    def _heaviest(self, made: Expression) -> Expression | None:
        """The operand that is best put in a variable; None where that would not make it lighter."""
        weight = self.capabilities.weight
        found: list[Expression] = list(operands(made))
        if type(made) in _STRICT:
            found = [getattr(made, _STRICT[type(made)])]
        elif type(made) is Concat and self.capabilities.rule(made) == APPEND:
            found = [made.left, *operands(made.right)]
        heavy = [part for part in found if not self._is_ours(part) and weight(part) > weight(_PART)]
        return max(heavy, key=weight, default=None)

    def _is_ours(self, one: Expression) -> bool:
        return type(one) is Var and self.names.is_fresh(one.name)

    def split_text(self, one: Text, out: Prelude) -> Expression:
        """Text of many parts: the first that fit, and the rest after them."""
        count = self._fit(len(one.parts), lambda count: Text(one.parts[:count]))
        if count < 2:
            return one
        return self._fitting(Text((self.bound(Text(one.parts[:count]), out), *one.parts[count:])), out)

    def split_names(self, one: ErrorIs, out: Prelude) -> Expression:
        """A test for many classes: for the first that fit, and for the rest."""
        count = self._fit(len(one.names), lambda count: ErrorIs(one.of, one.names[:count]))
        if count < 1:
            return one
        first = self.bound(ErrorIs(one.of, one.names[:count]), out)
        rest = self._fitting(ErrorIs(one.of, one.names[count:]), out)
        return self.lowered(Or(first, self.bound(rest, out)), out)

    def _fit(self, most: int, part: Callable[[int], Expression]) -> int:
        """How many of fewer than `most` are within the limit."""
        return next((count for count in range(most - 1, 0, -1) if not self._is_heavy(part(count))), 0)


_SPLITS: dict[type, Callable[[Expressions, Any, Prelude], Expression]] = {
    ErrorIs: Expressions.split_names, Text: Expressions.split_text,
}  # fmt: skip


def _hint(one: Expression) -> str:
    """A name for what an expression becomes."""
    return _HINTS.get(type(one).__name__, "value")


_HINTS = {
    "Concat": "items", "Const": "part", "Dict": "dict", "ErrorIs": "test", "List": "items", "Map": "items",
    "NewError": "error", "Record": "record", "Setting": "part", "TextCall": "text",
}  # fmt: skip


def _with(one: Expression, old: Expression, new: Expression) -> Expression:
    """An expression with another one in the place of a part of it, which is that very object."""
    return renamed(one, lambda part: new if part is old else None)


def _put(one: Expression | None, old: str, new: str) -> Any:
    """An expression with another variable in the place of one."""
    return one and renamed(one, lambda part: Var(new) if part == Var(old) else None)
