"""Given: what the page sent with an action, read with clear errors: anybody may send anything."""

from __future__ import annotations

from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.errors import InvalidArgument

_MISSING: Any = object()


class Given:
    """plain: a JSON object."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self._plain = plain

    def text(self, name: str, default: str = _MISSING) -> str:
        """A string."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise _wrong(name, "a string", value)
        return value

    def number(self, name: str, most: float, *, default: float = _MISSING) -> float:
        """A number from 0 to `most`, both possible. JSON may have any: 10**400 is no float."""
        value = self._value(name, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise _wrong(name, "a number", value)
        if not 0 <= value <= most:
            raise InvalidArgument(f"{name} is {value!s:.20}: give a number from 0 to {most:,.10g}")
        return value

    def texts(self, name: str) -> frozenset[str]:
        """A list of strings, none by default."""
        value = self._value(name, [])
        if not is_list(value) or not all(isinstance(one, str) for one in value):
            raise _wrong(name, "a list of strings", value)
        return frozenset(value)

    def words(self, name: str) -> dict[str, str] | None:
        """An object of strings; None where it is empty, or not there."""
        value = self._value(name, {})
        if not is_object(value) or not all(isinstance(one, str) for one in value.values()):
            raise _wrong(name, "an object of strings", value)
        return value or None

    def _value(self, name: str, default: Any) -> Any:
        value = self._plain.get(name, default)
        if value is _MISSING:
            raise InvalidArgument(f"{name} is missing: {', '.join(self._plain) or 'nothing'} was sent")
        return value


def _wrong(name: str, wanted: str, value: object) -> InvalidArgument:
    return InvalidArgument(f"{name} is {type(value).__name__}: send {wanted}")
