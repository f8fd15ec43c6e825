"""The one wire format: bodies as JSON text, and user attributes; ours are in `cloudless.system`.

A body is JSON that programs which do not know us can read. Its text holds any Unicode scalar:
controls and U+FFFE/U+FFFF are escaped (SQS refuses them raw), lone surrogates are refused (UTF-8 has
none). `codec_of(type)` gives the encoder and decoder that a portable type keeps; pydantic is imported
only for types that need it. Standard library only at import.
"""

from __future__ import annotations

import json
import re
import sys
from json import encoder as _encoder
from json import scanner as _scanner
from types import GenericAlias, NoneType, UnionType

from cloudless.errors import InvalidArgument, InvalidBody, PayloadTooLarge, hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal, Protocol, TypeGuard

    class Codec(Protocol):
        """Encoder and decoder of one type."""

        name: str
        """How errors name the type, e.g. "Order"."""

        def encode(self, value: Any) -> str:
            """JSON text of a value; raises InvalidBody where it does not fit the type."""
            ...

        def decode(self, text: str) -> Any:
            """The value of a JSON text; raises InvalidBody where it does not fit the type."""
            ...


__tracebackhide__ = hidden
BODY_LIMIT = 192 * 1024
DELAYED_BODY_LIMIT = 96 * 1024  # EventBridge Scheduler escapes JSON again: docs/mechanisms.md, body
DELAYED_BEYOND_S = 15 * 60
ATTRIBUTES_MAX = 7  # SQS takes 10 attributes, ours is one of them; two are kept in reserve
ATTRIBUTE_VALUE_MAX = 256
ATTRIBUTES_BYTES_MAX = 8 * 1024
SYSTEM_ATTRIBUTE = "cloudless"
ATTRIBUTE_NAME_MAX = 64


def _unwritable(value: object) -> object:
    raise TypeError(f"a {type(value).__name__} is not JSON")


def no_constant(text: str) -> object:
    """Refuse NaN and the infinities, which Python's reader would take."""
    raise ValueError(f"{text} is not JSON")


_INFINITY = float("inf")


def finite(text: str) -> float:
    """A number with a point or an exponent; Python would read 1e400 as an infinity, which nobody can send on."""
    number = float(text)
    if -_INFINITY < number < _INFINITY:
        return number
    raise ValueError(f"{text[:20]} is beyond the largest float")


# One encoder and one scanner, kept: `json.dumps` and `json.loads` build or check theirs at every call.
_kept_decoder = json.JSONDecoder(parse_constant=no_constant, parse_float=finite)
_scan: Callable[[str, int], tuple[Any, int]] = _scanner.c_make_scanner(_kept_decoder)  # type: ignore[attr-defined]
_encode: Callable[[object, int], tuple[str, ...]] = _encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, _unwritable, _encoder.encode_basestring, None, ":", ",", False, False, False
)


def dump(value: object) -> str:
    """Compact JSON text of builtin values; raises InvalidBody for anything that JSON cannot hold."""
    try:
        _check_keys(value)
    except (TypeError, RecursionError) as problem:
        raise _unwritten(problem) from problem
    return write(value)


def write(value: object) -> str:
    """As `dump`, of a value whose keys are known to be strings, as of all that was read from JSON."""
    try:
        text = "".join(_encode(value, 0))
    except (TypeError, ValueError, RecursionError) as problem:
        raise _unwritten(problem) from problem
    return text if text.isascii() else _escape(text)


def _unwritten(problem: Exception) -> InvalidBody:
    return InvalidBody(f"the body cannot be written as JSON: {problem}")


_SURROGATE = r"\\u[dD][89a-fA-F]"
"""Compiled where a text has escapes at all: few do, and a cold start should not pay for it."""
_STRINGS = frozenset({str})
_PLAIN = frozenset({str, int, float, bool, NoneType})


