"""raise: an error that was caught, or a new one, made without running its class's code."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any

from cloudless.frontend.orchestration.constants import constant
from cloudless.frontend.orchestration.faults import mro
from cloudless.frontend.orchestration.flow import Flow
from cloudless.frontend.orchestration.kinds import STRING
from cloudless.frontend.orchestration.literals import as_text
from cloudless.frontend.orchestration.trying import Caught
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import LOST, Value, text
from cloudless.frontend.orchestration.wording import PURE
from cloudless.ir.expression import Entry, NewError, Text, Var
from cloudless.ir.statement import Raise
from cloudless.ir.type import ERROR

Given = dict[str, tuple[Value, ast.expr]]
"""Arguments by parameter, with their places."""


class Raising(Part):
    """Raise."""

    def visit_Raise(self, node: ast.Raise) -> None:  # noqa: N802
        unit = self.unit
        if node.cause is not None and not (isinstance(node.cause, ast.Constant) and node.cause.value is None):
            unit.warning(
                "CL264",
                node.cause,
                "the cause of an error does not travel: it is dropped",
                "write `from None`, or put what matters into the message",
            )
        error = self._caught(node) if node.exc is None else self._error(node.exc)
        if not error.is_unknown:
            unit.emit(Raise, node, error=error.expression)
        unit.flow = Flow(-1, unit.flow.facts, alive=False)

    def _caught(self, node: ast.Raise) -> Value:
        """A bare raise: what the `except` around it has caught."""
        unit = self.unit
        if not unit.handlers:
            return unit.error(
                "CL261", node, "there is no error to raise again", "name one, or write it inside an except block"
            )
        caught: Caught = unit.handlers[-1]
        if not caught.handling.target:
            caught.handling.target = unit.temporary("error", caught.type, caught.node).name
        return Value(Var(caught.handling.target), caught.type)

    def _error(self, node: ast.expr) -> Value:
        unit = self.unit
        found = unit.statics.resolve(node.func if isinstance(node, ast.Call) else node)
        if isinstance(found, type) and issubclass(found, Exception):
            return made(unit, found, node)
        value = unit.value(node)
        if value.type.kind == ERROR or value.is_unknown:
            return value
        code = "CL224" if value.type.kind == "optional" else "CL261"
        return unit.error(
            code,
            node,
            f"this is {value.type}, and errors are raised",
            "raise an error of a class derived from Exception",
        )


def made(unit: Unit, kind: type[Exception], node: ast.expr) -> Value:
    """A new error of a class."""
    error = unit.error_class(kind, node)
    args = node.args if isinstance(node, ast.Call) else []
    keywords = node.keywords if isinstance(node, ast.Call) else []
    if any(isinstance(one, ast.Starred) for one in args) or any(one.arg is None for one in keywords):
        return unit.error("CL263", node, "the arguments of an error are written out", "name each of them")
    maker = Maker(unit, kind, node)
    built = maker.make(args, keywords)
    if built is None:
        return LOST
    message, data = built
    for value in data.values():
        unit.released(value.expression, value.type, "the error", node)
    declared = [one.name for one in unit.shared.faults.data(kind).fields]
    entries = tuple(Entry(name, data[name].expression) for name in declared if name in data)
    return Value(NewError(kind.__name__, mro(kind), message.expression, entries), error)


class Maker:
    """Follows the constructors of an exception class, as far as they only set the message and fields."""

    def __init__(self, unit: Unit, kind: type[Exception], node: ast.expr) -> None:
        self._unit = unit
        self._kind = kind
        self._node = node
        self._data: dict[str, Value] = self._class_defaults()
        self._message = Value(text(""), STRING)

    def make(self, args: list[ast.expr], keywords: list[ast.keyword]) -> tuple[Value, dict[str, Value]] | None:
        """The message and the fields; None where it was reported."""
        owner = self._owner(self._kind)
        positional = [(self._unit.value(one), one) for one in args]
        named = {one.arg or "": (self._unit.value(one.value), one.value) for one in keywords}
        if any(value.is_unknown for value, _ in (*positional, *named.values())):
            return None
        if hasattr(owner, "__dataclass_fields__") and _is_generated(owner):
            fine = self._dataclass(positional, named)
        else:
            fine = self._construct(owner, positional, named)
        return (self._message, self._data) if fine else None

    def _class_defaults(self) -> dict[str, Value]:
        """Annotated fields with a value in the class."""
        found: dict[str, Value] = {}
        for one in self._unit.shared.faults.data(self._kind).fields:
            default = getattr(self._kind, one.name, None)
            value = constant(default, self._unit.types, one.type) if hasattr(self._kind, one.name) else None
            if value is not None:
                found[one.name] = value
        return found

    @staticmethod
    def _owner(kind: type) -> type:
        return next(one for one in kind.__mro__ if "__init__" in vars(one))

    def _refuse(self, node: ast.AST, message: str, remedy: str) -> bool:
        self._unit.error("CL263", node, message, remedy)
        return False

    # --- ways to construct

    def _construct(self, owner: type, positional: list[tuple[Value, ast.expr]], named: Given) -> bool:
        if not isinstance(vars(owner)["__init__"], FunctionType):
            return self._builtin(positional, named)
        return self._own(owner, positional, named)

    def _builtin(self, positional: list[tuple[Value, ast.expr]], named: Given) -> bool:
        """Exception(message)."""
        name = self._kind.__name__
        if named or len(positional) > 1:
            return self._refuse(
                self._node,
                f"{name} takes one message",
                f"give it one, or write an __init__ for {name} that sets annotated fields",
            )
        if positional:
            value, node = positional[0]
            self._message = as_text(self._unit, value, node)
        return not self._message.is_unknown

    def _dataclass(self, positional: list[tuple[Value, ast.expr]], named: Given) -> bool:
        fields: Any = getattr(self._kind, "__dataclass_fields__", {})
        names = [name for name in fields if fields[name].init]
        if len(positional) > 1:
            return self._refuse(
                self._node, f"str() of {self._kind.__name__} would be a tuple", "give its fields by name"
            )
        given = {**dict(zip(names, positional, strict=False)), **named}
        if positional and positional[0][0].type.kind in {"str", "int", "bool", "none", "enum"}:
            self._message = as_text(self._unit, *positional[0])
        return self._set(given, names)

    def _set(self, given: Given, names: list[str]) -> bool:
        for name, (value, node) in given.items():
            kind = self._unit.shared.faults.field(self._kind, name)
            if name not in names:
                return self._refuse(node, f"{self._kind.__name__} has no field `{name}`", f"it has {', '.join(names)}")
            if kind is not None and not self._unit.fits(value.type, kind):
                self._unit.error(
                    "CL222",
                    node,
                    f"field `{name}` is {kind}, and this is {value.type}",
                    f"give it a value of type {kind}",
                )
                return False
            self._data[name] = value
        missing = [name for name in names if name not in self._data]
        if missing:
            return self._refuse(self._node, f"{self._kind.__name__} needs {', '.join(missing)}", "give it a value")
        return True

    # --- an __init__ of the program's

    def _own(self, owner: type, positional: list[tuple[Value, ast.expr]], named: Given) -> bool:
        function: FunctionType = vars(owner)["__init__"]
        found = self._unit.shared.report.sources.definitions(function)
        definition = found[0] if found and isinstance(found[0], ast.FunctionDef) else None
        given = None if definition is None else self._parameters(function, definition, positional, named)
        if definition is None or given is None:
            return definition is not None or self._refuse(
                self._node, f"the source of {owner.__name__} cannot be read", PURE
            )
        return all(self._statement(owner, one, given) for one in definition.body)

    def _parameters(
        self,
        function: FunctionType,
        definition: ast.FunctionDef,
        positional: list[tuple[Value, ast.expr]],
        named: Given,
    ) -> Given | None:
        names = [one.arg for one in (*definition.args.posonlyargs, *definition.args.args)][1:]
        every = [*names, *(one.arg for one in definition.args.kwonlyargs)]
        given = {**self._defaults(function, names), **dict(zip(names, positional, strict=False)), **named}
        unknown = [name for name in named if name not in every]
        missing = [name for name in every if name not in given]
        if len(positional) > len(names) or unknown or missing:
            self._refuse(self._node, f"{self._kind.__name__} takes {', '.join(every) or 'nothing'}", "give it these")
            return None
        return given

    def _defaults(self, function: FunctionType, names: list[str]) -> Given:
        defaults = function.__defaults__ or ()
        known = {
            **dict(zip(names[len(names) - len(defaults) :], defaults, strict=True)),
            **(function.__kwdefaults__ or {}),
        }
        made = {name: constant(default, self._unit.types) for name, default in known.items()}
        return {name: (value, self._node) for name, value in made.items() if value is not None}

    def _statement(self, owner: type, node: ast.stmt, given: Given) -> bool:
        """super().__init__(…), self.x = …, or a docstring."""
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                return True
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("super")), attr="__init__")) as call
            ):
                return self._super(owner, call, given)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name("self"), attr=name)], value=value):
                return self._field(name, value, given)
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name("self"), attr=name), value=ast.expr() as value):
                return self._field(name, value, given)
            case _:
                return self._too_much(owner)

    def _too_much(self, owner: type) -> bool:
        return self._refuse(
            self._node,
            f"{owner.__name__}.__init__ does more than set the message and fields, and its code does not run here",
            "call super().__init__(message), and assign parameters to annotated fields",
        )

    def _super(self, owner: type, call: ast.Call, given: Given) -> bool:
        above = self._kind.__mro__[self._kind.__mro__.index(owner) + 1 :]
        base = next(one for one in above if "__init__" in vars(one))
        positional = [self._simple(one, given) for one in call.args]
        named = {one.arg or "": self._simple(one.value, given) for one in call.keywords}
        if any(value is None for value in (*positional, *named.values())):
            return self._too_much(owner)
        return self._construct(
            base,
            [(value, self._node) for value in positional if value],
            {name: (value, self._node) for name, value in named.items() if value},
        )

    def _field(self, name: str, node: ast.expr, given: Given) -> bool:
        value = self._simple(node, given)
        kind = self._unit.shared.faults.field(self._kind, name)
        if value is None:
            return self._too_much(self._owner(self._kind))
        if kind is None:  # not annotated: it does not travel
            return True
        if not self._unit.fits(value.type, kind):
            self._unit.error(
                "CL222",
                self._node,
                f"field `{name}` is {kind}, and gets {value.type}",
                f"give it a value of type {kind}",
            )
            return False
        self._data[name] = value
        return True

    def _simple(self, node: ast.expr, given: Given) -> Value | None:
        """A parameter, a constant, or an f-string of these."""
        if isinstance(node, ast.Name) and node.id in given:
            return given[node.id][0]
        if isinstance(node, ast.Constant):
            return constant(node.value, self._unit.types)
        if isinstance(node, ast.JoinedStr):
            return self._joined(node, given)
        return None

    def _joined(self, node: ast.JoinedStr, given: Given) -> Value | None:
        parts: list[Value | None] = []
        for one in node.values:
            inner = one.value if isinstance(one, ast.FormattedValue) else one
            plain = not isinstance(one, ast.FormattedValue) or (one.conversion == -1 and one.format_spec is None)
            value = self._simple(inner, given) if plain else None
            parts.append(None if value is None else as_text(self._unit, value, self._node))
        if any(part is None for part in parts):
            return None
        return Value(Text(tuple(part.expression for part in parts if part)), STRING)


def _is_generated(owner: type) -> bool:
    """Whether dataclasses wrote an __init__."""
    code: Callable[..., Any] = vars(owner)["__init__"]
    return getattr(getattr(code, "__code__", None), "co_filename", "") == "<string>"
