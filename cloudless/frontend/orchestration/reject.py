"""What is not in the language, why, and what to write instead."""

from __future__ import annotations

import ast

from cloudless.frontend.orchestration.kinds import UNKNOWN
from cloudless.frontend.orchestration.unit import Part
from cloudless.frontend.orchestration.value import LOST, Value
from cloudless.frontend.orchestration.wording import PURE

_MODULE = "write it in the module"
_AWAIT = "an orchestration waits by itself", "call the function: charge.invoke(order)"
REASONS: dict[str, tuple[str, str]] = {
    "AsyncFor": _AWAIT,
    "AsyncWith": _AWAIT,
    "Assert": ("`assert` is not in the language: Python can be told to skip it", "write if not …: raise …"),
    "AsyncFunctionDef": ("a function inside is not in the language", _MODULE),
    "Await": _AWAIT,
    "ClassDef": ("a class inside is not in the language", _MODULE),
    "Delete": ("`del` is not in the language: every variable keeps its value", "assign another value"),
    "DictComp": ("a dict comprehension is not in the language", "fill a dict in a for loop: d[k] = v"),
    "FunctionDef": ("a function inside is not in the language", _MODULE),
    "Global": ("`global` is not in the language: instances share nothing", "pass it in, and return it"),
    "Import": ("an import inside is not in the language", _MODULE),
    "ImportFrom": ("an import inside is not in the language", _MODULE),
    "Lambda": ("`lambda` is not in the language: functions are no values", PURE),
    "Match": ("`match` is not in the language", "write if and elif"),
    "NamedExpr": ("`:=` is not in the language", "assign on a line of its own"),
    "Nonlocal": ("`nonlocal` is not in the language: an orchestration stands alone", "pass it in, and return it"),
    "Set": ("sets are not JSON", "write a list"),
    "SetComp": ("sets are not JSON", "write a list"),
    "Slice": ("slices are not in the language", PURE),
    "Starred": ("`*` is not in the language here", "name each value"),
    "TryStar": ("`except*` is not in the language", "write except"),
    "TypeAlias": ("a type inside is not in the language", _MODULE),
    "Yield": ("`yield` is not in the language: an orchestration returns once", "append to a list, and return it"),
    "YieldFrom": ("`yield` is not in the language: an orchestration returns once", "append to a list, and return it"),
}  # fmt: skip


class Rejections(Part):
    """Every node that no visitor takes."""

    def visit_reject(self, node: ast.stmt | ast.expr) -> Value:
        message, remedy = REASONS.get(type(node).__name__, (f"{type(node).__name__} is not in the language", PURE))
        code = "CL201" if isinstance(node, ast.stmt) else "CL202"
        self.unit.error(code, node, message, remedy)
        for name in _bound(node):
            known = self.unit.scope.find(name)
            variable = (
                known if known is not None and not known.ended else self.unit.scope.declare(name, UNKNOWN, node.lineno)
            )
            self.unit.flow.assigned |= variable.bit
        return LOST


def _bound(node: ast.AST) -> set[str]:
    """Names that a rejected node would have given a value to: nothing is told of them."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(one.asname or one.name).partition(".")[0] for one in node.names}
    stored = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    captured = {one.name for one in ast.walk(node) if isinstance(one, ast.MatchAs | ast.MatchStar) and one.name}
    return stored | captured
