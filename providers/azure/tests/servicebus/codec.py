"""AMQP 1.0 types to bytes and back.

https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-types-v1.0-os.html

Python's own types stand for null, boolean, long, double, string, binary, uuid, list and map; a number of
another type is a `Number`. Decoding gives plain numbers, and an aware datetime for a timestamp.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = {
    "ubyte": (0x50, ">B"),
    "ushort": (0x60, ">H"),
    "uint": (0x70, ">I"),
    "ulong": (0x80, ">Q"),
    "int": (0x71, ">i"),
    "long": (0x81, ">q"),
    "timestamp": (0x83, ">q"),
}
_SMALL = {"uint": (0x43, 0x52), "ulong": (0x44, 0x53)}
_ELEMENTS = {"symbol": 0xB3, "long": 0x81, "timestamp": 0x83, "uuid": 0x98}


class Malformed(Exception):
    """Bytes that are no AMQP value."""


class Symbol(str):
    """A symbol: ASCII text of a vocabulary."""

    __slots__ = ()


class Number:
    """A number of a type other than long. kind: ubyte, ushort, uint, ulong, int, long or timestamp (ms)."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: int) -> None:
        self.kind = kind
        self.value = value


class Array:
    """Values of one type. kind: symbol, long, timestamp or uuid."""

    __slots__ = ("items", "kind")

    def __init__(self, kind: str, items: Iterable[Any]) -> None:
        self.kind = kind
        self.items = list(items)


class Described:
    """A value with a descriptor: a number of the specification, or a symbol."""

    __slots__ = ("descriptor", "value")

    def __init__(self, descriptor: int | str, value: Any) -> None:
        self.descriptor = descriptor
        self.value = value

    def __repr__(self) -> str:
        return f"Described({self.descriptor!r}, {self.value!r})"


def ubyte(value: int) -> Number:
    return Number("ubyte", value)


def ushort(value: int) -> Number:
    return Number("ushort", value)


def uint(value: int) -> Number:
    return Number("uint", value)


def ulong(value: int) -> Number:
    return Number("ulong", value)


def int32(value: int) -> Number:
    return Number("int", value)


def timestamp(seconds: float) -> Number:
    """A point in time, of seconds since the epoch."""
    return Number("timestamp", round(seconds * 1000))


# --- encoding -------------------------------------------------------------------------------------


def encode(value: Any) -> bytes:
    """The bytes of a value; raises TypeError for one that has no AMQP form here."""
    if value is None:
        return b"\x40"
    for kind, encoder in _ENCODERS:
        if isinstance(value, kind):
            return encoder(value)
    raise TypeError(f"no AMQP type for {type(value).__name__}")


def _number(number: Number) -> bytes:
    if number.kind in _SMALL and number.value < 256:
        zero, small = _SMALL[number.kind]
        return bytes((small, number.value)) if number.value else bytes((zero,))
    code, form = _NUMBERS[number.kind]
    return bytes((code,)) + struct.pack(form, number.value)


def _described(described: Described) -> bytes:
    descriptor = described.descriptor
    return b"\x00" + encode(ulong(descriptor) if isinstance(descriptor, int) else descriptor) + encode(described.value)


def _variable(short: int, long: int, raw: bytes) -> bytes:
    head = bytes((short, len(raw))) if len(raw) < 256 else bytes((long,)) + struct.pack(">I", len(raw))
    return head + raw


def _compound(code: int, parts: Sequence[Any]) -> bytes:
    body = b"".join(map(encode, parts))
    return struct.pack(">BII", code, len(body) + 4, len(parts)) + body


def _mapping(value: dict[Any, Any]) -> bytes:
    return _compound(0xD1, [part for pair in value.items() for part in pair])


def _sequence(value: Sequence[Any]) -> bytes:
    return _compound(0xD0, value) if value else b"\x45"


def _array(array: Array) -> bytes:
    code = _ELEMENTS[array.kind]
    body = bytes((code,)) + b"".join(_element(array.kind, item) for item in array.items)
    return struct.pack(">BII", 0xF0, len(body) + 4, len(array.items)) + body


def _element(kind: str, item: Any) -> bytes:
    if isinstance(item, UUID):
        return item.bytes
    return struct.pack(">I", len(item)) + item.encode("ascii") if kind == "symbol" else struct.pack(">q", item)


