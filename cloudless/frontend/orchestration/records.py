"""Records: what an orchestration may read of a pydantic model, dataclass or TypedDict, and whether it may make one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints, is_typeddict

from cloudless.ir.type import Member, RecordType, Type

if TYPE_CHECKING:
    from pydantic import BaseModel

MODEL = "model"
DATACLASS = "dataclass"
TYPED_DICT = "TypedDict"
RESULT = "result"
ABSENT: Any = object()
"""The default of a field that has none, or has one that code makes."""
TypeOf = Callable[[Any], Type]


class FieldOf:
    """name: in Python. key: on the wire. default: ABSENT where it must be given. unwritten: never on the wire."""

    __slots__ = ("default", "is_optional", "key", "name", "type", "unwritten")

    def __init__(self, name: str, key: str, kind: Type, default: Any = ABSENT) -> None:
        self.name = name
        self.key = key
        self.type = kind
        self.default = default
        self.is_optional = False
        self.unwritten = False


class RecordClass:
    """fields: by name, known when first asked for. form: MODEL, DATACLASS, TYPED_DICT or RESULT."""

    def __init__(self, name: str, kind: type | None, type_of: TypeOf, fields: dict[str, FieldOf] | None = None) -> None:
        self.name = name
        self.kind = kind
        self.form = RESULT if kind is None else _form(kind)
        self._type_of = type_of
        self._fields = fields
        self._obstacle: str | None = None

    @property
    def fields(self) -> dict[str, FieldOf]:
        if self._fields is None:
            assert self.kind is not None
            self._fields = {one.name: one for one in _READERS[self.form](self.kind, self._type_of)}
        return self._fields

    @property
    def is_frozen(self) -> bool:
        """Whether Python refuses to change one in place."""
        if self.form == MODEL:
            return bool(getattr(self.kind, "model_config", {}).get("frozen"))
        return self.form == RESULT or bool(getattr(getattr(self.kind, "__dataclass_params__", None), "frozen", False))

    @property
    def is_comparable(self) -> bool:
        """Whether == looks at the fields."""
        return self.form != DATACLASS or getattr(self.kind, "__eq__", None) != object.__eq__

    @property
    def problem(self) -> str:
        """Why the wire may hold something else than the fields say; "" where it does not."""
        if self.form == TYPED_DICT and any(one.is_optional for one in self.fields.values()):
            return "some of its keys may be missing"
        return "its serializers write something else" if _decorators(self.kind, "serializers") else ""

    @property
    def obstacle(self) -> str:
        """Why an orchestration may not make one; "" where it may."""
        if self._obstacle is None:
            self._obstacle = self._found_obstacle()
        return self._obstacle

    def _found_obstacle(self) -> str:
        if self.form == RESULT:
            return "only fan_out makes them"
        if _decorators(self.kind, "validators") or "__post_init__" in _members(self.kind):
            return "it has validators, which are code"
        params = getattr(self.kind, "__dataclass_params__", None)
        if ("__init__" in _members(self.kind) and self.form == MODEL) or (params and not params.init):
            return "it has an __init__ of its own, which is code"
        if _decorators(self.kind, "computed_fields") or "model_post_init" in _members(self.kind):
            return "it has computed fields, which are code"
        if self.form == MODEL and any(info.metadata for info in getattr(self.kind, "model_fields", {}).values()):
            return "its fields have constraints, which are checked by code"
        return "it has aliases" if any(one.key != one.name for one in self.fields.values()) else self.problem

    def as_data(self) -> RecordType:
        """The record in the IR."""
        return RecordType(self.name, tuple(Member(one.name, one.key, one.type) for one in self.fields.values()))


def is_record(kind: type) -> bool:
    """Whether a class is a pydantic model, a dataclass or a TypedDict."""
    return is_typed_dict(kind) or hasattr(kind, "__dataclass_fields__") or is_model(kind)


def is_typed_dict(kind: Any) -> bool:
    """Whether a class is a TypedDict, also one of typing_extensions, which pydantic wants before Python 3.12."""
    return is_typeddict(kind) or type(kind).__name__ == "_TypedDictMeta"


def is_model(kind: Any) -> bool:
    """Whether a class is a pydantic model, without importing pydantic."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)


def _form(kind: type) -> str:
    return TYPED_DICT if is_typed_dict(kind) else MODEL if is_model(kind) else DATACLASS


def _members(kind: Any) -> set[str]:
    """Names that a class of the program's, or one that it derives from, defines."""
    bases = [base for base in getattr(kind, "__mro__", ()) if base.__module__.partition(".")[0] != "pydantic"]
    return {name for base in bases if base is not object for name in cast("Mapping[str, object]", vars(base))}


def _decorators(kind: Any, what: str) -> bool:
    found = getattr(kind, "__pydantic_decorators__", None)
    names = {
        "validators": ("field_validators", "model_validators", "validators", "root_validators"),
        "serializers": ("field_serializers", "model_serializers"),
        "computed_fields": ("computed_fields",),
    }[what]
    return any(getattr(found, name, None) for name in names)


def _model(kind: Any, type_of: TypeOf) -> Iterator[FieldOf]:
    model: type[BaseModel] = kind
    for name, info in model.model_fields.items():
        default = (
            info.default if not info.is_required() and info.default_factory is None else _made(info.default_factory)
        )
        one = FieldOf(name, info.serialization_alias or info.alias or name, type_of(info.annotation), default)
        one.unwritten = bool(info.exclude)
        yield one


def _dataclass(kind: Any, type_of: TypeOf) -> Iterator[FieldOf]:
    from dataclasses import MISSING, fields

    hints = _hints(kind)
    for info in fields(kind):
        if info.init:
            default = _made(None if info.default_factory is MISSING else info.default_factory)
            default = default if info.default is MISSING else info.default
            yield FieldOf(info.name, info.name, type_of(hints.get(info.name)), default)


def _typed_dict(kind: Any, type_of: TypeOf) -> Iterator[FieldOf]:
    for name, hint in _hints(kind).items():
        mark = getattr(get_origin(hint), "_name", "")
        marked = get_args(hint)[0] if mark in {"NotRequired", "Required", "ReadOnly"} else hint
        one = FieldOf(name, name, type_of(marked))
        one.is_optional = mark == "NotRequired" or (mark != "Required" and name not in kind.__required_keys__)
        yield one


def _hints(kind: Any) -> dict[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001  (the user's annotations may raise anything; the checks report them)
        return dict.fromkeys(getattr(kind, "__annotations__", {}), Any)


def _made(factory: Any) -> Any:
    """What a factory of containers makes; others are code."""
    return ABSENT if factory not in {list, dict} else [] if factory is list else {}


_READERS: dict[str, Callable[[Any, TypeOf], Iterator[FieldOf]]] = {
    MODEL: _model, DATACLASS: _dataclass, TYPED_DICT: _typed_dict,
}  # fmt: skip


def results_of(value: Type) -> RecordClass:
    """The record of `Outcome[value]`."""
    from cloudless.frontend.orchestration.kinds import optional, record_of

    fields = [FieldOf("value", "value", optional(value)), FieldOf("error", "error", optional(record_of("Failed")))]
    return RecordClass(f"Outcome[{value}]", None, lambda _: value, {one.name: one for one in fields})


def failed() -> RecordClass:
    """The record of `Failed`."""
    from cloudless.frontend.orchestration.kinds import STRING

    fields = [FieldOf(name, name, STRING) for name in ("type", "message")]
    return RecordClass("Failed", None, lambda _: STRING, {one.name: one for one in fields})