def _check_keys(value: Any) -> None:
    """Refuse keys that are no strings: the encoder would write them as some, and two may become one (TypeError).

    By sets of types and without calls of its own, since this stands on the path of every message.
    """
    if isinstance(value, dict):
        if not _STRINGS.issuperset(map(type, value)):  # pyright: ignore[reportUnknownArgumentType]
            _check_each_key(value)  # pyright: ignore[reportUnknownArgumentType]
        parts: Any = value.values()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    elif isinstance(value, (list, tuple)):
        parts = value  # pyright: ignore[reportUnknownVariableType]
    else:
        return
    if not _PLAIN.issuperset(map(type, parts)):
        for part in parts:
            if type(part) not in _PLAIN:
                _check_keys(part)


def _check_each_key(value: Mapping[object, object]) -> None:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"the key {key!r} is of type {type(key).__name__}, and JSON has only strings")


def load(text: str) -> Any:
    """The value of a JSON text; raises InvalidBody where it is none, or one that `dump` would refuse.

    Those are NaN and infinities, numbers that would become some (1e400), and lone surrogates.
    """
    try:
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return _load_slowly(text)
    if end != len(text):  # white space at an end, or an error
        return _load_slowly(text)
    return value if "\\" not in text and text.isascii() else _sendable(value, text)


def _load_slowly(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=no_constant, parse_float=finite)
    except (ValueError, RecursionError) as problem:
        raise _unread(problem) from problem
    return _sendable(value, text)


def _unread(problem: Exception) -> InvalidBody:
    error = InvalidBody(f"the body is not JSON: {problem}")
    error.is_json = False
    return error


def _sendable(value: Any, text: str) -> Any:
    """The value of a text; InvalidBody where that holds a lone surrogate, as such or in an escape."""
    try:
        text.encode()
        if "\\u" in text and re.search(_SURROGATE, text):
            "".join(_encode(value, 0)).encode()
    except (UnicodeEncodeError, RecursionError) as problem:
        raise _unread(problem) from problem
    return value


def _escape(text: str) -> str:
    """Escape the two noncharacters that SQS refuses; refuse what UTF-8 cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        lone = text[problem.start]
        raise InvalidBody(
            f"the body holds the lone surrogate U+{ord(lone):04X}, which no Unicode encoding can carry; "
            "decode the text properly before sending it"
        ) from problem
    if "\ufffe" in text or "\uffff" in text:
        return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return text


def size_of(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def check_size(text: str, delay_s: float = 0, what: str = "the body") -> None:
    """Refuse a body that some cloud would refuse, before it does (PayloadTooLarge). what: as the error names it."""
    limit = BODY_LIMIT if delay_s <= DELAYED_BEYOND_S else DELAYED_BODY_LIMIT
    if len(text) * 4 <= limit:  # no character takes more than 4 bytes
        return
    size = size_of(text)
    if size > limit:
        when = " (delayed beyond 15 minutes)" if limit == DELAYED_BODY_LIMIT else ""
        raise PayloadTooLarge(
            f"{what} is {size:,} bytes, the limit{when} is {limit:,}: store it (e.g. in a bucket) and send a reference",
            size,
            limit,
        )


def check_attributes(attributes: Mapping[str, str]) -> None:
    """Refuse attributes that some cloud would refuse: names, number, lengths (InvalidArgument)."""
    check_mapping(attributes)
    if len(attributes) > ATTRIBUTES_MAX:
        raise InvalidArgument(
            f"{len(attributes)} attributes: a message has at most {ATTRIBUTES_MAX}; put the others into the body"
        )
    total = 0
    for name, value in attributes.items():
        _check_attribute(name, value)
        total += len(name) + size_of(value)
    if total > ATTRIBUTES_BYTES_MAX:
        raise PayloadTooLarge(
            f"the attributes are {total:,} bytes together, the limit is {ATTRIBUTES_BYTES_MAX:,}",
            total,
            ATTRIBUTES_BYTES_MAX,
        )


def check_mapping(attributes: Mapping[str, str]) -> None:
    """Refuse attributes that have no names (InvalidArgument)."""
    if not hasattr(attributes, "keys"):
        raise InvalidArgument(f'attributes={shown(attributes)}: give a dict, e.g. {{"region": "eu"}}')


def check_attribute_name(name: str) -> None:
    """Refuse a name that some cloud would refuse (InvalidArgument)."""
    fits = isinstance(name, str) and name.isascii() and name.isidentifier() and len(name) <= ATTRIBUTE_NAME_MAX
    if not fits or name.lower().startswith("goog") or name == SYSTEM_ATTRIBUTE:
        raise InvalidArgument(
            f"attribute name {name!r}: use a letter or _, then letters, digits and _, at most 64, "
            "not beginning with 'goog', not 'cloudless'"
        )


def _check_attribute(name: str, value: str) -> None:
    check_attribute_name(name)
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"attribute {name!r} is of type {type(value).__name__}: attributes are strings")
    if not 1 <= len(value) <= ATTRIBUTE_VALUE_MAX:
        raise InvalidArgument(f"attribute {name!r} has {len(value)} characters: 1 to {ATTRIBUTE_VALUE_MAX} are allowed")
    if not value.isprintable() and any(ch < " " or "\ud800" <= ch <= "\udfff" or ch in "\ufffe\uffff" for ch in value):
        raise InvalidArgument(f"attribute {name!r} holds a control character or a lone surrogate: {value!r}")


# --- codecs ---------------------------------------------------------------------------------------


def codec_of(kind: Any) -> Codec:
    """The codec of a type.

    Types: pydantic models, dataclasses, TypedDict, JSON builtins (also parametrised), datetime, date, time,
    timedelta, Decimal, UUID, enums, and unions and containers of them. None, object and Any: any JSON.

    Raises InvalidArgument for a type that has no JSON form.
    """
    if _is_any(kind):
        return _Json("JSON")
    if kind in (dict, list):
        return _Shaped(kind)
    if hasattr(kind, "__pydantic_validator__") and hasattr(kind, "model_validate_json"):
        return _Model(kind)
    return _Shaped(kind) if is_builtin(kind) else _adapter(kind)


def arguments_codec(fields: Mapping[str, Any], required: frozenset[str]) -> Codec:
    """The codec of a function's arguments: a dict by parameter name. required: those without a default."""
    if all(is_builtin(kind) for kind in fields.values()):
        return _Arguments(fields, required)
    from cloudless.adapter import arguments

    return arguments(fields, required)


