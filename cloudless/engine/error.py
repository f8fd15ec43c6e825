"""Errors as the language has them: {"type", "mro", "message", "data"}, the same object on every platform.

mro: names of classes, the error's own first, "Exception" last; what `except` and `Retry.on` look at.
"""

from __future__ import annotations

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
"""Classes that an engine raises itself."""


class Raised(Exception):
    """An error of the language on its way through the blocks of an orchestration."""

    def __init__(self, error: Error) -> None:
        super().__init__(error)
        self.error = error


def error_of(name: str, message: str) -> Error:
    """An error that the engine raises itself."""
    return {"type": name, "mro": [name, *_BASES.get(name, ("Exception",))], "message": message, "data": {}}


def is_one_of(error: Error, names: Container[str]) -> bool:
    """Whether an error is of one of the classes, or of one derived from them."""
    return any(name in names for name in error["mro"])
