"""From an error as it travels to the exception that it was."""

from __future__ import annotations

import builtins
from types import ModuleType

from cloudless import errors
from cloudless.codec import codec_of, dump
from cloudless.errors import CompensationFailed, InvalidArgument, RemoteError, hidden
from cloudless.handler import unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.handler import Routine

__tracebackhide__ = hidden
_OF_STEPS = ("PlatformError", "ThrottledError", "UnavailableError", "Crashed", "CompensationFailed")
"""Classes of ours that an execution fails with, whether or not the program names them."""


def raised_by(routine: Routine[..., Any], name: str, text: str) -> Exception:
    """The declared exception class of that name, made from the text; RemoteError where there is none."""
    kind = _named(routine, name)
    return RemoteError(name, text) if kind is None else _made(kind, name, text)


def raised(routine: Routine[..., Any], error: Mapping[str, Any]) -> Exception:
    """The exception of an error {"type", "mro", "message", "data"}; RemoteError where its class is not declared.

    One whose class has annotated fields is made without its constructor, and given its fields as far as they fit.
    """
    from cloudless.runtime.failure import fields_of

    name, text = error["type"], error["message"]
    data: dict[str, Any] = error.get("data") or {}
    kind = _named(routine, name)
    if kind is None:
        return RemoteError(name, text)
    if kind is CompensationFailed:
        return _compensation_failed(routine, text, data)
    fields = fields_of(kind)
    return _with_fields(kind, text, fields, data) if fields else _made(kind, name, text)


def _made(kind: type[Exception], name: str, text: str) -> Exception:
    try:
        return kind(text)
    except Exception:  # noqa: BLE001  (its constructor takes something else)
        return RemoteError(name, text)


def _with_fields(kind: type[Exception], text: str, fields: Mapping[str, Any], data: Mapping[str, Any]) -> Exception:
    try:
        error = kind.__new__(kind, text)
    except Exception:  # noqa: BLE001  (its `__new__` takes something else)
        return RemoteError(kind.__name__, text)
    from cloudless.number import numeric

    for name in fields.keys() & data.keys():
        try:
            object.__setattr__(error, name, numeric(codec_of(fields[name]))(dump(data[name])))
        except (InvalidArgument, AttributeError):  # of another version of the class
            continue
    return error


def _compensation_failed(routine: Routine[..., Any], text: str, data: Mapping[str, Any]) -> CompensationFailed:
    original = data.get("original")
    failures = [raised(routine, one) for one in data.get("failures", ())]
    return CompensationFailed(text, raised(routine, original) if original else None, failures)


def _named(routine: Routine[..., Any], name: str) -> type[Exception] | None:
    """The exception class of that name in this function's module, in those of its app, in what they import."""
    app = routine.app
    others = [*app.handlers.values(), *app.orchestrations, *app.pures]
    spaces = [unwrapped(one.function).__globals__ for one in (routine, *others)]
    modules = [one for space in spaces for one in space.values() if isinstance(one, ModuleType)]
    for space in (*spaces, vars(builtins), *map(vars, modules)):  # last: `errors.CardDeclined`
        if name in space:
            return _class(space[name])
    return _class(getattr(errors, name)) if name in _OF_STEPS else None


def _class(found: Any) -> type[Exception] | None:
    return found if isinstance(found, type) and issubclass(found, Exception) else None
