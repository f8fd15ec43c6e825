"""From an error as it travels to the exception that it was."""

from __future__ import annotations

import builtins
from types import ModuleType

from cloudless import errors
from cloudless.errors import RemoteError, hidden
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
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return RemoteError(name, text)
    try:
        return kind(text)
    except Exception:  # noqa: BLE001  (its constructor takes something else)
        return RemoteError(name, text)


def _named(routine: Routine[..., Any], name: str) -> Any:
    """What the name stands for in this function's module, in those of the others of its app, in what they import."""
    app = routine.app
    others = [*app.handlers.values(), *app.orchestrations, *app.pures]
    spaces = [unwrapped(one.function).__globals__ for one in (routine, *others)]
    modules = [one for space in spaces for one in space.values() if isinstance(one, ModuleType)]
    for space in (*spaces, vars(builtins), *map(vars, modules)):  # last: `errors.CardDeclined`
        if name in space:
            return space[name]
    return getattr(errors, name) if name in _OF_STEPS else None


def raised(routine: Routine[..., Any], error: Mapping[str, Any]) -> Exception:
    """The exception of an error {"type", "mro", "message", "data"}; RemoteError where its class is not declared."""
    return raised_by(routine, error["type"], error["message"])
