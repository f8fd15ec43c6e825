"""One published message, and what the service refuses.

Limits: https://cloud.google.com/pubsub/quotas#resource_limits
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REQUEST_BYTES_MAX = 10_000_000
"""Of one publish request, and so of one message."""
ATTRIBUTES_MAX = 100
ATTRIBUTE_NAME_BYTES_MAX = 256
ATTRIBUTE_VALUE_BYTES_MAX = 1_024
ORDERING_KEY_BYTES_MAX = 1_024
RESERVED_PREFIX = "goog"
"""https://cloud.google.com/pubsub/docs/publisher#using-attributes"""


class Refused(Exception):
    """The service would answer INVALID_ARGUMENT; the message says to what."""


@dataclass(frozen=True, slots=True)
class PubsubMessage:
    """id: the service's. published_us: microseconds since the epoch."""

    id: str
    data: bytes = b""
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    ordering_key: str = ""
    published_us: int = 0


def check_message(message: PubsubMessage) -> None:
    """Raise Refused for what cannot be published; the emulator lets most of it pass."""
    if not message.data and not message.attributes:
        raise Refused("a message needs data or at least one attribute")
    if size_of(message) > REQUEST_BYTES_MAX:
        raise Refused(f"{size_of(message):,} bytes: a publish request takes {REQUEST_BYTES_MAX:,}")
    if len(message.ordering_key.encode()) > ORDERING_KEY_BYTES_MAX:
        raise Refused(f"an ordering key has at most {ORDERING_KEY_BYTES_MAX} bytes")
    if len(message.attributes) > ATTRIBUTES_MAX:
        raise Refused(f"{len(message.attributes)} attributes: a message takes {ATTRIBUTES_MAX}")
    for name, value in message.attributes.items():
        _check_attribute(name, value)


def size_of(message: PubsubMessage) -> int:
    """Bytes of data, names, values and ordering key together."""
    texts = [message.ordering_key, *message.attributes.keys(), *message.attributes.values()]
    return len(message.data) + sum(len(text.encode()) for text in texts)


def _check_attribute(name: str, value: str) -> None:
    if not 1 <= len(name.encode()) <= ATTRIBUTE_NAME_BYTES_MAX or name.startswith(RESERVED_PREFIX):
        raise Refused(f"attribute name {name!r}: 1 to {ATTRIBUTE_NAME_BYTES_MAX} bytes, not {RESERVED_PREFIX}…")
    if len(value.encode()) > ATTRIBUTE_VALUE_BYTES_MAX:
        raise Refused(f"attribute {name!r}: {len(value.encode())} bytes, the most is {ATTRIBUTE_VALUE_BYTES_MAX}")
