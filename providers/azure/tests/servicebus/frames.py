"""Frames and performatives.

https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transport-v1.0-os.html
"""

from __future__ import annotations

import struct
from asyncio import StreamReader
from collections.abc import Sequence
from typing import Any

from providers.azure.tests.servicebus.codec import Described, Reader, Symbol, encode

OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION, DETACH, END, CLOSE = range(0x10, 0x19)
SASL_MECHANISMS, SASL_OUTCOME = 0x40, 0x44
ERROR = 0x1D
ACCEPTED, REJECTED, RELEASED, MODIFIED = 0x24, 0x25, 0x26, 0x27
SOURCE, TARGET = 0x28, 0x29
AMQP, SASL = 0, 1
PROTOCOL_HEADER_SIZE = 8
_DATA_OFFSET = 2  # in words of 4 bytes: no extended header


class Frame:
    """One frame as read. code: of the performative, 0 for an empty frame (a heartbeat)."""

    __slots__ = ("channel", "code", "fields", "payload")

    def __init__(self, channel: int, code: int, fields: Sequence[Any], payload: bytes) -> None:
        self.channel = channel
        self.code = code
        self.fields = fields
        self.payload = payload

    def get(self, place: int, default: Any = None) -> Any:
        """A field of the performative; trailing ones may be left out by the sender."""
        value = self.fields[place] if place < len(self.fields) else None
        return default if value is None else value


def frame_bytes(channel: int, code: int, fields: Sequence[Any], payload: bytes = b"", kind: int = AMQP) -> bytes:
    """A frame to write."""
    body = encode(Described(code, list(fields))) + payload
    return struct.pack(">IBBH", len(body) + 8, _DATA_OFFSET, kind, channel) + body


async def read_frame(stream: StreamReader) -> Frame:
    """The next frame; raises IncompleteReadError at the end of the stream."""
    size, offset, _, channel = struct.unpack(">IBBH", await stream.readexactly(8))
    body = (await stream.readexactly(size - 8))[offset * 4 - 8 :]
    if not body:
        return Frame(channel, 0, [], b"")
    reader = Reader(body)
    performative = reader.value()
    return Frame(channel, performative.descriptor, performative.value, reader.rest())


def error(condition: str, text: str) -> Described:
    """An error as it stands in a detach or a rejection."""
    return Described(ERROR, [Symbol(condition), text, None])


def rejected(condition: str, text: str) -> Described:
    """The outcome of a message that was not taken."""
    return Described(REJECTED, [error(condition, text)])


def accepted() -> Described:
    """The outcome of a message that was taken."""
    return Described(ACCEPTED, [])
