"""The plain function behind whatever was registered."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from cloudless.handler import Handler, hints_of


def plain(function: Any) -> FunctionType | None:
    """The function that is called, below registrations; None where it is none, e.g. a class or a builtin."""
    while isinstance(function, Handler | MethodType):
        function = function.function if isinstance(function, Handler) else function.__func__
    return function if isinstance(function, FunctionType) else None


def original(function: Any) -> FunctionType | None:
    """The function that the user wrote, below decorators that kept it (functools.wraps)."""
    found = plain(function)
    while found is not None and plain(getattr(found, "__wrapped__", None)) is not None:
        found = plain(found.__wrapped__)  # type: ignore[attr-defined]
    return found


def hints(handler: Handler[..., Any]) -> dict[str, Any]:
    """Annotations of a handler as objects; none where one cannot be evaluated, which the checks report."""
    function = original(handler.function)
    try:
        return hints_of(function) if function else {}
    except Exception:  # noqa: BLE001  (the user's annotations may raise anything)
        return {}
