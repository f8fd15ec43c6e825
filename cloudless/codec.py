"""The one wire format: bodies as JSON text. Attributes of users are in `outgoing`, ours in `system`.

A body is JSON that programs which do not know us can read. Its text holds any Unicode scalar:
controls and U+FFFE/U+FFFF are escaped (SQS refuses them raw), lone surrogates are refused (UTF-8 has
none). `codec_of(type)` gives the encoder and decoder that a portable type keeps; those of types that
need pydantic are in `model` and `adapter`, imported for such types only. Standard library only at import.
"""

from __future__ import annotations

import json
import re
import sys
from json import encoder as _encoder
from json import scanner as _scanner
from types import GenericAlias, NoneType, UnionType

from cloudless.errors import InvalidBody, PayloadTooLarge, hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol, TypeGuard

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
SYSTEM_ATTRIBUTE = "cloudless"


def _unwritable(value: object) -> object:
    raise TypeError(f"a {type(value).__name__} is not JSON")


def no_constant(text: str) -> object:
    """Refuse NaN and the infinities, which Python's reader would take."""
    raise ValueError(f"{text} is not JSON")


INFINITY = float("inf")


def finite(text: str) -> float:
    """A number with a point or an exponent; Python would read 1e400 as an infinity, which nobody can send on."""
    number = float(text)
    if -INFINITY < number < INFINITY:
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
    return text if text.isascii() else escape(text)


def _unwritten(problem: Exception) -> InvalidBody:
    return InvalidBody(f"the body cannot be written as JSON: {problem}")


_SURROGATE = r"\\u[dD][89a-fA-F]"
"""Compiled where a text has escapes at all: few do, and a cold start should not pay for it."""
_PLAIN = frozenset({str, int, float, bool, NoneType})


def _check_keys(value: Any) -> None:
    """Refuse keys that are no strings: the encoder would write them as some, and two may become one (TypeError).

    It stands on the path of every message: to join the keys is the fastest way to ask whether all are strings.
    """
    parts: Any = value
    if isinstance(value, dict):
        try:
            "".join(value)  # pyright: ignore[reportUnknownArgumentType]
        except TypeError:
            raise TypeError(_wrong_key(value)) from None  # pyright: ignore[reportUnknownArgumentType]
        parts = value.values()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    elif not isinstance(value, (list, tuple)):
        return
    for part in parts:
        if type(part) not in _PLAIN:
            _check_keys(part)


def _wrong_key(value: Mapping[object, object]) -> str:
    key = next(key for key in value if not isinstance(key, str))
    return f"the key {key!r} is of type {type(key).__name__}, and JSON has only strings"


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


def escape(text: str) -> str:
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
        return Shaped(kind)
    if hasattr(kind, "__pydantic_validator__") and hasattr(kind, "model_validate_json"):
        return _model(kind)
    return Shaped(kind) if is_builtin(kind) else _adapter(kind)


def arguments_codec(fields: Mapping[str, Any], required: frozenset[str]) -> Codec:
    """The codec of a function's arguments: a dict by parameter name. required: those without a default."""
    if all(is_builtin(kind) for kind in fields.values()):
        return Arguments(fields, required)
    from cloudless.adapter import arguments

    return arguments(fields, required)


def _model(kind: Any) -> Codec:
    from cloudless.model import ModelCodec

    return ModelCodec(kind)


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


class Shaped:
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


class Arguments:
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
        if value.keys() != self._checks.keys():
            self._check_names(value)
        for name, part in value.items():
            if not self._checks[name](part):
                raise InvalidBody(f"argument {name!r}: expected {self._names[name]}, got {shown(part)}")

    def _check_names(self, value: dict[str, Any]) -> None:
        missing, unknown = self._required - value.keys(), value.keys() - self._checks.keys()
        if missing or unknown:
            wrong = {"missing": sorted(missing), "unknown": sorted(unknown)}
            raise InvalidBody("arguments: " + ", ".join(f"{what} {names}" for what, names in wrong.items() if names))


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
