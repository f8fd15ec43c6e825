"""Values of text: what stands in a path, a query, a header or a cookie. Standard library only at import.

    parse = text_codec_of(int)
    parse("12")                         # 12; raises InvalidBody: "expected int, got '1x'"

JSON builtins are read here; other types (UUID, datetime, enums, Literal, constrained ones) by pydantic, which is
imported at the first of them.
"""

from __future__ import annotations

from types import NoneType, UnionType

from cloudless.errors import InvalidBody
from cloudless.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Parse = Callable[[str], Any]

_WHOLE = pattern(r"[+-]?[0-9]{1,400}\Z")
_NUMBER = pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def text_codec_of(kind: Any) -> Parse:
    """The reader of a type; see `value_type` for what may stand around it."""
    known = _PARSERS.get(kind) if isinstance(kind, type) else None
    if known is not None:
        return known
    if kind is object:
        return str
    from cloudless.adapter import text_parser

    return text_parser(kind)


def value_type(hint: Any, *, is_mark: Callable[[object], bool]) -> Any:
    """The type in an annotation, without our marks and without None: `Annotated[int | None, Query()]` gives int."""
    metadata = getattr(hint, "__metadata__", None)
    if metadata is None:
        return without_none(hint)
    inner, others = without_none(hint.__origin__), tuple(one for one in metadata if not is_mark(one))
    if not others:
        return inner
    from typing import Annotated

    form: Any = Annotated
    return form[(inner, *others)]


def without_none(hint: Any) -> Any:
    """`T` of `T | None`; any other annotation as it is."""
    return without(hint, NoneType, nothing=hint)


def without(hint: Any, *kinds: Any, nothing: Any) -> Any:
    """A union without some of its members, `nothing` if none is left; what has none of them, as it is."""
    is_union = isinstance(hint, UnionType) or str(getattr(hint, "__origin__", "")) == "typing.Union"
    parts = hint.__args__ if is_union else (hint,)
    left = [part for part in parts if part not in kinds]
    if len(left) == len(parts):
        return hint
    union: Any = left[0] if left else nothing
    for part in left[1:]:
        union |= part
    return union


def item_type(hint: Any) -> Any:
    """`T` of `list[T]`; None for what is no list."""
    if hint is list:
        return str
    parts: Any = getattr(hint, "__args__", ())
    return parts[0] if getattr(hint, "__origin__", None) is list else None


def _int(text: str) -> int:
    if not _WHOLE.match(text):
        raise InvalidBody(f"expected int, got {text[:80]!r}")
    return int(text)


def _float(text: str) -> float:
    if not _NUMBER.match(text):
        raise InvalidBody(f"expected float, got {text[:80]!r}")
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise InvalidBody(f"expected float, got {text[:80]!r}")
    return value


def _bool(text: str) -> bool:
    if text not in _BOOLS:
        raise InvalidBody(f"expected true or false, got {text[:80]!r}")
    return _BOOLS[text]


_PARSERS: dict[type, Parse] = {str: str, int: _int, float: _float, bool: _bool}
