"""One AMQP session: attach, flow, transfer, disposition, detach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.azure.tests.servicebus import frames
from providers.azure.tests.servicebus.access import LISTEN, SEND, Access, entity_of, is_within
from providers.azure.tests.servicebus.codec import Described, Symbol, ubyte, uint, ulong
from providers.azure.tests.servicebus.frames import Frame
from providers.azure.tests.servicebus.links import CREDIT, MESSAGE_BYTES_MAX, Accept, Inlet, Outlet, Replies, publisher
from providers.azure.tests.servicebus.management import Request, entity_reply, token_reply
from providers.azure.tests.servicebus.namespace import Namespace
from providers.azure.tests.servicebus.problems import Disabled, NoEntity, NoSession, NotAllowed, Problem

WINDOW = 5_000
TOKENS, MANAGEMENT = "$cbs", "/$management"
SESSION_FILTER = Symbol("com.microsoft:session-filter")
LOCKED_UNTIL = Symbol("com.microsoft:locked-until-utc")
_SETTLED_BY_SENDER = 1
_TICKS_AT_EPOCH = 621_355_968_000_000_000
_TICKS_A_SECOND = 10_000_000
_FRAME_OVERHEAD = 512

Write = Callable[[int, list[Any], bytes], None]
"""Code, fields and payload of a frame on the session's channel."""


class Attach:
    """What a client asks for. address: of the entity; reply_address: where it wants answers."""

    __slots__ = ("address", "deletes", "frame", "handle", "is_receiver", "reply_address", "source", "target")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.handle: int = frame.get(1)
        self.is_receiver: bool = frame.get(2)
        self.deletes = frame.get(3) == _SETTLED_BY_SENDER
        self.source: list[Any] = _fields(frame.get(5), 8)
        self.target: list[Any] = _fields(frame.get(6), 7)
        self.address = _path(self.source[0] if self.is_receiver else self.target[0])
        self.reply_address: str | None = self.target[0]

    @property
    def is_request_link(self) -> bool:
        return self.address == TOKENS or self.address.lower().endswith(MANAGEMENT)

    @property
    def wants_session(self) -> bool:
        return SESSION_FILTER in (self.source[7] or {})

    @property
    def session(self) -> str | None:
        """The session asked for; None for any."""
        wanted = self.source[7][SESSION_FILTER]
        name: str | None = wanted.value if isinstance(wanted, Described) else wanted
        return name

    def answer(self, source: list[Any], properties: dict[Symbol, Any] | None) -> list[Any]:
        """The fields of our attach. source: theirs, as we understood it."""
        modes = [ubyte(self.frame.get(3, 2)), ubyte(self.frame.get(4, 0))]
        ours = [Described(frames.SOURCE, source), Described(frames.TARGET, _terminus(self.target)[:4])]
        limits = [uint(0) if self.is_receiver else None, ulong(MESSAGE_BYTES_MAX)]
        head = [self.frame.get(0), uint(self.handle), not self.is_receiver, *modes, *ours]
        return [*head, None, None, *limits, None, None, properties]

    def refusal(self) -> list[Any]:
        """The fields of an attach without a terminus: a detach follows."""
        modes = [ubyte(self.frame.get(3, 2)), ubyte(self.frame.get(4, 0))]
        count = uint(0) if self.is_receiver else None
        return [self.frame.get(0), uint(self.handle), not self.is_receiver, *modes, None, None, None, None, count]


