"""Values: what they are called, what they weigh, and maps of which not every key is documented.

Values are never changed in place, so that passing one on is passing it by value.
https://cloud.google.com/workflows/docs/reference/syntax/datatypes
https://cloud.google.com/workflows/docs/reference/syntax/variables#memory_usage
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
}


class Partial(dict[str, Any]):
    """A map that Workflows made, and whose other keys nobody wrote down. what, page: for whoever asks for them."""

    def __init__(self, items: Mapping[str, Any], what: str, page: str) -> None:
        super().__init__(items)
        self.what = what
        self.page = page

    def copy(self) -> Partial:
        return Partial(self, self.what, self.page)


def is_map(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def type_of(value: object) -> str:
    """The name of a value's type, as get_type has it."""
    return _NAMES.get(type(value)) or ("map" if is_map(value) else "function")


def size_of(value: Any) -> int:
    """Bytes of memory that a variable with this value takes."""
    if isinstance(value, str):
        return 8 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass")))
    if is_list(value):
        return 8 + sum(map(size_of, value))
    if is_map(value):
        return 8 + sum(size_of(key) + size_of(one) for key, one in value.items())
    return 8 + len(value) if isinstance(value, bytes) else 8


def children(value: Any) -> list[Any]:
    """The values in a map or a list."""
    if is_map(value):
        return list(value.values())
    return value if is_list(value) else []


def plain(value: Any) -> Any:
    """A value of ordinary maps and lists, the caller's own."""
    if is_map(value):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if is_list(value) else value
