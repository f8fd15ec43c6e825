"""The codec of pydantic's models; and what pydantic writes, made to keep the rules of `cloudless.codec`.

Imported at first use, as `adapter` is: an app of builtin types has no need of it. Imports no pydantic itself.
"""

from __future__ import annotations

from cloudless.codec import INFINITY, dump, escape, is_object, shown
from cloudless.errors import InvalidArgument, InvalidBody, hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Literal, TypeGuard


__tracebackhide__ = hidden


class ModelCodec:
    """A pydantic model: its own validator and serializer, one call each."""

    __slots__ = ("_model", "_serializer", "_to_json", "_validate", "name")

    def __init__(self, model: Any) -> None:
        self._model = model
        self.name = model.__name__
        _check_both_ways(model)
        self._serializer = model.__pydantic_serializer__
        self._to_json = self._serializer.to_json
        self._validate = model.__pydantic_validator__.validate_json

    def encode(self, value: Any) -> str:
        if not isinstance(value, self._model):
            remedy = f"; write {self.name}.model_validate(…)" if is_object(value) else ""
            raise InvalidBody(f"expected {self.name}, got {shown(value)}{remedy}")
        try:
            text: str = self._to_json(value, by_alias=True, warnings="error").decode()
        except (ValueError, TypeError) as problem:
            raise _misfit(f"this {self.name} cannot be written as JSON", problem) from problem
        return finished(text, lambda mode: self._serializer.to_python(value, mode=mode, by_alias=True))

    def decode(self, text: str) -> Any:
        try:
            return self._validate(text)
        except Exception as problem:  # pydantic lets what a validator of the user's raises pass, bar ValueError
            raise _misfit(f"expected {self.name}", problem) from problem


def _misfit(title: str, problem: Exception) -> InvalidBody:
    from cloudless.misfit import misfit

    return misfit(title, problem)


def _check_both_ways(model: Any) -> None:
    """Refuse a model that does not read what it writes: its messages would all be dead letters (InvalidArgument)."""
    config, name = model.model_config, model.__name__
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    for field, info in model.model_fields.items():
        read, written = info.validation_alias, info.serialization_alias or field
        if isinstance(read, str) and read != written and not (by_name and written == field):
            raise InvalidArgument(f"{name}.{field} is written as {written!r} and read as {read!r}: give it one alias")
        if info.exclude is True and info.is_required():
            raise InvalidArgument(f"{name}.{field} is required and never written: give it a default, or write it")
    computed = model.__pydantic_decorators__.computed_fields
    if computed and config.get("extra") == "forbid":
        raise InvalidArgument(f"{name} forbids extra fields, and writes the computed {min(computed)!r} that it forbids")


def finished(text: str, plain: Callable[[Literal["json", "python"]], object]) -> str:
    """Text that pydantic wrote, made to keep the rules of this module.

    plain: the same value as builtins, in pydantic's mode "json" or "python". pydantic writes NaN and infinities as
    null; where the text has a null, both are looked at: the first has them where a type says float, the second has
    them where none does.
    """
    if "null" in text:
        _check_numbers(plain("python"))
        return dump(plain("json"))
    return text if text.isascii() else escape(text)


def _check_numbers(value: Any) -> None:
    """Refuse NaN and infinities (InvalidBody)."""
    if isinstance(value, float) and not -INFINITY < value < INFINITY:
        raise InvalidBody(f"the body cannot be written as JSON: {value} is no number of it")
    for part in _parts(value):
        _check_numbers(part)


def _parts(value: Any) -> Iterable[Any]:
    if is_object(value):
        return value.values()
    return value if _has_parts(value) else ()


def _has_parts(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, (list, tuple, set, frozenset))