class Session:
    """links: by the client's handle. frame_bytes: the longest frame that the client takes."""

    def __init__(
        self, namespace: Namespace, access: Access, write: Write, frame_bytes: int, next_incoming: int
    ) -> None:
        self.outlets: dict[int, Outlet] = {}
        self._inlets: dict[int, Inlet] = {}
        self._replies: dict[int, Replies] = {}
        self._namespace = namespace
        self._access = access
        self._write = write
        self._chunk = frame_bytes - _FRAME_OVERHEAD
        self._next_incoming = next_incoming
        self._next_delivery = 1
        self._handlers = {
            frames.ATTACH: self._attach,
            frames.FLOW: self._flow,
            frames.TRANSFER: self._transfer,
            frames.DISPOSITION: self._disposition,
            frames.DETACH: self._detach,
        }

    def handle(self, frame: Frame) -> None:
        """Do what a frame of this session asks for."""
        self._handlers[frame.code](frame)

    def close(self) -> None:
        """The client is gone."""
        for outlet in self.outlets.values():
            outlet.close()
        self.outlets.clear()

    def drop(self, address: str) -> None:
        """Detach the links of an entity that is gone, and of what is below it."""
        links: list[Inlet | Outlet] = [*self._inlets.values(), *self.outlets.values()]
        for link in links:
            if is_within(link.address, address):
                self._write_detach(link.handle, NoEntity(link.address))
                self._inlets.pop(link.handle, None)
                self.outlets.pop(link.handle, None)

    # --- links ----------------------------------------------------------------------------------------

    def _attach(self, frame: Frame) -> None:
        asked = Attach(frame)
        try:
            if asked.is_request_link and asked.is_receiver:
                self._replies[asked.handle] = Replies(asked.handle, asked.address, asked.reply_address, self)
                self._write(frames.ATTACH, asked.answer(_terminus(asked.source), None), b"")
            elif asked.is_receiver:
                self._attach_outlet(asked)
            else:
                self._attach_inlet(asked)
        except Problem as problem:
            self._write(frames.ATTACH, asked.refusal(), b"")
            self._write_detach(asked.handle, problem)

    def _write_detach(self, handle: int, problem: Problem) -> None:
        told = frames.error(problem.condition, str(problem))
        self._write(frames.DETACH, [uint(handle), True, told], b"")

    def _attach_inlet(self, asked: Attach) -> None:
        inlet = Inlet(asked.handle, asked.address, self._accept_of(asked))
        self._inlets[asked.handle] = inlet
        self._write(frames.ATTACH, asked.answer(_terminus(asked.source), None), b"")
        self._grant(inlet)

    def _accept_of(self, asked: Attach) -> Accept:
        if asked.is_request_link:
            return lambda payload, form: self._answer(asked.address, Request(payload))
        self._access.check(asked.address, SEND)
        if not self._namespace.intake(asked.address).settings.takes:
            raise Disabled(asked.address, "send")
        return publisher(self._namespace, asked.address)

    def _attach_outlet(self, asked: Attach) -> None:
        self._access.check(asked.address, LISTEN)
        queue = self._namespace.queue(asked.address)
        self._namespace.admit(entity_of(asked.address))
        if not queue.settings.gives:
            raise Disabled(asked.address, "receive")
        if queue.settings.sessions != asked.wants_session:
            raise NotAllowed(f"'{asked.address}' needs a session, or has none.")
        outlet = Outlet(asked.handle, queue, self, deletes=asked.deletes)
        source, properties = _terminus(asked.source), None
        if asked.wants_session:
            properties = self._hold_session(asked, outlet)
            source = [*source[:7], {SESSION_FILTER: outlet.session}]
        self.outlets[asked.handle] = outlet
        self._write(frames.ATTACH, asked.answer(source, properties), b"")

    @staticmethod
    def _hold_session(asked: Attach, outlet: Outlet) -> dict[Symbol, Any]:
        """Give the client its session, or any; the service would wait for one, we refuse at once."""
        session = asked.session if asked.session is not None else outlet.queue.free_session()
        if session is None:
            raise NoSession
        until_s = outlet.queue.accept_session(session, outlet)
        outlet.session = session
        return {LOCKED_UNTIL: round(outlet.queue.told_s(until_s) * _TICKS_A_SECOND) + _TICKS_AT_EPOCH}

    def _detach(self, frame: Frame) -> None:
        handle: int = frame.get(0)
        outlet = self.outlets.pop(handle, None)
        if outlet:
            outlet.close()
        if outlet or self._inlets.pop(handle, None) or self._replies.pop(handle, None):
            self._write(frames.DETACH, [uint(handle), True], b"")

    # --- messages from the client ---------------------------------------------------------------------

    def _transfer(self, frame: Frame) -> None:
        self._next_incoming += 1
        inlet = self._inlets.get(frame.get(0))
        if inlet is None:  # sent before the client knew that its link had ended
            return
        settled = inlet.take(frame)
        if settled:
            delivery, outcome = settled
            self._write(frames.DISPOSITION, [True, uint(delivery), uint(delivery), True, outcome], b"")
        if inlet.credit < CREDIT // 10:
            self._grant(inlet)

    def _grant(self, inlet: Inlet) -> None:
        inlet.credit = CREDIT
        self._write_flow(inlet.handle, inlet.received, CREDIT)

    def _answer(self, address: str, request: Request) -> Described:
        links = [one for one in self._replies.values() if one.entity == address]
        link = next((one for one in links if one.address == request.reply_to), links[0] if links else None)
        if link is None:
            return frames.rejected("amqp:not-found", f"no link to answer on: {request.reply_to}")
        entity = address[: -len(MANAGEMENT)]
        is_token = address == TOKENS
        link.send(
            token_reply(self._access, request)
            if is_token
            else entity_reply(self._namespace, self._access, entity, request)
        )
        return frames.accepted()

    # --- messages to the client -----------------------------------------------------------------------

    def transfer(self, handle: int, tag: bytes, payload: bytes, *, settled: bool) -> int:
        """See `links.Channel`."""
        delivery = self._next_delivery
        self._next_delivery += 1
        for start in range(0, max(len(payload), 1), self._chunk):
            has_more = start + self._chunk < len(payload)
            fields = [uint(handle), uint(delivery), tag, uint(0), settled, has_more]
            self._write(frames.TRANSFER, fields, payload[start : start + self._chunk])
        return delivery

    def _flow(self, frame: Frame) -> None:
        outlet = self.outlets.get(frame.get(4, -1))
        if outlet is None:
            return
        outlet.credit = frame.get(5, 0) + frame.get(6, 0) - outlet.sent
        outlet.deliver()
        if frame.get(8, False) and outlet.credit > 0:
            outlet.sent, outlet.credit = outlet.sent + outlet.credit, 0
            self._write_flow(outlet.handle, outlet.sent, 0, drain=True)

    def _disposition(self, frame: Frame) -> None:
        if not frame.get(0):
            return
        first: int = frame.get(1)
        for delivery in range(first, frame.get(2, first) + 1):
            self._settle(delivery, frame.get(4))

    def _settle(self, delivery: int, state: Described | None) -> None:
        for outlet in self.outlets.values():
            outcome = outlet.settle(delivery, state)
            if outcome is not None:
                self._write(frames.DISPOSITION, [False, uint(delivery), uint(delivery), True, outcome], b"")
                return

    def _write_flow(self, handle: int, count: int, credit: int, *, drain: bool = False) -> None:
        windows = [uint(self._next_incoming), uint(WINDOW), uint(self._next_delivery), uint(WINDOW)]
        self._write(frames.FLOW, [*windows, uint(handle), uint(count), uint(credit), None, drain], b"")


def _fields(terminus: Described | None, size: int) -> list[Any]:
    """The fields of a source or target, as many as are looked at."""
    fields: list[Any] = terminus.value if terminus else []
    return [*fields, *[None] * (size - len(fields))]


def _terminus(fields: list[Any]) -> list[Any]:
    """Address, durable, expiry policy and time-out, as we send them back."""
    return [fields[0], uint(fields[1] or 0), None, uint(fields[3] or 0), None, None, None, None]


def _path(address: str | None) -> str:
    """The entity's path of `amqps://host/path` or `path`."""
    address = address or ""
    return address.split("//", 1)[-1].split("/", 1)[-1] if address.startswith(("amqp", "sb:")) else address