def _adapter(kind: Any) -> Codec:
    from cloudless.adapter import AdapterCodec

    return AdapterCodec(kind)


def _is_any(kind: Any) -> bool:
    typing = sys.modules.get("typing")
    return kind is object or kind is None or (typing is not None and kind is typing.Any)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object; its keys are strings, then."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


def is_builtin(kind: Any) -> bool:
    """Whether a type is made of JSON builtins only, so that pydantic is not needed."""
    if kind in (str, int, float, bool, NoneType, dict, list) or _is_any(kind):
        return True
    if isinstance(kind, UnionType):
        return all(is_builtin(part) for part in kind.__args__)
    if isinstance(kind, GenericAlias) and kind.__origin__ in (dict, list):
        key_fits = kind.__origin__ is list or kind.__args__[0] is str
        return key_fits and all(is_builtin(part) for part in kind.__args__)
    return False


class _Json:
    """Any JSON value, unchecked."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def encode(self, value: Any) -> str:
        return dump(value)

    def decode(self, text: str) -> Any:
        return load(text)


class _AsItIs(_Json):
    """Any JSON value, and the raw text of what is none; nothing that was given up is beyond reading."""

    __slots__ = ()

    def decode(self, text: str) -> Any:
        try:
            return load(text)
        except InvalidBody:
            return text


AS_IT_IS: Codec = _AsItIs("JSON")


class _Shaped:
    """JSON builtins whose shape is checked, both ways."""

    __slots__ = ("fits", "kind", "name")

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.name = type_name(kind)
        self.fits = _check_of(kind)

    def encode(self, value: Any) -> str:
        if not self.fits(value):
            raise InvalidBody(f"expected {self.name}, got {shown(value)}")
        return dump(value)

    def decode(self, text: str) -> Any:
        return self.checked(load(text))

    def checked(self, value: Any) -> Any:
        """The value; InvalidBody where it does not fit."""
        if not self.fits(value):
            raise InvalidBody(f"expected {self.name}, got {shown(value)}")
        return value


class _Arguments:
    """Arguments of JSON builtins by name."""

    __slots__ = ("_checks", "_names", "_required", "fields", "name")

    def __init__(self, fields: Mapping[str, Any], required: frozenset[str]) -> None:
        self.name = "arguments"
        self.fields = fields
        self._checks = {name: _check_of(kind) for name, kind in fields.items()}
        self._names = {name: type_name(kind) for name, kind in fields.items()}
        self._required = required

    def encode(self, value: Any) -> str:
        self._check(value)
        return dump(value)

    def decode(self, text: str) -> Any:
        return self.checked(load(text))

    def checked(self, value: Any) -> Any:
        """The arguments; InvalidBody where they do not fit."""
        if not is_object(value):
            raise InvalidBody(f"expected arguments by name, got {shown(value)}")
        self._check(value)
        return value

    def _check(self, value: dict[str, Any]) -> None:
        missing, unknown = self._required - value.keys(), value.keys() - self._checks.keys()
        if missing or unknown:
            wrong = {"missing": sorted(missing), "unknown": sorted(unknown)}
            raise InvalidBody("arguments: " + ", ".join(f"{what} {names}" for what, names in wrong.items() if names))
        for name, part in value.items():
            if not self._checks[name](part):
                raise InvalidBody(f"argument {name!r}: expected {self._names[name]}, got {shown(part)}")


def _check_of(kind: Any) -> Callable[[object], bool]:
    if _is_any(kind):
        return lambda value: True
    if kind is float:
        return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if isinstance(kind, UnionType):
        checks = [_check_of(part) for part in kind.__args__]
        return lambda value: any(fits(value) for fits in checks)
    if isinstance(kind, GenericAlias):
        return _container_check(kind)
    return lambda value: isinstance(value, kind)


def _container_check(kind: GenericAlias) -> Callable[[object], bool]:
    values = kind.__args__[-1]
    inner = None if _is_any(values) else _check_of(values)
    return _list_check(inner) if kind.__origin__ is list else _dict_check(inner)


def _list_check(inner: Callable[[object], bool] | None) -> Callable[[object], bool]:
    if inner is None:
        return is_list

    def fits(value: object) -> bool:
        return is_list(value) and all(map(inner, value))

    return fits


def _dict_check(inner: Callable[[object], bool] | None) -> Callable[[object], bool]:
    if inner is None:
        return is_object

    def fits(value: object) -> bool:
        return is_object(value) and all(map(inner, value.values()))  # keys: see dump

    return fits


def numeric(codec: Codec) -> Callable[[str], Any]:
    """The decoder of a codec for JSON from where 1 and 1.0 are one value: an int becomes one, and a float.

    pydantic does so by itself.
    """
    if isinstance(codec, _Shaped) and _has_numbers(codec.kind):
        return lambda text: codec.checked(_numbers(codec.kind, load(text)))
    if isinstance(codec, _Arguments) and any(map(_has_numbers, codec.fields.values())):
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


class _Model:
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
            raise InvalidBody(f"expected {self.name}, got {shown(value)}")
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
    return text if text.isascii() else _escape(text)


def _check_numbers(value: Any) -> None:
    """Refuse NaN and infinities (InvalidBody)."""
    if isinstance(value, float) and not -_INFINITY < value < _INFINITY:
        raise InvalidBody(f"the body cannot be written as JSON: {value} is no number of it")
    for part in _parts(value):
        _check_numbers(part)


def _parts(value: Any) -> Iterable[Any]:
    if is_object(value):
        return value.values()
    return value if _has_parts(value) else ()


def _has_parts(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, (list, tuple, set, frozenset))


def type_name(kind: Any) -> str:
    """How errors and IR name a type, e.g. "Order" or "dict[str, int]"."""
    if isinstance(kind, type) and not isinstance(kind, GenericAlias):
        return kind.__name__
    return str(kind).replace("typing.", "")


def shown(value: object) -> str:
    """A value in an error: its type, and what it looks like, cut at 80 characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError) as problem:  # an int of too many digits, a list that is too deep
        text = f"({problem})"
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"
