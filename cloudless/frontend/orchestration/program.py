"""One orchestration whole: its signature, its code, its end; and what holds between several."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from cloudless import ir
from cloudless.app import App
from cloudless.codec import codec_of
from cloudless.errors import InvalidBody
from cloudless.frontend.functions import original
from cloudless.frontend.orchestration.assign import Assignments
from cloudless.frontend.orchestration.callee import signature
from cloudless.frontend.orchestration.calls import Calls
from cloudless.frontend.orchestration.compare import Comparisons
from cloudless.frontend.orchestration.comprehension import Comprehensions
from cloudless.frontend.orchestration.constants import constant
from cloudless.frontend.orchestration.control import Control
from cloudless.frontend.orchestration.draft import Numbering
from cloudless.frontend.orchestration.kinds import NULL, UNKNOWN
from cloudless.frontend.orchestration.literals import Literals
from cloudless.frontend.orchestration.names import Names
from cloudless.frontend.orchestration.operators import Operators
from cloudless.frontend.orchestration.raising import Raising
from cloudless.frontend.orchestration.reject import Rejections
from cloudless.frontend.orchestration.saga import Sagas
from cloudless.frontend.orchestration.trying import Trying
from cloudless.frontend.orchestration.unit import Part, Shared, Unit
from cloudless.frontend.orchestration.value import NONE_CONST
from cloudless.frontend.report import Report
from cloudless.handler import defaults_of
from cloudless.ir.span import Span
from cloudless.ir.statement import Return
from cloudless.ir.type import Type
from cloudless.message import is_context
from cloudless.orchestration import Orchestration

Definition = ast.FunctionDef | ast.AsyncFunctionDef
PARTS: tuple[type[Part], ...] = (
    Literals, Names, Operators, Comparisons, Comprehensions, Calls, Assignments, Control, Trying, Raising, Sagas,
    Rejections,
)  # fmt: skip
_CO_COROUTINE, _STARS = 0x80, 0x0C


class Program:
    """Every orchestration of an app; of two of one name, the first."""

    def __init__(self, app: App, report: Report) -> None:
        self._shared = Shared(app, report)
        self._report = report
        self._units: dict[str, Unit] = {}

    def compiled(self) -> tuple[ir.Orchestration, ...]:
        """All of them, in order of their names."""
        made: dict[str, ir.Orchestration] = {}
        for one in self._shared.app.orchestrations:
            found = self._one(one) if one.name not in made else None
            if found is not None:
                made[one.name] = found
        self._recursions()
        self._rivals()
        return tuple(made[name] for name in sorted(made))

    def _one(self, one: Orchestration[..., Any]) -> ir.Orchestration | None:
        function = original(one.function)
        definition = None if function is None else _definition(self._report, function)
        if function is None or definition is None:
            self._unreadable(one)
            return None
        made = Whole(self._shared, one, function, definition)
        self._units[one.name] = made.unit
        return made.compiled()

    def _unreadable(self, one: Orchestration[..., Any]) -> None:
        self._report.error(
            "CL201",
            self._report.sources.declaration(one.place),
            f"the code of orchestration {one.name!r} cannot be read",
            "write it with def, in a file",
        )

    # --- between orchestrations

    def _recursions(self) -> None:
        """An orchestration that, by those it calls, calls itself."""
        for name, unit in self._units.items():
            for child, span in unit.found.children:
                if name in self._below(child):
                    what = "itself" if child == name else f"{child!r}, which calls it again"
                    self._report.error(
                        "CL247",
                        span,
                        f"orchestration {name!r} calls {what}: no platform nests without end",
                        "write a while loop",
                    )

    def _below(self, name: str) -> set[str]:
        """An orchestration and all that it calls."""
        seen, waiting = {name}, [name]
        while waiting:
            unit = self._units.get(waiting.pop())
            found = {child for child, _ in unit.found.children} - seen if unit else set[str]()
            seen |= found
            waiting += found
        return seen

    def _rivals(self) -> None:
        """Branches that wait for one event: which of them gets it would be a matter of time."""
        for unit in self._units.values():
            for branches in unit.found.parallel:
                taken: dict[str, int] = {}
                for at, (name, span) in enumerate(branches):
                    for event in sorted(self._waits(name)):
                        if taken.setdefault(event, at) != at:
                            self._report.error(
                                "CL248",
                                span,
                                f"two branches may wait for event {event!r} at the same time",
                                "wait before the branches, or give each its own event",
                            )

    def _waits(self, name: str) -> set[str]:
        return {event for one in self._below(name) if one in self._units for event in self._units[one].found.waits}


class Whole:
    """One orchestration."""

    def __init__(
        self, shared: Shared, one: Orchestration[..., Any], function: FunctionType, definition: Definition
    ) -> None:
        self._one = one
        self._shared = shared
        self._function = function
        self._definition = definition
        self._hints = signature(function)
        result = self._result()
        self.unit = Unit(shared, function, result, function.__code__.co_filename, PARTS)

    def compiled(self) -> ir.Orchestration:
        """The orchestration as IR."""
        unit = self.unit
        parameters = self._parameters()
        body = unit.statements(self._definition.body)
        unit.block = body
        self._end()
        self._finish()
        return ir.Orchestration(
            name=self._one.name,
            module=self._function.__module__,
            qualname=self._function.__qualname__,
            parameters=parameters,
            result=unit.result,
            body=Numbering(unit.span).statements(body),
            variables=unit.scope.variables(),
            records=tuple(self._shared.types.record_named(name).as_data() for name in sorted(unit.found.records)),
            errors=tuple(unit.found.errors[name] for name in sorted(unit.found.errors)),
            calls=tuple(unit.found.calls[name] for name in sorted(unit.found.calls)),
            waits=tuple(sorted(unit.found.waits)),
            timeout_s=self._one.timeout_s,
            grants=_grants(unit.found.grants),
            span=self._shared.report.sources.declaration(self._one.place),
        )

    def _result(self) -> Type:
        if "return" in self._hints:
            return self._shared.types.of(self._hints["return"])
        return NULL if not any(_returns(self._definition)) else UNKNOWN

    def _parameters(self) -> tuple[ir.Argument, ...]:
        self._check_signature()
        unit, defaults = self.unit, defaults_of(self._function)
        arguments: list[ir.Argument] = []
        for node in _arguments(self._definition):
            kind = self._kind(node)
            if node.arg not in self._hints:
                unit.error("CL221", node, f"parameter `{node.arg}` has no type", f"annotate it: {node.arg}: str")
            default = self._default(node, kind, defaults[node.arg]) if node.arg in defaults else None
            unit.flow.assigned |= unit.scope.declare(node.arg, kind, node.lineno).bit
            arguments.append(ir.Argument(node.arg, kind, node.arg not in defaults, default))
        return tuple(arguments)

    def _default(self, node: ast.arg, kind: Type, value: object) -> Any:
        """The default of a parameter as JSON."""
        if constant(value, self.unit.types, kind) is None:
            text = f"the default of `{node.arg}` is no constant of the language"
            self.unit.error("CL221", node, text, "give it a default of JSON, or none")
            return None
        try:
            return json.loads(codec_of(self._hints.get(node.arg, Any)).encode(value))
        except InvalidBody as problem:
            text = f"the default of `{node.arg}` is not of its type: {problem}"
            self.unit.error("CL221", node, text, "give it a default of its type, or none")
            return None

    def _kind(self, node: ast.arg) -> Type:
        """The type of a parameter; unknown where there is none."""
        hint = self._hints.get(node.arg)
        if node.arg not in self._hints:
            return UNKNOWN
        if is_context(hint):
            self.unit.error(
                "CL221",
                node,
                "an orchestration has no Context: no instance runs it",
                "ask for it in a function that is called here: its context.execution is the id of the execution",
            )
            return UNKNOWN
        return self._shared.types.of(hint)

    def _check_signature(self) -> None:
        unit, node, flags = self.unit, self._definition, self._function.__code__.co_flags
        name = _name_of(node)
        if flags & _CO_COROUTINE:
            unit.error("CL221", name, f"`{node.name}` is async, and an orchestration waits by itself", "write def")
        for star in (node.args.vararg, node.args.kwarg):
            if star is not None:
                unit.error("CL221", star, "an orchestration has no * and ** parameters", "name each of them")
        if "return" not in self._hints and any(_returns(node)):
            unit.error(
                "CL221", name, f"`{node.name}` does not say what it returns", f"annotate it: def {node.name}(…) -> str"
            )

    def _end(self) -> None:
        """Falling off the end returns None."""
        unit, node = self.unit, self._definition
        if not unit.flow.alive:
            return
        if not unit.fits(NULL, unit.result):
            unit.error(
                "CL231",
                _name_of(node),
                f"`{node.name}` returns {unit.result}, and may end without a value",
                "return a value at the end, or raise",
            )
        unit.emit(Return, node.body[-1], value=NONE_CONST)

    def _finish(self) -> None:
        """What is known only at the end: types that were never completed, and changes that another name sees."""
        unit = self.unit
        for variable in unit.scope.holes() if not unit.has_errors else ():
            example = "dict[str, str]" if variable.type.kind == "dict" else "list[str]"
            remedy = f"annotate it: {variable.source}: {example} = …"
            node = variable.hole.node if variable.hole else unit.line(variable.line)
            unit.error("CL230", node, f"nothing says what `{variable.source}` holds", remedy)
        for name, node, other, line in unit.sharing.conflicts():
            self._conflict(name, node, other, line)

    def _conflict(self, name: str, node: ast.AST, other: str, line: int) -> None:
        unit = self.unit
        one, two = unit.scope.of(name), unit.scope.of(other)
        source, kind = (one.source, one.type.kind) if one else (name, "list")
        sharer = f"`{two.source}`" if two and two.source else "another value" if two else other
        remedies = {"list": f"{source} = {source} + […]", "dict": f"{source} = {{**{source}, …}}"}
        remedy = remedies.get(kind, f"{source} = … with all its fields")
        unit.error(
            "CL251",
            node,
            f"`{source}` is shared with {sharer} (line {line}): Python would change both, and engines hold copies",
            f"make a new value, {remedy}, or change it before it is shared",
        )


def _definition(report: Report, function: FunctionType) -> Definition | None:
    found = report.sources.definitions(function)
    return next((one for one in found if not isinstance(one, ast.Lambda)), None)


def _arguments(node: Definition) -> Iterator[ast.arg]:
    yield from (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)


def _returns(node: Definition) -> Iterator[ast.Return]:
    for one in ast.walk(node):
        if isinstance(one, ast.Return) and one.value is not None:
            yield one


def _name_of(node: Definition) -> ast.AST:
    """The name in a def."""
    start = node.col_offset + len("def ") + (len("async ") if isinstance(node, ast.AsyncFunctionDef) else 0)
    return ast.Name(
        node.name, lineno=node.lineno, col_offset=start, end_lineno=node.lineno, end_col_offset=start + len(node.name)
    )


def _grants(found: Mapping[tuple[str, str, str], set[Span]]) -> tuple[ir.Grant, ...]:
    """The grants in order, each with one span a line."""
    made: list[ir.Grant] = []
    for (noun, name, verb), spans in found.items():
        lines: dict[tuple[str, int], Span] = {}
        for span in sorted(spans):
            lines.setdefault((span.file, span.line), span)
        made.append(ir.Grant(noun=noun, name=name, verb=verb, spans=tuple(lines.values())))
    return tuple(sorted(made))