_ENCODERS: list[tuple[type | tuple[type, ...], Callable[[Any], bytes]]] = [
    (bool, lambda value: b"\x41" if value else b"\x42"),
    (Number, _number),
    (Described, _described),
    (Array, _array),
    (Symbol, lambda value: _variable(0xA3, 0xB3, value.encode("ascii"))),
    (str, lambda value: _variable(0xA1, 0xB1, value.encode())),
    ((bytes, bytearray, memoryview), lambda value: _variable(0xA0, 0xB0, bytes(value))),
    (int, lambda value: struct.pack(">Bq", 0x81, value)),
    (float, lambda value: struct.pack(">Bd", 0x82, value)),
    (UUID, lambda value: b"\x98" + value.bytes),
    (datetime, lambda value: encode(timestamp(value.timestamp()))),
    (dict, _mapping),
    ((list, tuple), _sequence),
]

# --- decoding -------------------------------------------------------------------------------------

_CONSTANTS: dict[int, Any] = {0x40: None, 0x41: True, 0x42: False, 0x43: 0, 0x44: 0}
_FIXED = {
    code: struct.Struct(form)
    for form, codes in {
        ">B": (0x50, 0x52, 0x53), ">b": (0x51, 0x54, 0x55), ">H": (0x60,), ">h": (0x61,), ">I": (0x70,), ">i": (0x71,),
        ">Q": (0x80,), ">q": (0x81,), ">f": (0x72,), ">d": (0x82,),
    }.items()
    for code in codes
}  # fmt: skip


class Reader:
    """Values one after the other. at: the next byte."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def has_more(self) -> bool:
        return self.at < len(self.data)

    def take(self, size: int) -> bytes:
        """The next `size` bytes; raises Malformed where there are fewer."""
        start, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise Malformed(f"{size} bytes wanted at {start} of {len(self.data)}")
        return self.data[start : self.at]

    def rest(self) -> bytes:
        """All that was not read."""
        return self.take(len(self.data) - self.at)

    def value(self) -> Any:
        """The next value."""
        code = self._byte()
        if code != 0:
            return self._of(code)
        descriptor = self.value()
        return Described(descriptor, self.value())

    def _byte(self) -> int:
        at = self.at
        if at >= len(self.data):
            raise Malformed(f"a byte wanted at {at} of {len(self.data)}")
        self.at = at + 1
        return self.data[at]

    def _size(self, width: int) -> int:
        return self._byte() if width == 1 else int.from_bytes(self.take(width), "big")

    def _of(self, code: int) -> Any:
        """The value behind a constructor."""
        if code in _CONSTANTS:
            return _CONSTANTS[code]
        if code in _FIXED:
            form = _FIXED[code]
            return form.unpack(self.take(form.size))[0]
        if code in _SINGLES:
            return _SINGLES[code](self)
        width = 4 if code & 0x10 else 1
        if code & 0xEF in _VARIABLES:
            return _VARIABLES[code & 0xEF](self.take(self._size(width)))
        if code & 0xEF in (0xC0, 0xC1, 0xE0):
            return self._compound(code & 0xEF, width)
        raise Malformed(f"constructor 0x{code:02x}")

    def _compound(self, code: int, width: int) -> Any:
        self._size(width)  # in bytes; the count says all
        count = self._size(width)
        if code == 0xE0:
            return self._elements(count)
        parts = [self.value() for _ in range(count)]
        return parts if code == 0xC0 else dict(zip(parts[::2], parts[1::2], strict=True))

    def _elements(self, count: int) -> list[Any]:
        code = self._byte()
        return [self._of(code) for _ in range(count)]


_SINGLES: dict[int, Callable[[Reader], Any]] = {
    0x45: lambda reader: [],
    0x56: lambda reader: reader.take(1) == b"\x01",
    0x73: lambda reader: reader.take(4).decode("utf-32-be"),
    0x83: lambda reader: _EPOCH + timedelta(milliseconds=struct.unpack(">q", reader.take(8))[0]),
    0x98: lambda reader: UUID(bytes=reader.take(16)),
}
_VARIABLES: dict[int, Callable[[bytes], Any]] = {
    0xA0: bytes,
    0xA1: lambda raw: raw.decode(),
    0xA3: lambda raw: Symbol(raw.decode("ascii")),
}


def decode(data: bytes) -> Any:
    """The first value in the bytes; raises Malformed."""
    return Reader(data).value()
