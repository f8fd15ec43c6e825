"""Exceptions and the errors that they are on the wire: {type, mro, message, data}."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_jsonable_python

from cloudless.errors import CompensationFailed, Crashed, PlatformError, ThrottledError, UnavailableError

DATA = "_data_of_the_reply"
"""Where an exception that a function has answered with keeps its data, declared or not."""
NAMES = ("CompensationFailed", "Crashed", "PlatformError", "ThrottledError", "UnavailableError")

__all__ = ["NAMES", "CompensationFailed", "Crashed", "PlatformError", "ThrottledError", "UnavailableError", "canonical",
           "exception"]  # fmt: skip


def canonical(problem: Exception) -> dict[str, Any]:
    """The error of an exception. Annotated fields are its data."""
    kind = type(problem)
    mro = [one.__name__ for one in kind.__mro__]
    names = [
        name for one in kind.__mro__ if one.__module__ != "builtins" for name in vars(one).get("__annotations__", ())
    ]
    own = {name: to_jsonable_python(getattr(problem, name)) for name in names if hasattr(problem, name)}
    return {"type": kind.__name__, "mro": mro[: mro.index("Exception") + 1], "message": str(problem),
            "data": {**problem.__dict__.get(DATA, {}), **own}}  # fmt: skip


def exception(error: Mapping[str, Any], namespace: Mapping[str, Any]) -> Exception:
    """The exception of an error that a function has answered with."""
    kind = _class(error["mro"], namespace)
    made = kind.__new__(kind, error["message"])
    made.__dict__[DATA] = error["data"]
    for name, value in error["data"].items():
        setattr(made, name, value)
    return made


def _class(mro: list[str], namespace: Mapping[str, Any]) -> type[Exception]:
    """The class of that name; one that nobody declares is made, below its nearest ancestor that is known."""
    found: Any = namespace.get(mro[0]) or vars(builtins).get(mro[0]) or globals().get(mro[0])
    if isinstance(found, type) and issubclass(found, Exception):
        return found
    return type(mro[0], (_class(mro[1:], namespace),), {})
