"""Names, attributes and items: variables, fields of records, constants of the module."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import Any

from cloudless.frontend.orchestration.constants import NOTHING, constant
from cloudless.frontend.orchestration.kinds import STRING, UNKNOWN, WHOLE, part
from cloudless.frontend.orchestration.records import TYPED_DICT, FieldOf
from cloudless.frontend.orchestration.scope import SAGA, Variable
from cloudless.frontend.orchestration.statics import HANDLES, Member
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import Value, text, whole
from cloudless.frontend.orchestration.wording import PURE, nearest, none_remedy
from cloudless.ir.expression import (
    And,
    Arithmetic,
    Choose,
    Compare,
    Const,
    ErrorData,
    ErrorHas,
    ErrorPart,
    Expression,
    Field,
    HasKey,
    Index,
    Key,
    Length,
    Setting,
    Var,
)
from cloudless.ir.type import DICT, ENUM, ERROR, INT, JSON, LIST, NONE, OPAQUE, OPTIONAL, RECORD, TEXT, Type
from cloudless.secret import Config, Secret


class Names(Part):
    """Name, Attribute, Subscript."""

    def visit_Name(self, node: ast.Name, expected: Type | None) -> Value:  # noqa: N802
        variable = self.unit.scope.find(node.id)
        if variable is None:
            return self._static(node, node.id, self.unit.statics.lookup(node.id), expected)
        if variable.ended or not self.unit.flow.assigned & variable.bit:
            return self._absent(node, variable)
        if variable.role == SAGA:
            return self.unit.error(
                "CL265",
                node,
                f"`{node.id}` is a saga: it has on_failure(…) and nothing else",
                f"write {node.id}.on_failure(…)",
            )
        return self.unit.known(Var(variable.name), variable.type)

    def _absent(self, node: ast.Name, variable: Variable) -> Value:
        name = node.id
        if variable.ended:
            return self.unit.error(
                "CL213",
                node,
                f"`{name}` of line {variable.line} ended with its {variable.ended}",
                f"keep it in a variable that is set before: last = {name}",
            )
        self.unit.flow.assigned |= variable.bit
        return self.unit.error(
            "CL212",
            node,
            f"`{name}` may have no value here",
            f"give it one before, e.g. where line {variable.line} is not reached",
        )

    def _static(self, node: ast.expr, name: str, found: Any, expected: Type | None) -> Value:
        unit = self.unit
        if found is NOTHING:
            return self._unknown(node, name)
        if isinstance(found, (*HANDLES, Member)):
            return self._handle(node, found)
        value = None if isinstance(found, type | ModuleType) else constant(found, unit.types, expected)
        if value is not None:
            return value
        if isinstance(found, type | ModuleType):
            what = "a class" if isinstance(found, type) else "a module"
            return unit.error("CL214", node, f"`{name}` is {what}, which is no value of the language", PURE)
        message = f"`{name}` is a {type(found).__name__} of the module, which is no constant of the language"
        return unit.error("CL214", node, message, f"pass it in as an argument, or {PURE}")

    def _unknown(self, node: ast.expr, name: str) -> Value:
        if name in self.unit.statics.locals:
            self.unit.scope.declare(name, UNKNOWN, node.lineno)
            return self.unit.error("CL212", node, f"`{name}` has no value here", "assign to it before")
        remedy = nearest(name, [*self.unit.statics.locals, *self.unit.statics.names]) or "define it in the module"
        return self.unit.error("CL211", node, f"`{name}` is not defined", remedy)

    def _handle(self, node: ast.expr, found: Any) -> Value:
        member = found.name if isinstance(found, Member) else ""
        handle = found.handle if isinstance(found, Member) else found
        if isinstance(handle, Config) and member == "value":
            kind = self.unit.types.of(handle.type)
            return Value(Setting(handle.name, kind), kind)
        if isinstance(handle, Secret):
            return self.unit.error(
                "CL215",
                node,
                "a secret never enters an orchestration: its history would keep it",
                "read it in the function that needs it",
            )
        return self.unit.error(
            "CL215",
            node,
            f"`{ast.unparse(node)}` is no value that an orchestration can keep",
            "call it here, with its arguments",
        )

    # --- attributes

    def visit_Attribute(self, node: ast.Attribute, expected: Type | None) -> Value:  # noqa: N802
        found = self.unit.statics.resolve(node)
        if found is not NOTHING:
            return self._static(node, ast.unparse(node), found, expected)
        caught = self._class_name(node)
        if caught is not None:
            return caught
        if isinstance(self.unit.statics.resolve(node.value), type | ModuleType):
            return self.unit.error("CL211", node, f"`{ast.unparse(node)}` is not defined", "define it in the module")
        value = self.unit.value(node.value)
        return value if value.is_unknown else self.attribute(value, node)

    def _class_name(self, node: ast.Attribute) -> Value | None:
        """type(e).__name__, e.__class__.__name__."""
        of: ast.expr | None = None
        if node.attr == "__name__":
            match node.value:
                case ast.Call(func=ast.Name(id="type"), args=[one]):
                    of = one
                case ast.Attribute(value=one, attr="__class__"):
                    of = one
                case _:
                    pass
        if of is None:
            return None
        value = self.unit.value(of)
        if value.type.kind == ERROR:
            return Value(ErrorPart(value.expression, "type"), STRING)
        return (
            value
            if value.is_unknown
            else self.unit.error("CL202", node, "only errors tell the name of their class", PURE)
        )

    def attribute(self, value: Value, node: ast.Attribute) -> Value:
        """An attribute of a value."""
        kind, name = value.type, node.attr
        if kind.kind == RECORD:
            return self._record_field(value, node)
        if kind.kind == ENUM and name == "value":
            members = list(self.unit.types.enum(kind))
            return Value(value.expression, STRING if isinstance(members[0].value, str) else WHOLE)
        if kind.kind == ERROR:
            return self._error_field(value, node)
        return self._no_attribute(value, node)

    def _no_attribute(self, value: Value, node: ast.Attribute) -> Value:
        kind, source = value.type, ast.unparse(node.value)
        if kind.kind in {OPTIONAL, NONE}:
            return self.unit.error(
                "CL224",
                node,
                f"`{source}` may be None here, and has no `{node.attr}` then",
                none_remedy(node.value),
            )
        if kind.kind == JSON:
            return self.unit.error(
                "CL227",
                node,
                f"`{source}` is JSON, of which an orchestration knows nothing",
                f"annotate it with a type of its own, or {PURE}",
            )
        if kind.kind == OPAQUE:
            return self.unit.error(
                "CL227", node, f"`{source}` is a {kind}, which may be passed on and compared with ==", PURE
            )
        return self.unit.error("CL229", node, f"{kind} has no attribute `{node.attr}` in an orchestration", PURE)

    def _record_field(self, value: Value, node: ast.Attribute) -> Value:
        record = self.unit.types.record(value.type)
        if record.form == TYPED_DICT and node.attr in record.fields:
            remedy = f'write {ast.unparse(node.value)}["{node.attr}"]'
            return self.unit.error("CL229", node, f"{record.name} is a TypedDict", remedy)
        return self.field(value, node.attr, node)

    def field(self, value: Value, name: str, node: ast.expr) -> Value:
        """A field of a record."""
        unit, record = self.unit, self.unit.types.record(value.type)
        found = record.fields.get(name)
        if found is None or found.unwritten:
            remedy = nearest(name, record.fields) or f"its fields are {', '.join(record.fields)}"
            return unit.error("CL229", node, f"{record.name} has no field `{name}`", remedy)
        return self.member(value, found, node)

    def member(self, value: Value, found: FieldOf, node: ast.expr) -> Value:
        """A field that is there."""
        unit, record = self.unit, self.unit.types.record(value.type)
        if record.problem:
            return unit.error("CL272", node, f"the fields of {record.name} cannot be read: {record.problem}", PURE)
        unit.found.records[record.name] = None
        return unit.known(Field(value.expression, found.key), found.type)

    def _error_field(self, value: Value, node: ast.Attribute) -> Value:
        unit, name = self.unit, node.attr
        kind = unit.shared.faults.named(value.type.name) or Exception
        found = unit.shared.faults.field(kind, name)
        if found is None:
            known = [one.name for one in unit.shared.faults.data(kind).fields]
            remedy = (
                nearest(name, known)
                or f"annotate it in the class: `{name}: str`; str({ast.unparse(node.value)}) is the message"
            )
            return unit.error("CL229", node, f"{kind.__name__} has no annotated field `{name}`", remedy)
        unit.check(node, ErrorHas(value.expression, name), "AttributeError", text(name))
        return Value(ErrorData(value.expression, name), found)

    # --- items

    def visit_Subscript(self, node: ast.Subscript, expected: Type | None) -> Value:  # noqa: N802
        value = self.unit.value(node.value)
        if value.is_unknown:
            return value
        if isinstance(node.slice, ast.Slice):
            return self.unit.error("CL203", node, "slices are not in the language: engines cut differently", PURE)
        return self.item(value, node)

    def item(self, value: Value, node: ast.Subscript) -> Value:
        """An item of a value."""
        kind = value.type.kind
        if kind == LIST:
            return self._of_list(value, node)
        if kind == DICT:
            return self._of_dict(value, node)
        if kind == RECORD and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            if self.unit.types.record(value.type).form == TYPED_DICT:
                return self.field(value, node.slice.value, node)
            return self.unit.error(
                "CL229", node, f"{value.type} is no dict", f"write {ast.unparse(node.value)}.{node.slice.value}"
            )
        return self._no_item(value, node)

    def _no_item(self, value: Value, node: ast.Subscript) -> Value:
        kind, source = value.type, ast.unparse(node.value)
        if kind.kind == TEXT:
            return self.unit.error(
                "CL203", node, "parts of strings are not in the language: engines count differently", PURE
            )
        if kind.kind in {OPTIONAL, NONE}:
            return self.unit.error("CL224", node, f"`{source}` may be None here", none_remedy(node.value))
        if kind.kind == JSON:
            return self.unit.error(
                "CL227",
                node,
                f"`{source}` is JSON, of which an orchestration knows nothing",
                f"annotate it with a type of its own, or {PURE}",
            )
        return self.unit.error(
            "CL229", node, f"{kind} has no items here", "index lists by int, dicts and TypedDicts by str"
        )

    def _of_list(self, value: Value, node: ast.Subscript) -> Value:
        at = self.unit.fitting(node.slice, WHOLE, "an index")
        if at.is_unknown:
            return at
        value = self.unit.bound(value, node, "list")
        return Value(Index(value.expression, position(self.unit, value, at, node)), part(value.type))

    def _of_dict(self, value: Value, node: ast.Subscript) -> Value:
        key = self.unit.fitting(node.slice, STRING, "a key")
        if key.is_unknown:
            return key
        expression = looked_up(self.unit, value, key, node)
        return Value(expression, part(value.type))


def looked_up(unit: Unit, value: Value, key: Value, node: ast.AST) -> Expression:
    """value[key] of a dict, with the Check before it."""
    value = unit.bound(value, node, "dict")
    if type(key.expression) is not Const:
        key = unit.bound(key, node, "key")
    unit.check(node, HasKey(value.expression, key.expression), "KeyError", key.expression)
    return Key(value.expression, key.expression)


def position(unit: Unit, value: Value, at: Value, node: ast.AST) -> Expression:
    """An index of a list as one from its start, with the Check before it."""
    size: Expression = Length(value.expression, "list")
    index = at.expression
    if type(index) is Const:
        number: int = index.value
        test = Compare(">", size, index) if number >= 0 else Compare(">=", size, whole(-number))
        unit.check(node, test, "IndexError", text("list index out of range"))
        return index if number >= 0 else Arithmetic("-", size, whole(-number), INT)
    at = unit.bound(at, node, "at")
    below = Compare("<", at.expression, whole(0))
    counted = Choose(below, Arithmetic("+", size, at.expression, INT), at.expression)
    exact = unit.bound(Value(counted, WHOLE), node, "at").expression
    unit.check(
        node,
        And(Compare(">=", exact, whole(0)), Compare("<", exact, size)),
        "IndexError",
        text("list index out of range"),
    )
    return exact
