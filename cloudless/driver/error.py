"""Errors as the language has them: {"type", "mro", "message", "data"}, the same object on every platform.

mro: names of classes, the error's own first, "Exception" last; what `except` and `Retry.on` look at.
"""

from __future__ import annotations

from cloudless.codec import is_list, is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

    Error = dict[str, Any]

_BASES = {
    "AttributeError": ("Exception",),
    "IndexError": ("LookupError", "Exception"),
    "KeyError": ("LookupError", "Exception"),
    "OverflowError": ("ArithmeticError", "Exception"),
    "TimeoutError": ("OSError", "Exception"),
    "TypeError": ("Exception",),
    "ValueError": ("Exception",),
    "ZeroDivisionError": ("ArithmeticError", "Exception"),
    "Crashed": ("PlatformError", "Exception"),
    "ThrottledError": ("PlatformError", "Exception"),
    "UnavailableError": ("PlatformError", "Exception"),
}
"""Classes that platforms, and engines, raise themselves."""


def error_of(name: str, message: str) -> Error:
    """An error that no function raised, but an engine, a platform, or our runtime."""
    return {"type": name, "mro": [name, *_BASES.get(name, ("Exception",))], "message": message, "data": {}}


def is_one_of(error: Error, names: Container[str]) -> bool:
    """Whether an error is of one of the classes, or of one derived from them."""
    return any(name in names for name in error["mro"])


def told(value: object) -> Error | None:
    """The error that a JSON value is; None for any other value."""
    if not is_object(value):
        return None
    fits = isinstance(value.get("type"), str) and is_list(value.get("mro")) and isinstance(value.get("message"), str)
    return {"data": {}, **value} if fits else None
