"""The plain function behind whatever was registered."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from cloudless.handler import Routine, hints_of, unwrapped

_CO_COROUTINE = 0x80
_CO_GENERATORS = 0x20 | 0x200  # CO_GENERATOR and CO_ASYNC_GENERATOR


def plain(function: Any) -> FunctionType | None:
    """The function that is called, below registrations; None where it is none, e.g. a class or a builtin."""
    while isinstance(function, Routine | MethodType):
        function = function.function if isinstance(function, Routine) else function.__func__
    return function if isinstance(function, FunctionType) else None


def original(function: Any) -> FunctionType | None:
    """The function that the user wrote, whose signature is the handler's; None where it is none, e.g. a class."""
    return plain(unwrapped(function))


def is_async(function: Any) -> bool:
    """Whether a call may give a coroutine: what is registered is async, or something that it wraps."""
    code, below = getattr(function, "__code__", None), getattr(function, "__wrapped__", None)
    return bool(code and code.co_flags & _CO_COROUTINE) or (below is not None and is_async(below))


def is_generator(function: FunctionType) -> bool:
    """Whether it has a yield: a call of it runs nothing."""
    return bool(function.__code__.co_flags & _CO_GENERATORS)


def hints(routine: Routine[..., Any]) -> dict[str, Any]:
    """Annotations of what was registered as objects; none where one cannot be evaluated, which the checks report."""
    return hints_below(routine.function)


def hints_below(function: Any) -> dict[str, Any]:
    """Annotations of the original as objects; none where one cannot be evaluated."""
    function = original(function)
    try:
        return hints_of(function) if function else {}
    except Exception:  # noqa: BLE001  (the user's annotations may raise anything)
        return {}
