"""Calls of classes: records are made; errors only where they are raised."""

from __future__ import annotations

import ast
from enum import Enum

from cloudless.frontend.orchestration.literals import made_record
from cloudless.frontend.orchestration.records import DATACLASS
from cloudless.frontend.orchestration.steps import visit_arguments
from cloudless.frontend.orchestration.unit import Unit
from cloudless.frontend.orchestration.value import Value
from cloudless.frontend.orchestration.wording import PURE
from cloudless.ir.type import RECORD


def call(unit: Unit, node: ast.Call, found: type) -> Value:
    """Order(id="1"): a record; other classes are refused."""
    kind = unit.types.of(found)
    if kind.kind == RECORD:
        return _record(unit, node, found)
    visit_arguments(unit, node)
    if issubclass(found, Exception):
        return unit.error("CL261", node, "an error is made where it is raised", f"write raise {ast.unparse(node)}")
    if issubclass(found, Enum):
        return unit.error(
            "CL203", node, "a member of an enum is named, not looked up", f"write {found.__name__}.{_first(found)}"
        )
    return unit.error("CL204", node.func, f"`{ast.unparse(node.func)}` is no class of records", PURE)


def _record(unit: Unit, node: ast.Call, found: type) -> Value:
    record = unit.types.record(unit.types.of(found))
    names = list(record.fields) if record.form == DATACLASS else []
    given: dict[str, tuple[ast.AST, ast.expr]] = {}
    for at, one in enumerate(node.args):
        if at >= len(names) or isinstance(one, ast.Starred):
            visit_arguments(unit, node)
            return unit.error(
                "CL271",
                one,
                f"the fields of {record.name} are named",
                f"write {record.name}({next(iter(record.fields), 'id')}=…)",
            )
        given[names[at]] = one, one
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in given:
            visit_arguments(unit, node)
            return unit.error(
                "CL271", keyword.value, "each field is named once, and nothing is unpacked with **", "name the fields"
            )
        given[keyword.arg] = keyword, keyword.value
    return made_record(unit, record, node, given)


def _first(kind: type[Enum]) -> str:
    return next(iter(kind.__members__), "NAME")
