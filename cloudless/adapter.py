"""The codec of every type that needs pydantic: dataclasses, TypedDict, datetime, Decimal, UUID, enums, unions.

Imported at first use, so that an app of builtin types never loads pydantic (decision 0010).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

import typing_extensions
from pydantic import ConfigDict, TypeAdapter, with_config
from pydantic.errors import PydanticUserError

from cloudless.codec import type_name
from cloudless.errors import InvalidArgument, InvalidBody
from cloudless.misfit import misfit
from cloudless.model import finished


class AdapterCodec:
    """A type with a pydantic TypeAdapter; a value is validated when sent and when received."""

    __slots__ = ("_adapter", "name")

    def __init__(self, kind: Any) -> None:
        self.name = type_name(kind)
        self._adapter = adapter_of(kind)

    def encode(self, value: Any) -> str:
        try:
            checked = self._adapter.validate_python(value)
            text = self._adapter.dump_json(checked, by_alias=True, warnings="error").decode()
        except (ValueError, TypeError) as problem:
            raise misfit(f"expected {self.name}", problem) from problem
        return finished(text, lambda mode: self._adapter.dump_python(checked, mode=mode, by_alias=True))

    def decode(self, text: str) -> Any:
        try:
            return self._adapter.validate_json(text)
        except Exception as problem:  # pydantic lets what a validator of the user's raises pass, bar ValueError
            raise misfit(f"expected {self.name}", problem) from problem


def _words(kind: Any) -> dict[str, Any] | None:
    """The values of an enum, or of Literal, by their text; None for other types."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {_word(one.value): one for one in kind}
    return {_word(one): one for one in get_args(kind)} if get_origin(kind) is Literal else None


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _chosen(words: dict[str, Any], text: str) -> Any:
    if text not in words:
        raise InvalidBody(f"expected {' or '.join(words)}, got {text[:80]!r}")
    return words[text]


def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """Pydantic's adapter of a type; raises InvalidArgument for a type that has no JSON form."""
    try:
        return TypeAdapter(_modern(kind))
    except Exception as problem:  # what pydantic makes of a type that is none, or a type's own code, is anything
        raise InvalidArgument(
            f"{type_name(kind)} has no JSON form: {_sentence(problem)}. "
            "Use a pydantic model, a dataclass, a TypedDict or JSON builtins"
        ) from problem


def _sentence(problem: Exception) -> str:
    """The first sentence of an error; pydantic's go on with advice that does not hold here."""
    text = str(problem).partition("\n")[0].partition(". ")[0].removesuffix(".")
    return text if isinstance(problem, PydanticUserError | NameError) else f"{type(problem).__name__}: {text}"


def _modern(kind: Any) -> Any:
    """The type with each `typing.TypedDict` as one that pydantic can read before Python 3.12.

    https://docs.pydantic.dev/latest/errors/usage_errors/#typed-dict-version
    """
    if sys.version_info >= (3, 12):
        return kind
    if is_typeddict(kind):
        return _modern_typed_dict(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {list, dict, tuple, set, frozenset} and parts:
        container: Any = origin
        return container[tuple(_modern(part) for part in parts)]
    return kind


@cache
def _modern_typed_dict(kind: Any) -> Any:
    """The same one each time, so that a schema that names it has it once.

    Which fields are required says their marker first: `__required_keys__` does not see one in a string annotation.
    https://docs.python.org/3/library/typing.html#typing.TypedDict.__required_keys__
    """
    hints = get_type_hints(kind, include_extras=True)
    required = {name for name, hint in hints.items() if _is_required(hint, name in kind.__required_keys__)}
    made = _typed_dict(kind.__name__, {name: _unmarked(hint) for name, hint in hints.items()}, frozenset(required))
    made.__module__ = kind.__module__
    return made


def _is_required(hint: Any, otherwise: bool) -> bool:
    marks = {typing_extensions.Required: True, typing_extensions.NotRequired: False}
    return marks.get(get_origin(hint), otherwise)


def _unmarked(hint: Any) -> Any:
    marked = get_origin(hint) in {typing_extensions.Required, typing_extensions.NotRequired}
    return get_args(hint)[0] if marked else hint


def _typed_dict(name: str, fields: Mapping[str, Any], required: frozenset[str]) -> Any:
    """A TypedDict that pydantic can read, made at run time, which no type checker follows."""
    make: Any = typing_extensions.TypedDict
    mark: dict[bool, Any] = {True: typing_extensions.Required, False: typing_extensions.NotRequired}
    return make(name, {field: mark[field in required][_modern(hint)] for field, hint in fields.items()})


def arguments(fields: Mapping[str, Any], required: frozenset[str]) -> AdapterCodec:
    """The codec of a dict of arguments, of which `required` must be there; unknown ones are refused."""
    return AdapterCodec(with_config(ConfigDict(extra="forbid"))(_typed_dict("arguments", fields, required)))


def text_parser(kind: Any) -> Callable[[str], Any]:
    """The reader of a type from text, as `cloudless.text` wants it."""
    words = _words(kind)
    if words is not None:
        return lambda text: _chosen(words, text)
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
    except Exception as problem:  # as above
        raise InvalidArgument(f"{type_name(kind)} cannot be read from text: {_sentence(problem)}") from problem

    def parse(text: str) -> Any:
        try:
            return adapter.validate_strings(text)
        except Exception as problem:
            raise misfit(f"expected {type_name(kind)}", problem) from problem

    return parse
