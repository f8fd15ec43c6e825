"""Operators: of numbers, strings, lists, dicts and bools."""

from __future__ import annotations

import ast

from cloudless.frontend.orchestration.draft import Block
from cloudless.frontend.orchestration.kinds import (
    ANY,
    BOOLEAN,
    NUMBERS,
    REAL,
    STRING,
    WHOLE,
    dict_of,
    has_record,
    is_mutable,
    list_of,
    part,
)
from cloudless.frontend.orchestration.unit import Part
from cloudless.frontend.orchestration.value import LOST, NOTHING, Value, negated, text
from cloudless.frontend.orchestration.wording import PURE
from cloudless.ir.expression import And, Arithmetic, Concat, Const, Equal, Expression, Merge, Not, Or, Text, Unary
from cloudless.ir.type import BOOL, DICT, FLOAT, INT, LIST, TEXT, Type

SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.Invert: "~", ast.USub: "-", ast.UAdd: "+"}
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%"})
_DIVIDING = frozenset({"/", "//", "%"})


class Operators(Part):
    """BinOp, UnaryOp, BoolOp, IfExp."""

    def visit_BinOp(self, node: ast.BinOp, expected: Type | None) -> Value:  # noqa: N802
        wanted = expected if expected is not None and expected.kind in {LIST, DICT, FLOAT} else None
        left = self.unit.value(node.left, wanted)
        right = self.unit.value(node.right, wanted or (left.type if has_record(left.type) else None))
        return self.applied(SIGNS[type(node.op)], left, right, node)

    def applied(self, sign: str, left: Value, right: Value, node: ast.AST) -> Value:
        """A binary operator on two values."""
        if left.is_unknown or right.is_unknown:
            return LOST
        kinds = {left.type.kind, right.type.kind}
        if kinds <= NUMBERS and sign in _ARITHMETIC:
            return self._arithmetic(sign, left, right, node)
        if sign == "+" and kinds == {TEXT}:
            return Value(_text(left.expression, right.expression), STRING)
        if sign == "+" and kinds == {LIST}:
            kind = self.unit.joined(part(left.type), part(right.type)) or ANY
            return Value(Concat(left.expression, right.expression), list_of(kind))
        if sign == "|" and kinds == {DICT}:
            kind = self.unit.joined(part(left.type), part(right.type)) or ANY
            return Value(Merge(left.expression, right.expression), dict_of(kind))
        return self._refused(sign, left, right, node)

    def _refused(self, sign: str, left: Value, right: Value, node: ast.AST) -> Value:
        kinds = {left.type.kind, right.type.kind}
        if kinds & {"optional", "none"}:
            message = f"`{sign}` of {left.type} and {right.type}: one of them may be None"
            return self.unit.error("CL224", node, message, "test it before: if … is not None: …")
        is_text = sign == "+" and TEXT in kinds and kinds & {INT, BOOL}
        remedy = 'write an f-string: f"{one}{other}"' if is_text else PURE
        return self.unit.error(
            "CL226", node, f"`{sign}` of {left.type} and {right.type} is not in the language", remedy
        )

    def _arithmetic(self, sign: str, left: Value, right: Value, node: ast.AST) -> Value:
        kind = FLOAT if sign == "/" or FLOAT in {left.type.kind, right.type.kind} else INT
        if sign in _DIVIDING and not (type(right.expression) is Const and right.expression.value != 0):
            right = self.unit.bound(right, node, "divisor")
            zero = Const(0, right.type)
            self.unit.check(node, Not(Equal(right.expression, zero)), "ZeroDivisionError", text("division by zero"))
        return Value(Arithmetic(sign, left.expression, right.expression, kind), REAL if kind == FLOAT else WHOLE)

    def visit_UnaryOp(self, node: ast.UnaryOp, expected: Type | None) -> Value:  # noqa: N802
        if isinstance(node.op, ast.Not):
            return negated(self.unit.condition(node.operand))
        value = self.unit.value(node.operand, expected)
        if value.is_unknown:
            return value
        if isinstance(node.op, ast.Invert) or value.type.kind not in NUMBERS:
            sign = _UNARY[type(node.op)]
            return self.unit.error("CL226", node, f"`{sign}` of {value.type} is not in the language", PURE)
        return value if isinstance(node.op, ast.UAdd) else _negative(value)

    # --- bools

    def visit_BoolOp(self, node: ast.BoolOp, expected: Type | None) -> Value:  # noqa: N802
        is_and, unit = isinstance(node.op, ast.And), self.unit
        made: Value | None = None
        fine = True
        for one in node.values:
            outer = unit.flow
            if made is not None:
                unit.flow = outer.knowing(made.yes if is_and else made.no)
            block, right = unit.nested(lambda one=one: unit.value(one, BOOLEAN))  # type: ignore[misc]
            unit.flow = outer
            fine = fine and (right.type.kind in {BOOL, "unknown"} or self._no_bool(right, one, node))
            if made is None:
                unit.block += block
            made = right if made is None else self._both(is_and, made, block, right, one)
        return made if fine and made is not None else LOST

    def _no_bool(self, value: Value, node: ast.expr, whole: ast.BoolOp) -> bool:
        word, source = "and" if isinstance(whole.op, ast.And) else "or", ast.unparse(node)
        remedy = 'compare it: `!= 0`, `!= ""`, `len(…) > 0`, `is not None`'
        if value.type.kind == "optional" and word == "or" and node is not whole.values[-1]:
            remedy = f"write {source} if {source} is not None else {ast.unparse(whole.values[-1])}"
        self.unit.error("CL223", node, f"`{word}` is of bools, and this is {value.type}", remedy)
        return False

    def _both(self, is_and: bool, left: Value, block: Block, right: Value, node: ast.expr) -> Value:
        if is_and:
            yes, no = {**left.yes, **right.yes}, NOTHING
        else:
            yes, no = NOTHING, {**left.no, **right.no}
        expression: Expression
        if not block:
            expression = (And if is_and else Or)(left.expression, right.expression)
        else:
            done: tuple[Block, Value] = ([], Value(Const(not is_and, BOOLEAN), BOOLEAN))
            more = (block, right)
            expression = self.unit.chosen(node, left, more if is_and else done, done if is_and else more, BOOLEAN)
        return Value(expression, BOOLEAN, yes, no)

    def visit_IfExp(self, node: ast.IfExp, expected: Type | None) -> Value:  # noqa: N802
        test = self.unit.condition(node.test)
        then = self.unit.lazily(node.body, test.yes, expected)
        otherwise = self.unit.lazily(node.orelse, test.no, expected or _hint(then[1].type))
        kinds = then[1].type, otherwise[1].type
        kind = self.unit.joined(*kinds) or (ANY if expected is not None and expected.kind == "json" else None)
        if kind is None:
            return self.unit.error(
                "CL222", node, f"one side is {kinds[0]}, the other {kinds[1]}", "give both sides one type"
            )
        if test.is_unknown:
            return Value(LOST.expression, kind)
        return Value(self.unit.chosen(node, test, then, otherwise, kind), kind)


def _hint(kind: Type) -> Type | None:
    return kind if is_mutable(kind) else None


def _text(left: Expression, right: Expression) -> Text:
    parts = (*(left.parts if type(left) is Text else (left,)), *(right.parts if type(right) is Text else (right,)))
    return Text(parts)


def _negative(value: Value) -> Value:
    if type(value.expression) is Const and value.expression.value != 0:
        return Value(Const(-value.expression.value, value.expression.type), value.type)
    if type(value.expression) is Const:
        return value
    return Value(Unary("neg", value.expression, value.type.kind), value.type)
