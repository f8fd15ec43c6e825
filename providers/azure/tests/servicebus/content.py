"""One message as its sections, kept as the sender encoded them.

https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-messaging-v1.0-os.html#section-message-format
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.azure.tests.servicebus.codec import Described, Reader, Symbol, encode, uint

HEADER, ANNOTATIONS, PROPERTIES, APPLICATION, DATA = 0x70, 0x72, 0x73, 0x74, 0x75
_BODY = (DATA, 0x76, 0x77)
_NAMES = {
    "message-id": 0, "user-id": 1, "to": 2, "subject": 3, "reply-to": 4, "correlation-id": 5, "content-type": 6,
    "content-encoding": 7, "absolute-expiry-time": 8, "creation-time": 9, "session-id": 10, "group-sequence": 11,
    "reply-to-session-id": 12,
}  # fmt: skip
SCHEDULED = Symbol("x-opt-scheduled-enqueue-time")


class Content:
    """What a sender wrote. Never changed: a dead letter is another Content.

    properties: values by position. application: the user's, by name. annotations: by symbol.
    body: the body sections, encoded. ttl_s: as the header says, None for no limit. hops: how often it was forwarded.
    """

    __slots__ = ("_raw_properties", "annotations", "application", "body", "hops", "properties", "ttl_s")

    def __init__(
        self,
        body: bytes,
        *,
        properties: list[Any] | None = None,
        raw_properties: bytes = b"",
        application: Mapping[str, Any] | None = None,
        annotations: Mapping[Any, Any] | None = None,
        ttl_s: float | None = None,
        hops: int = 0,
    ) -> None:
        self.body = body
        self.properties = properties or []
        self._raw_properties = raw_properties
        self.application = dict(application or {})
        self.annotations = dict(annotations or {})
        self.ttl_s = ttl_s
        self.hops = hops

    @classmethod
    def parse(cls, payload: bytes) -> Content:
        """The content of an encoded message; raises Malformed."""
        reader, sections, raw, body = Reader(payload), dict[int, Any](), dict[int, bytes](), b""
        while reader.has_more():
            start = reader.at
            section = reader.value()
            sections[section.descriptor] = section.value
            raw[section.descriptor] = payload[start : reader.at]
            if section.descriptor in _BODY:
                body += raw[section.descriptor]
        return cls(
            body,
            properties=sections.get(PROPERTIES),
            raw_properties=raw.get(PROPERTIES, b""),
            application=sections.get(APPLICATION),
            annotations=sections.get(ANNOTATIONS),
            ttl_s=_ttl_s(sections.get(HEADER, [])),
        )

    @classmethod
    def of(cls, data: bytes, *, id: str | None = None, session: str | None = None, **application: Any) -> Content:
        """A message with one data section, for tests of the entities."""
        properties = [id, *[None] * 9, session]
        raw = encode(Described(PROPERTIES, properties))
        return cls(encode(Described(DATA, data)), properties=properties, raw_properties=raw, application=application)

    def part(self, name: str) -> Any:
        """A property by its name in Service Bus, e.g. "message-id"; None where it is not set."""
        place = _NAMES[name]
        return self.properties[place] if place < len(self.properties) else None

    @property
    def id(self) -> Any:
        return self.part("message-id")

    @property
    def session(self) -> str | None:
        name: str | None = self.part("session-id")
        return name

    @property
    def scheduled_s(self) -> float | None:
        """When it may be delivered, seconds since the epoch; None for at once."""
        at = self.annotations.get(SCHEDULED)
        return at.timestamp() if isinstance(at, datetime) else None

    def data(self) -> bytes:
        """The bytes of the data sections, together."""
        reader, found = Reader(self.body), b""
        while reader.has_more():
            section = reader.value()
            found += section.value if section.descriptor == DATA else str(section.value).encode()
        return found

    @property
    def size_bytes(self) -> int:
        """How much room it takes in an entity."""
        return len(self.body) + len(self._raw_properties) + len(encode(self.application))

    def passed_on(self, *, ttl_s: float | None, hops: int) -> Content:
        """The same for another entity: due at once, since whoever passes it on has waited."""
        return Content(
            self.body,
            properties=self.properties,
            raw_properties=self._raw_properties,
            application=self.application,
            annotations={name: value for name, value in self.annotations.items() if name != SCHEDULED},
            ttl_s=ttl_s,
            hops=hops,
        )

    def dead(self, source: str, reason: str | None, description: str | None) -> Content:
        """The same as a dead letter of `source`."""
        told = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        return Content(
            self.body,
            properties=self.properties,
            raw_properties=self._raw_properties,
            application=self.application | {name: text for name, text in told.items() if text is not None},
            annotations=self.annotations | {Symbol("x-opt-deadletter-source"): source},
            hops=self.hops,
        )

    def encoded(self, deliveries: int, expires_in_s: float | None, added: Mapping[Symbol, Any]) -> bytes:
        """The message as a receiver gets it. deliveries: failed ones before; added: the broker's annotations."""
        ttl = None if expires_in_s is None else uint(max(0, min(round(expires_in_s * 1000), 0xFFFFFFFF)))
        out = encode(Described(HEADER, [True, None, ttl, None, uint(deliveries)]))
        out += encode(Described(ANNOTATIONS, self.annotations | dict(added))) + self._raw_properties
        if self.application:
            out += encode(Described(APPLICATION, self.application))
        return out + self.body


def _ttl_s(header: list[Any]) -> float | None:
    ttl_ms = header[2] if len(header) > 2 else None
    return None if ttl_ms is None else ttl_ms / 1000
