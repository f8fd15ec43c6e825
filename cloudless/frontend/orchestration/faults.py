"""Exception classes: their names stand for them on every platform, so a name is of one class in an app."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any, get_origin

from cloudless import ir
from cloudless.errors import CompensationFailed
from cloudless.frontend.orchestration.kinds import error_of, list_of
from cloudless.ir.type import Type

TypeOf = Callable[[Any], Type]
BUILTIN: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (AttributeError, IndexError, KeyError, ValueError, ZeroDivisionError)
}
"""Classes that checks raise."""


class Faults:
    """The exception classes that the orchestrations of an app name."""

    def __init__(self, type_of: TypeOf) -> None:
        self._type_of = type_of
        self._classes: dict[str, type[Exception]] = {}
        self._data: dict[type[Exception], ir.ErrorClass] = {}

    def rival(self, kind: type[Exception]) -> type[Exception] | None:
        """Another class of the same name that the app names; None where there is none."""
        known = self._classes.setdefault(kind.__name__, kind)
        return None if known is kind else known

    def data(self, kind: type[Exception]) -> ir.ErrorClass:
        """The class in the IR."""
        found = self._data.get(kind)
        if found is None:
            arguments = tuple(ir.Argument(name, one) for name, one in self._fields(kind).items())
            found = self._data[kind] = ir.ErrorClass(kind.__name__, mro(kind), arguments)
        return found

    def named(self, name: str) -> type[Exception] | None:
        """The class of a name."""
        return self._classes.get(name)

    def field(self, kind: type[Exception], name: str) -> Type | None:
        """The type of an annotated field."""
        return next((one.type for one in self.data(kind).fields if one.name == name), None)

    def _fields(self, kind: type[Exception]) -> dict[str, Type]:
        if kind is CompensationFailed:
            return {"original": error_of("Exception"), "failures": list_of(error_of("Exception"))}
        return {name: self._type_of(hint) for name, hint in hints(kind).items()}


def mro(kind: type[Exception]) -> tuple[str, ...]:
    """Names of a class and of those that it derives from, "Exception" last."""
    return tuple(one.__name__ for one in kind.__mro__ if issubclass(one, Exception))


def hints(kind: type) -> dict[str, Any]:
    """Annotated fields of an exception class of the program's."""
    own = [base for base in reversed(kind.__mro__) if issubclass(base, Exception) and base.__module__ != "builtins"]
    names = [name for base in own for name in vars(base).get("__annotations__", {})]
    if not names:
        return {}
    try:
        found = typing.get_type_hints(kind)
    except Exception:  # noqa: BLE001  (the user's annotations may raise anything)
        found = dict.fromkeys(names, Any)
    return {name: found[name] for name in dict.fromkeys(names) if get_origin(found[name]) is not typing.ClassVar}
