"""One client's connection: handshake, sessions, and what is written to it."""

from __future__ import annotations

from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from providers.azure.tests.servicebus import frames
from providers.azure.tests.servicebus.access import Access
from providers.azure.tests.servicebus.codec import Array, ubyte, uint, ushort
from providers.azure.tests.servicebus.frames import Frame, frame_bytes, read_frame
from providers.azure.tests.servicebus.links import Outlet
from providers.azure.tests.servicebus.namespace import Namespace
from providers.azure.tests.servicebus.session import WINDOW, Session

_SASL_HEADER = b"AMQP\x03\x01\x00\x00"
_MECHANISMS = ("MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL")
_FRAME_BYTES = 65_536
_CHANNELS = 4_999
_HANDLES = 255
_IDLE_MS = 240_000


class Connection:
    """Serves one client until it closes. changed: called after each frame, since entities may have changed."""

    def __init__(
        self, namespace: Namespace, reader: StreamReader, writer: StreamWriter, changed: Callable[[], None]
    ) -> None:
        self._namespace = namespace
        self._reader = reader
        self._writer = writer
        self._changed = changed
        self._sessions: dict[int, Session] = {}
        self._frame_bytes = _FRAME_BYTES
        self._access = Access(namespace.authoriser)

    def outlets(self) -> Iterator[Outlet]:
        """Every link on which the client receives."""
        for session in self._sessions.values():
            yield from session.outlets.values()

    async def serve(self) -> None:
        """Talk until the client closes, or is gone."""
        with suppress(IncompleteReadError, ConnectionError):
            await self._handshake()
            while self._handle(await read_frame(self._reader)):
                self._changed()
                await self._writer.drain()
        self.close()

    def drop(self, address: str) -> None:
        """Detach the links of an entity that is gone."""
        for session in self._sessions.values():
            session.drop(address)

    def close(self) -> None:
        """Close the socket, and give up what the client held."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._writer.close()

    async def _handshake(self) -> None:
        header = await self._reader.readexactly(frames.PROTOCOL_HEADER_SIZE)
        if header == _SASL_HEADER:
            self._writer.write(header)
            offer = frame_bytes(0, frames.SASL_MECHANISMS, [Array("symbol", _MECHANISMS)], kind=frames.SASL)
            self._writer.write(offer)
            await read_frame(self._reader)
            self._writer.write(frame_bytes(0, frames.SASL_OUTCOME, [ubyte(0)], kind=frames.SASL))
            header = await self._reader.readexactly(frames.PROTOCOL_HEADER_SIZE)
        self._writer.write(header)

    def _handle(self, frame: Frame) -> bool:
        """Do what a frame asks for; False once the connection is closed."""
        if frame.code == frames.OPEN:
            self._open(frame)
        elif frame.code == frames.BEGIN:
            self._begin(frame)
        elif frame.code == frames.END:
            self._end(frame)
        elif frame.code == frames.CLOSE:
            self._write(0, frames.CLOSE, [])
            return False
        elif frame.code and frame.channel in self._sessions:
            self._sessions[frame.channel].handle(frame)
        return True

    def _open(self, frame: Frame) -> None:
        self._frame_bytes = min(frame.get(2, _FRAME_BYTES), _FRAME_BYTES)
        limits = [uint(_FRAME_BYTES), ushort(_CHANNELS), uint(_IDLE_MS)]
        self._write(0, frames.OPEN, ["service-bus-test-broker", None, *limits])

    def _begin(self, frame: Frame) -> None:
        channel = frame.channel

        def write(code: int, fields: list[Any], payload: bytes) -> None:
            self._write(channel, code, fields, payload)

        self._sessions[channel] = Session(self._namespace, self._access, write, self._frame_bytes, frame.get(1))
        self._write(channel, frames.BEGIN, [ushort(channel), uint(1), uint(WINDOW), uint(WINDOW), uint(_HANDLES)])

    def _end(self, frame: Frame) -> None:
        session = self._sessions.pop(frame.channel, None)
        if session:
            session.close()
        self._write(frame.channel, frames.END, [])

    def _write(self, channel: int, code: int, fields: list[Any], payload: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(frame_bytes(channel, code, fields, payload))
