"""try, except, else, finally."""

from __future__ import annotations

import ast
from typing import Any

from cloudless.frontend.orchestration.control import looping, stored
from cloudless.frontend.orchestration.draft import Block, Handling
from cloudless.frontend.orchestration.flow import Flow, merged
from cloudless.frontend.orchestration.kinds import error_of
from cloudless.frontend.orchestration.scope import CAUGHT
from cloudless.frontend.orchestration.unit import Part
from cloudless.ir.statement import Try


class Caught:
    """What an `except` has caught: its variable, made when it is first needed."""

    __slots__ = ("handling", "node", "type")

    def __init__(self, handling: Handling, node: ast.ExceptHandler, kind: Any) -> None:
        self.handling = handling
        self.node = node
        self.type = kind


class Trying(Part):
    """Try."""

    def visit_Try(self, node: ast.Try) -> None:  # noqa: N802
        unit = self.unit
        start = looping(unit, node.body)
        body = unit.statements(node.body)
        end = unit.flow
        handlers: list[Handling] = []
        ends: list[Flow] = []
        for one in node.handlers:
            unit.flow = start.copy()
            handlers.append(self._handler(one))
            ends.append(unit.flow)
        unit.flow = end
        otherwise = unit.statements(node.orelse)
        last = self._finally(node, start, merged([unit.flow, *ends]))
        unit.emit(Try, node, body=body, handlers=handlers, otherwise=otherwise, last=last)

    def _finally(self, node: ast.Try, start: Flow, end: Flow) -> Block:
        """The last block, which runs whatever was assigned before; then what is known after it."""
        unit = self.unit
        if not node.finalbody:
            unit.flow = end
            return []
        unit.flow = start.copy()
        unit.flow = looping(
            unit, [*node.body, *(one for handler in node.handlers for one in handler.body), *node.orelse]
        )
        last = unit.statements(node.finalbody)
        if not unit.flow.alive:
            return last
        end.assigned |= unit.flow.assigned
        for name in set(stored(node.finalbody)):
            variable = unit.scope.find(name)
            if variable is not None:
                end.forget(variable.name)
        unit.flow = end
        return last

    def _handler(self, node: ast.ExceptHandler) -> Handling:
        unit = self.unit
        names = self._names(node)
        handling = Handling(names, "", [], node)
        kind = error_of(names[0] if len(names) == 1 else "Exception")
        unit.handlers.append(Caught(handling, node, kind))
        variable, hidden = None, None
        if node.name:
            hidden = unit.scope.find(node.name)
            if hidden is not None and not hidden.ended:
                unit.error(
                    "CL218",
                    node,
                    f"`{node.name}` is a variable since line {hidden.line}, and this one ends with its block",
                    "give the error a name of its own",
                )
            variable = unit.scope.declare(node.name, kind, node.lineno, CAUGHT)
            unit.flow.assigned |= variable.bit
            handling.target = variable.name
        handling.body = unit.statements(node.body)
        unit.handlers.pop()
        if variable is not None:
            variable.ended = "except block"
            unit.scope.uncover(variable.source, hidden)
        return handling

    def _names(self, node: ast.ExceptHandler) -> tuple[str, ...]:
        unit = self.unit
        if node.type is None:
            unit.error("CL261", node, "a bare except takes what no orchestration may take", "write except Exception:")
            return ("Exception",)
        nodes = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names: list[str] = []
        for one in nodes:
            found = unit.statics.resolve(one)
            if isinstance(found, type) and issubclass(found, Exception):
                names.append(unit.error_class(found, one).name)
            else:
                unit.error(
                    "CL261",
                    one,
                    f"`{ast.unparse(one)}` is no class of errors that an orchestration can catch",
                    "name a class derived from Exception",
                )
        return tuple(names) or ("Exception",)
