"""Annotations of the program → static types. What the language has no type for is JSON: it may be passed on."""

from __future__ import annotations

import collections.abc
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, cast, get_args, get_origin
from uuid import UUID

from cloudless.frontend.orchestration.kinds import (
    ANY,
    BOOLEAN,
    NULL,
    REAL,
    STRING,
    WHOLE,
    dict_of,
    error_of,
    list_of,
    optional,
    record_of,
)
from cloudless.frontend.orchestration.records import RecordClass, is_record
from cloudless.ir.type import ENUM, OPAQUE, RECORD, Type

_PLAIN: dict[Any, Type] = {
    None: NULL, NoneType: NULL, bool: BOOLEAN, int: WHOLE, float: REAL, str: STRING, Any: ANY, object: ANY,
    list: list_of(ANY), dict: dict_of(ANY),
    **{kind: Type(OPAQUE, None, kind.__name__) for kind in (datetime, date, time, timedelta, Decimal, UUID)},
}  # fmt: skip
_LISTS = frozenset({list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection})
_DICTS = frozenset({dict, collections.abc.Mapping, collections.abc.MutableMapping})
_LITERALS: dict[type, Type] = {str: STRING, int: WHOLE, bool: BOOLEAN}


_BUILTINS: dict[str, type] = {"str": str, "int": int}
AMBIGUOUS = frozenset({"datetime", "time", "Decimal"})
"""Opaque types that write equal values in several ways."""


class Types:
    """The types of one app: a name stands for one class."""

    def __init__(self) -> None:
        self._known: dict[Any, Type] = {}
        self._classes: dict[str, type] = {}
        self._records: dict[str, RecordClass] = {}

    def of(self, hint: Any) -> Type:
        """The type of an annotation."""
        try:
            found = self._known.get(hint)
        except TypeError:  # not hashable, e.g. Annotated[int, []]
            return self._made(hint)
        if found is None:
            found = self._known[hint] = self._made(hint)
        return found

    def record(self, kind: Type) -> RecordClass:
        """What is known of the class behind a record type."""
        found = self._records.get(kind.name)
        if found is None:
            found = self._records[kind.name] = RecordClass(kind.name, self._classes[kind.name], self.of)
        return found

    def ambiguous(self, kind: Type, seen: frozenset[str] = frozenset()) -> str:
        """The name of a type within another whose values have several texts each, of which == would see one.

        E.g. "2026-01-02T12:00:00Z" and "2026-01-02T13:00:00+01:00", "1.0" and "1.00"; "" where there is none.
        """
        if kind.kind == OPAQUE:
            return kind.name if kind.name in AMBIGUOUS else ""
        if kind.kind == RECORD and kind.name not in seen:
            parts = [field.type for field in self.record(kind).fields.values()]
            found = [self.ambiguous(part, seen | {kind.name}) for part in parts]
            return next((name for name in found if name), "")
        return self.ambiguous(kind.of, seen) if kind.of is not None else ""

    def record_named(self, name: str) -> RecordClass:
        """The class behind the name of a record type that was seen."""
        return self._records[name]

    def enter(self, record: RecordClass) -> Type:
        """The type of a record that no class of the program stands for."""
        self._records.setdefault(record.name, record)
        return record_of(record.name)

    def enum(self, kind: Type) -> type[Enum]:
        """The class behind an enum type."""
        found: type[Enum] = self._classes[kind.name]
        return found

    def derives(self, name: str, other: str) -> bool:
        """Whether one class derives from another, by the names of their types; "str" and "int" are builtins."""
        if other in _BUILTINS:
            return name in self._classes and issubclass(self._classes[name], _BUILTINS[other])
        one, base = self._classes.get(name), self._classes.get(other)
        return name == other or (one is not None and base is not None and _is_subclass(one, base))

    def _made(self, hint: Any) -> Type:
        for known, kind in _PLAIN.items():
            if hint is known:
                return kind
        origin, parts = get_origin(hint), get_args(hint)
        if origin is None:
            return self._named(hint)
        if origin in {Union, UnionType}:
            return self._union(parts)
        if origin is Literal:
            return self._literal(parts)
        if origin is Annotated:
            return self.of(parts[0])
        return self._generic(origin, parts)

    def _generic(self, origin: Any, parts: tuple[Any, ...]) -> Type:
        if origin in _LISTS or (origin is tuple and parts[1:] == (...,)):
            return list_of(self.of(parts[0]))
        if origin in _DICTS and parts[0] is str:
            return dict_of(self.of(parts[1]))
        marks = {"Required", "ReadOnly"}
        return self.of(parts[0]) if getattr(origin, "_name", "") in marks else ANY

    def _union(self, parts: tuple[Any, ...]) -> Type:
        rest = [part for part in parts if part is not NoneType]
        kinds = {self.of(part) for part in rest}
        if len(kinds) != 1:
            return ANY
        (kind,) = kinds
        return kind if len(rest) == len(parts) else optional(kind)

    def _literal(self, values: tuple[Any, ...]) -> Type:
        kinds: set[type[Any]] = {type(value) for value in values if value is not None}
        if len(kinds) != 1:
            return ANY
        kind = _LITERALS.get(kinds.pop(), ANY)
        return optional(kind) if None in values else kind

    def _named(self, hint: Any) -> Type:
        if isinstance(hint, NewType):
            return self.of(hint.__supertype__)
        if hasattr(hint, "__value__"):  # `type Name = …` of Python 3.12
            return self.of(hint.__value__)
        return self._class(cast("type[Any]", hint)) if isinstance(hint, type) else ANY

    def _class(self, kind: type[Any]) -> Type:
        if issubclass(kind, Enum):
            return self._enum(kind)
        if issubclass(kind, Exception):
            self._classes.setdefault(kind.__name__, kind)
            return error_of(kind.__name__)
        if is_record(kind):
            return record_of(self._name(kind))
        return STRING if issubclass(kind, str) else ANY

    def _enum(self, kind: type[Enum]) -> Type:
        values = [member.value for member in kind]
        plain = bool(values) and any(all(type(value) is one for value in values) for one in (str, int))
        return Type(ENUM, None, self._name(kind)) if plain else ANY

    def _name(self, kind: type) -> str:
        """A name for a class that no other class of the app has."""
        for name in _names(kind):
            if self._classes.setdefault(name, kind) is kind:
                return name
        raise AssertionError(kind)  # the names do not end


def _names(kind: type) -> Iterator[str]:
    yield kind.__name__
    yield f"{kind.__module__}.{kind.__qualname__}"
    serial = 1
    while True:
        serial += 1
        yield f"{kind.__module__}.{kind.__qualname__}_{serial}"


def _is_subclass(one: type, base: type) -> bool:
    try:
        return issubclass(one, base)
    except TypeError:  # TypedDict
        return False
