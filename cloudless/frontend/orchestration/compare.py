"""Comparisons, membership, `is None`."""

from __future__ import annotations

import ast

from cloudless.frontend.orchestration.draft import Block
from cloudless.frontend.orchestration.kinds import BOOLEAN, NULL, NUMBERS, SCALARS, has_record, list_of, part, present
from cloudless.frontend.orchestration.unit import Part, path_of
from cloudless.frontend.orchestration.value import LOST, Facts, Value, negated
from cloudless.frontend.orchestration.wording import PURE
from cloudless.ir.expression import And, Compare, Const, Contains, Equal, HasKey, In, IsNone
from cloudless.ir.type import DICT, ENUM, ERROR, INT, JSON, LIST, NONE, OPTIONAL, RECORD, TEXT, Type

_ORDER: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class Comparisons(Part):
    """Compare."""

    def visit_Compare(self, node: ast.Compare, expected: Type | None) -> Value:  # noqa: N802
        return self._chain(self.unit.value(node.left), list(zip(node.ops, node.comparators, strict=True)), node)

    def _chain(self, left: Value, pairs: list[tuple[ast.cmpop, ast.expr]], node: ast.Compare) -> Value:
        """A < b < c: what comes later is evaluated only where what comes before holds."""
        (operator, right), *rest = pairs
        first, other = self._pair(left, operator, right, node)
        if not rest:
            return first
        outer, self.unit.flow = self.unit.flow, self.unit.flow.knowing(first.yes)
        block, more = self.unit.nested(lambda: self._chain(other, rest, node))
        self.unit.flow = outer
        return self._and(first, block, more, node)

    def _and(self, left: Value, block: Block, right: Value, node: ast.expr) -> Value:
        facts = {**left.yes, **right.yes}
        if not block:
            return Value(And(left.expression, right.expression), BOOLEAN, facts)
        no: tuple[Block, Value] = ([], Value(Const(False, BOOLEAN), BOOLEAN))
        return Value(self.unit.chosen(node, left, (block, right), no, BOOLEAN), BOOLEAN, facts)

    def _pair(self, left: Value, operator: ast.cmpop, right: ast.expr, node: ast.Compare) -> tuple[Value, Value]:
        """One comparison, and its right side."""
        if isinstance(operator, ast.Is | ast.IsNot):
            value = self._is(left, right, node)
            return (negated(value) if isinstance(operator, ast.IsNot) else value), LOST
        if isinstance(operator, ast.In | ast.NotIn):
            container = self.unit.value(right, list_of(left.type) if isinstance(right, ast.Tuple) else None)
            value = self._in(left, container, node)
            return (negated(value) if isinstance(operator, ast.NotIn) else value), container
        other = self.unit.value(right, left.type if has_record(left.type) else None)
        if type(operator) in _ORDER:
            return self._order(_ORDER[type(operator)], left, other, node), other
        value = self._equal(left, other, right, node)
        return (negated(value) if isinstance(operator, ast.NotEq) else value), other

    def _is(self, left: Value, right: ast.expr, node: ast.Compare) -> Value:
        if not isinstance(right, ast.Constant) or not (right.value is None or isinstance(right.value, bool)):
            return self.unit.error("CL225", node, "`is` asks for identity, which values do not have", "write ==")
        if left.is_unknown:
            return left
        if right.value is None:
            return self._is_none(left, node)
        if left.type.kind != "bool":
            return self.unit.error("CL225", node, f"`is {right.value}` of {left.type}", "compare bools only")
        return Value(Equal(left.expression, Const(right.value, BOOLEAN)), BOOLEAN)

    def _is_none(self, left: Value, node: ast.Compare) -> Value:
        kind = left.declared
        if kind.kind not in {OPTIONAL, NONE, JSON}:
            source = ast.unparse(node.left)
            return self.unit.error("CL225", node, f"`{source}` is {kind}, which is never None", "leave the test out")
        path = path_of(left.expression) if kind.kind == OPTIONAL else ""
        yes: Facts = {path: NULL} if path else {}
        no: Facts = {path: part(kind)} if path else {}
        return Value(IsNone(left.expression), BOOLEAN, yes, no)

    def _order(self, sign: str, left: Value, right: Value, node: ast.Compare) -> Value:
        if left.is_unknown or right.is_unknown:
            return Value(LOST.expression, BOOLEAN)
        kinds = {left.type.kind, right.type.kind}
        if kinds <= NUMBERS:
            return Value(Compare(sign, left.expression, right.expression), BOOLEAN)
        if OPTIONAL in kinds or NONE in kinds:
            return self.unit.error(
                "CL224",
                node,
                f"`{sign}` of {left.type} and {right.type}: one of them may be None",
                "test it before: if … is not None: …",
            )
        reason = "engines order text differently" if TEXT in kinds else "only numbers have an order here"
        return self.unit.error("CL225", node, f"`{sign}` of {left.type} and {right.type}: {reason}", PURE)

    def _equal(self, left: Value, right: Value, other: ast.expr, node: ast.Compare) -> Value:
        if left.is_unknown or right.is_unknown:
            return Value(LOST.expression, BOOLEAN)
        if isinstance(other, ast.Constant) and other.value is None:
            return self.unit.error(
                "CL225", node, "None is compared with `is`", f"write {ast.unparse(node.left)} is None"
            )
        if not self._comparable(left.type, right.type):
            return self._unequal(left.type, right.type, node)
        ambiguous = self.unit.types.ambiguous(left.type)
        if ambiguous:
            message = f"a {ambiguous} is not compared: it is text here, and equal ones may be written differently"
            return self.unit.error("CL225", node, message, PURE)
        return Value(Equal(left.expression, right.expression), BOOLEAN)

    def _unequal(self, left: Type, right: Type, node: ast.Compare) -> Value:
        if JSON in {left.kind, right.kind}:
            return self.unit.error("CL227", node, "JSON is not compared: an orchestration knows nothing of it", PURE)
        if left == right:
            return self.unit.error("CL225", node, f"{left} is not compared by its fields", PURE)
        is_enum = ENUM in {left.kind, right.kind}
        remedy = "compare with a member of the enum" if is_enum else "compare values of one type"
        return self.unit.error("CL225", node, f"{left} and {right} are never equal", remedy)

    def _comparable(self, left: Type, right: Type) -> bool:
        left, right = present(left), present(right)
        kinds = {left.kind, right.kind}
        if JSON in kinds or ERROR in kinds:
            return False
        if kinds <= NUMBERS or NONE in kinds:
            return True
        if ENUM in kinds and (TEXT in kinds or INT in kinds):
            return self.unit.fits(left, right) or self.unit.fits(right, left)
        if left.kind in {LIST, DICT} and left.kind == right.kind:
            inner = part(left), part(right)
            return "unknown" in {inner[0].kind, inner[1].kind} or self._comparable(*inner)
        return left == right and (left.kind != RECORD or self.unit.types.record(left).is_comparable)

    def _in(self, item: Value, of: Value, node: ast.Compare) -> Value:
        if item.is_unknown or of.is_unknown:
            return Value(LOST.expression, BOOLEAN)
        if of.type.kind == LIST:
            return self._in_list(item, of, node)
        if of.type.kind == DICT and item.type.kind == TEXT:
            return Value(HasKey(of.expression, item.expression), BOOLEAN)
        if of.type.kind == TEXT and item.type.kind == TEXT:
            return Value(Contains(of.expression, item.expression), BOOLEAN)
        if OPTIONAL in {of.type.kind, item.type.kind}:
            return self.unit.error(
                "CL224",
                node,
                f"`in` of {item.type} and {of.type}: one of them may be None",
                "test it before: if … is not None: …",
            )
        return self.unit.error("CL225", node, f"`in` of {item.type} and {of.type} is not in the language", PURE)

    def _in_list(self, item: Value, of: Value, node: ast.Compare) -> Value:
        kind = part(of.type)
        if present(item.type).kind not in SCALARS or present(kind).kind not in {*SCALARS, "unknown"}:
            message = f"`in` of {item.type} and {of.type} is not in the language: it looks for strings and numbers"
            return self.unit.error("CL225", node, message, PURE)
        if kind.kind != "unknown" and not self._comparable(item.type, kind):
            return self.unit.error("CL225", node, f"{item.type} is never in {of.type}", "compare values of one type")
        return Value(In(item.expression, of.expression), BOOLEAN)
