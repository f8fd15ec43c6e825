"""Constants, displays and f-strings."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from cloudless.frontend.orchestration.constants import constant
from cloudless.frontend.orchestration.kinds import (
    ANY,
    NULL,
    STRING,
    UNKNOWN,
    dict_of,
    list_of,
    part,
    present,
    record_of,
    settled,
)
from cloudless.frontend.orchestration.records import ABSENT, TYPED_DICT, RecordClass
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import LOST, Value, text
from cloudless.frontend.orchestration.wording import PURE, nearest
from cloudless.ir.expression import (
    Choose,
    Dict,
    Entry,
    ErrorPart,
    Expression,
    IsNone,
    List,
    Merge,
    Pair,
    Record,
    Text,
    ToText,
)
from cloudless.ir.type import BOOL, DICT, ENUM, ERROR, FLOAT, INT, LIST, NONE, OPTIONAL, RECORD, TEXT, Type


class Literals(Part):
    """Constant, List, Tuple, Dict, JoinedStr."""

    def visit_Constant(self, node: ast.Constant, expected: Type | None) -> Value:  # noqa: N802
        value = constant(node.value, self.unit.types, expected)
        if value is not None:
            return value
        if isinstance(node.value, int | float):
            return self.unit.error(
                "CL202", node, "the number is out of range: JSON holds ints to 2**53 - 1 exactly", "keep it as a string"
            )
        return self.unit.error(
            "CL202", node, f"{type(node.value).__name__} is not JSON", "use str, int, float, bool or None"
        )

    # --- lists

    def visit_List(self, node: ast.List, expected: Type | None) -> Value:  # noqa: N802
        return self._list(node.elts, expected)

    def visit_Tuple(self, node: ast.Tuple, expected: Type | None) -> Value:  # noqa: N802
        if expected is not None and expected.kind == LIST:
            return self._list(node.elts, expected)
        return self.unit.error(
            "CL202", node, "a tuple is no value of the language", "write a list, or a record of a class of your own"
        )

    def _list(self, nodes: list[ast.expr], expected: Type | None) -> Value:
        wanted = wanted_part(expected, LIST)
        items: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                items.append(self.unit.error("CL202", node, "a list display takes no *", "write [1] + others"))
            else:
                items.append(self.unit.fitting(node, wanted, "an item") if wanted else self.unit.value(node))
        kind = wanted or self.common([item.type for item in items])
        return Value(List(tuple(item.expression for item in items), settled(kind)), list_of(kind))

    def common(self, kinds: list[Type]) -> Type:
        """The type of items; JSON where they have nothing in common."""
        found = UNKNOWN
        for kind in kinds:
            found = self.unit.joined(found, kind) or ANY
        return found

    # --- dicts

    def visit_Dict(self, node: ast.Dict, expected: Type | None) -> Value:  # noqa: N802
        record = self._typed_dict(expected)
        if record is not None:
            return self._record(node, record)
        wanted = wanted_part(expected, DICT)
        parts: list[tuple[Value | None, Value]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.unit.fitting(key, STRING, "a key")
            if key is None:
                parts.append((None, self._spread(value)))
            else:
                parts.append((name, self.unit.fitting(value, wanted, "a value") if wanted else self.unit.value(value)))
        kinds = [part(value.type) if name is None else value.type for name, value in parts]
        return Value(_merged(parts), dict_of(wanted or self.common(kinds)))

    def _spread(self, node: ast.expr) -> Value:
        """The dict behind a ** in a display."""
        value = self.unit.value(node)
        if value.type.kind in {DICT, "unknown"}:
            return value
        self.unit.error(
            "CL226", node, f"** wants a dict, and this is {value.type}", "give it a dict, or name the fields"
        )
        return LOST

    def _typed_dict(self, expected: Type | None) -> RecordClass | None:
        kind = present(expected) if expected else None
        if kind is None or kind.kind != RECORD:
            return None
        record = self.unit.types.record(kind)
        return record if record.form == TYPED_DICT else None

    def _record(self, node: ast.Dict, record: RecordClass) -> Value:
        given: dict[str, tuple[ast.expr, ast.expr]] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                given[key.value] = key, value
            else:
                self.unit.error(
                    "CL271",
                    key or value,
                    f"the keys of a {record.name} must be written out",
                    f"name each of {', '.join(record.fields)}",
                )
                return LOST
        return made_record(self.unit, record, node, given)

    # --- text

    def visit_JoinedStr(self, node: ast.JoinedStr, expected: Type | None) -> Value:  # noqa: N802
        parts = [self._piece(one) for one in node.values]
        return Value(Text(tuple(parts)), STRING)

    def _piece(self, node: ast.expr) -> Expression:
        if isinstance(node, ast.Constant):
            return text(str(node.value))
        if not isinstance(node, ast.FormattedValue):
            return LOST.expression
        if node.conversion != -1 or node.format_spec is not None:
            self.unit.error(
                "CL203",
                node.value,
                "formats and conversions are not in the language: engines write numbers differently",
                PURE,
            )
            return LOST.expression
        return as_text(self.unit, self.unit.value(node.value), node.value).expression


def wanted_part(expected: Type | None, kind: str) -> Type | None:
    """The type of items that the surroundings want."""
    if expected is None or present(expected).kind != kind:
        return None
    found = part(present(expected))
    return None if found is UNKNOWN else found


def _merged(parts: list[tuple[Value | None, Value]]) -> Expression:
    """Pairs and spread dicts, in order."""
    made: Expression | None = None
    pairs: list[Pair] = []
    for name, value in parts:
        if name is not None:
            pairs.append(Pair(name.expression, value.expression))
            continue
        if pairs:
            made = Dict(tuple(pairs)) if made is None else Merge(made, Dict(tuple(pairs)))
            pairs = []
        made = value.expression if made is None else Merge(made, value.expression)
    if made is None:
        return Dict(tuple(pairs))
    return Merge(made, Dict(tuple(pairs)))


def as_text(unit: Unit, value: Value, node: ast.expr) -> Value:
    """A value as str() gives it."""
    expression = _textual(unit, value.expression, value.type)
    if expression is not None:
        return Value(expression, STRING)
    if value.is_unknown:
        return value
    if present(value.type).kind == FLOAT:
        return unit.error("CL228", node, "a float has no one text: engines write its digits differently", PURE)
    return unit.error("CL228", node, f"{value.type} has no text in an orchestration", f"name a field of it, or {PURE}")


def _textual(unit: Unit, of: Expression, kind: Type) -> Expression | None:
    if kind.kind == TEXT or (kind.kind == ENUM and _is_str_enum(unit, kind)):
        return of
    if kind.kind in {INT, BOOL, NONE}:
        return ToText(of, kind.kind)
    if kind.kind == ERROR:
        return ErrorPart(of, "message")
    if kind.kind == OPTIONAL:
        inner = _textual(unit, of, part(kind))
        return None if inner is None else Choose(IsNone(of), text("None"), inner)
    return None


def _is_str_enum(unit: Unit, kind: Type) -> bool:
    """Whether str() gives the value: of a StrEnum it does, of a plain (str, Enum) it depends on the version."""
    cls: Any = unit.types.enum(kind)
    return issubclass(cls, str) and cls.__str__ is str.__str__


def made_record(
    unit: Unit, record: RecordClass, node: ast.expr, given: Mapping[str, tuple[ast.AST, ast.expr]]
) -> Value:
    """A record of a class. given: where each field is named, and its value."""
    if record.obstacle:
        return unit.error("CL271", node, f"{record.name} cannot be made in an orchestration: {record.obstacle}", PURE)
    values: dict[str, Expression] = {}
    for name, (place, value) in given.items():
        found = record.fields.get(name)
        if found is None:
            unit.value(value)
            unit.error(
                "CL271",
                place,
                f"{record.name} has no field `{name}`",
                nearest(name, record.fields) or f"it has {', '.join(record.fields)}",
            )
        else:
            values[name] = unit.fitting(value, found.type, f"field `{name}` of {record.name}").expression
    missing = [name for name in record.fields if name not in values and not _defaulted(unit, record, name, values)]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        return unit.error(
            "CL271", node, f"{record.name} needs {names}", f"give {'it' if len(missing) == 1 else 'them'} a value here"
        )
    unit.found.records[record.name] = None
    entries = tuple(Entry(one.key, values[name]) for name, one in record.fields.items() if not one.unwritten)
    return Value(Record(record.name, entries), record_of(record.name))


def _defaulted(unit: Unit, record: RecordClass, name: str, values: dict[str, Expression]) -> bool:
    """Give a field its default, where that is a constant."""
    field = record.fields[name]
    default = None if field.default is ABSENT else constant(field.default, unit.types, field.type)
    if default is None or (default.type is NULL and not unit.fits(NULL, field.type)):
        return False
    values[name] = default.expression
    return True


def is_empty(expression: Expression) -> bool:
    """Whether it is an empty display."""
    return (type(expression) is List or type(expression) is Dict) and not expression.items
