"""Numbers from where 1 and 1.0 are one value, as in engines of other languages: each as its annotation has it."""

from __future__ import annotations

from types import GenericAlias, UnionType

from cloudless.codec import Arguments, Shaped, is_list, is_object, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.codec import Codec


def numeric(codec: Codec) -> Callable[[str], Any]:
    """The decoder of a codec for JSON from where 1 and 1.0 are one value: an int becomes one, and a float.

    pydantic does so by itself.
    """
    if isinstance(codec, Shaped) and _has_numbers(codec.kind):
        return lambda text: codec.checked(_numbers(codec.kind, load(text)))
    if isinstance(codec, Arguments) and any(map(_has_numbers, codec.fields.values())):
        return lambda text: codec.checked(_each_number(codec.fields, load(text)))
    return codec.decode


_EXACT = 2**53
"""Up to here every int is a float too."""


def _has_numbers(kind: Any) -> bool:
    """Whether a type says of some number of which kind it is."""
    parts: tuple[Any, ...] = getattr(kind, "__args__", ())
    return kind in (int, float) or any(map(_has_numbers, parts))


def _each_number(kinds: Mapping[str, Any], value: Any) -> Any:
    if not is_object(value):
        return value
    return {key: _numbers(kinds.get(key, object), part) for key, part in value.items()}


def _numbers(kind: Any, value: Any) -> Any:
    """A JSON value with numbers of their annotated types, as far as it fits them."""
    if not _has_numbers(kind):
        return value
    if isinstance(value, float) and value.is_integer() and _takes(kind, int) and not _takes(kind, float):
        return int(value)
    if type(value) is int and _takes(kind, float) and not _takes(kind, int):
        return float(value) if abs(value) <= _EXACT else value
    if is_list(value):
        inner = _inner(kind, list)
        return [_numbers(inner, part) for part in value]
    if is_object(value):
        inner = _inner(kind, dict)
        return {key: _numbers(inner, part) for key, part in value.items()}
    return value


def _takes(kind: Any, number: type) -> bool:
    return kind is number or (isinstance(kind, UnionType) and number in kind.__args__)


def _inner(kind: Any, container: type) -> Any:
    """The type of the items or values of a container, `object` where that is not said."""
    kinds = kind.__args__ if isinstance(kind, UnionType) else (kind,)
    found = [one.__args__[-1] for one in kinds if isinstance(one, GenericAlias) and one.__origin__ is container]
    return found[0] if len(found) == 1 else object
