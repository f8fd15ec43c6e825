"""One direction of a link each: into an entity (Inlet), out of a queue (Outlet), answers to requests (Replies)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID, uuid4

from providers.azure.tests.servicebus import frames
from providers.azure.tests.servicebus.codec import Described, Reader
from providers.azure.tests.servicebus.content import DATA, Content
from providers.azure.tests.servicebus.frames import Frame, accepted, rejected
from providers.azure.tests.servicebus.namespace import Namespace
from providers.azure.tests.servicebus.problems import LockLost, Problem, TooLarge
from providers.azure.tests.servicebus.queue import Queue

MESSAGE_BYTES_MAX = 256 * 1024
"""Standard tier: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas"""
BATCH_FORMAT = 0x80013700
"""A transfer whose data sections are encoded messages."""
CREDIT = 1_000

Accept = Callable[[bytes, int], Described]
"""An encoded message and its format in, the outcome out."""


class Channel(Protocol):
    """What links need of their session."""

    def transfer(self, handle: int, tag: bytes, payload: bytes, *, settled: bool) -> int:
        """Send a message; returns its delivery id."""
        ...


class Inlet:
    """What a client sends on. address: of the entity, or of its requests."""

    def __init__(self, handle: int, address: str, accept: Accept) -> None:
        self.handle = handle
        self.address = address
        self.received = 0
        self.credit = 0
        self._accept = accept
        self._first: Frame | None = None
        self._payload = b""

    def take(self, frame: Frame) -> tuple[int, Described] | None:
        """Take one frame of a transfer; returns delivery id and outcome once the message is whole, and not settled."""
        first = self._first = self._first or frame
        self._payload += frame.payload
        if frame.get(5, False):
            return None
        payload, self._payload, self._first = self._payload, b"", None
        self.received += 1
        self.credit -= 1
        outcome = self._accept(payload, first.get(3, 0))
        return None if first.get(4, False) else (first.get(1), outcome)


def publisher(namespace: Namespace, address: str) -> Accept:
    """Publish what comes: all of a batch or, where its first message is refused, nothing."""

    def publish(payload: bytes, form: int) -> Described:
        try:
            namespace.admit(address)
            if len(payload) > MESSAGE_BYTES_MAX:
                raise TooLarge(len(payload), MESSAGE_BYTES_MAX)
            for message in _unbatched(payload) if form == BATCH_FORMAT else [payload]:
                namespace.publish(address, Content.parse(message))
        except Problem as problem:
            return rejected(problem.condition, str(problem))
        return accepted()

    return publish


def _unbatched(payload: bytes) -> list[bytes]:
    reader, messages = Reader(payload), list[bytes]()
    while reader.has_more():
        section = reader.value()
        if section.descriptor == DATA:
            messages.append(section.value)
    return messages


class Replies:
    """What a client gets the answers to its requests on. entity: where it asks; address: where it wants them."""

    def __init__(self, handle: int, entity: str, address: str | None, channel: Channel) -> None:
        self.handle = handle
        self.entity = entity
        self.address = address
        self._channel = channel

    def send(self, payload: bytes) -> None:
        self._channel.transfer(self.handle, uuid4().bytes, payload, settled=True)


class Outlet:
    """What a client receives on. session: of a session receiver. deletes: receive-and-delete mode."""

    def __init__(
        self, handle: int, queue: Queue, channel: Channel, *, session: str | None = None, deletes: bool = False
    ) -> None:
        self.handle = handle
        self.address = queue.name
        self.queue = queue
        self.session = session
        self.sent = 0
        self.credit = 0
        self._channel = channel
        self._deletes = deletes
        self._unsettled: dict[int, UUID] = {}

    def deliver(self) -> None:
        """Send what is ready, as far as there is credit."""
        if self.credit <= 0:
            return
        for stored in self.queue.ready(self, self.session):
            if self._deletes:
                self.queue.delete(stored)
                self._send(stored.encoded(self.queue.told_s), uuid4())
            else:
                locked = self.queue.lock(stored)
                assert locked.token
                self._unsettled[self._send(locked.encoded(self.queue.told_s), locked.token)] = locked.token
            if self.credit <= 0:
                return

    def settle(self, delivery: int, state: Described | None) -> Described | None:
        """Do what the client decided; returns the outcome to confirm. None: not a delivery of this link."""
        token = self._unsettled.pop(delivery, None)
        if token is None:
            return None
        state = state or accepted()
        try:
            _settle(self.queue, token, state)
        except LockLost as problem:
            return rejected(problem.condition, str(problem))
        return Described(state.descriptor, [])

    def close(self) -> None:
        """Detach: a session is free again; single messages stay locked until their time is up."""
        self.credit = 0
        if self.session is not None:
            self.queue.leave_session(self.session, self)

    def _send(self, payload: bytes, token: UUID) -> int:
        self.sent += 1
        self.credit -= 1
        return self._channel.transfer(self.handle, token.bytes_le, payload, settled=self._deletes)


def _settle(queue: Queue, token: UUID, state: Described) -> None:
    fields = state.value
    if state.descriptor == frames.ACCEPTED:
        queue.complete(token)
    elif state.descriptor == frames.REJECTED:
        queue.dead_letter(token, *_reasons(fields))
    elif state.descriptor == frames.MODIFIED and len(fields) > 1 and fields[1]:  # undeliverable here
        queue.defer(token)
    else:
        queue.abandon(token)


def _reasons(fields: list[Any]) -> tuple[str | None, str | None]:
    """Reason and description of a dead letter."""
    problem: list[Any] = fields[0].value if fields and fields[0] else []
    told: dict[Any, str] = problem[2] if len(problem) > 2 and problem[2] else {}
    info = {str(name): text for name, text in told.items()}
    return info.get("DeadLetterReason"), info.get("DeadLetterErrorDescription")
