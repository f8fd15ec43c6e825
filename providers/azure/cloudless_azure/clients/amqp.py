"""An envelope as Microsoft's client encodes it, byte for byte, at a sixth of the cost.

`ServiceBusMessageBatch.add_message` builds three objects a message and encodes twice: 100 µs, most of what a large
list costs. Here is what of AMQP 1.0 our messages need:

    message annotations   x-opt-scheduled-enqueue-time, of a delayed message
    properties            message-id, content-type, group-id
    application properties  texts by name
    data                  the body

http://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-types-v1.0-os.html
http://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-messaging-v1.0-os.html#section-message-format
May import: the standard library.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SMALL = 255
_ANNOTATIONS, _PROPERTIES, _APPLICATION, _DATA = b"\x00\x53\x72", b"\x00\x53\x73", b"\x00\x53\x74", b"\x00\x53\x75"
_NULL = b"\x40"
_DUE = b"\xa3\x1cx-opt-scheduled-enqueue-time\x83"
_KIND = b"\xa3\x10application/json"
_TO_KIND, _TO_GROUP = _NULL * 5, _NULL * 3
"""Properties have thirteen places: the id is the first, the content type the seventh, the group the eleventh."""


def encoded(id: str, body: bytes, properties: Mapping[str, str], group: str = "", due_ms: int | None = None) -> bytes:
    """A message of ours. due_ms: since the epoch, of a delayed one. group: "" for none."""
    in_group = _text(group) if group else _NULL
    fields = b"".join((_text(id), _TO_KIND, _KIND, _TO_GROUP, in_group, _NULL, _NULL))
    texts = b"".join([_text(text) for pair in properties.items() for text in pair])
    due = b"" if due_ms is None else _ANNOTATIONS + _compound(0xC1, _DUE + due_ms.to_bytes(8, "big"), 2)
    return b"".join((
        due, _PROPERTIES, _compound(0xC0, fields, 13), _APPLICATION, _compound(0xC1, texts, 2 * len(properties)),
        _DATA, _sized(0xA0, body),
    ))  # fmt: skip


def _text(text: str) -> bytes:
    return _sized(0xA1, text.encode())


def _sized(code: int, data: bytes) -> bytes:
    """A text or binary: its code for short ones, 16 more for long ones."""
    size = len(data)
    if size <= _SMALL:
        return bytes((code, size)) + data
    return bytes((code + 0x10,)) + size.to_bytes(4, "big") + data


def _compound(code: int, data: bytes, count: int) -> bytes:
    """A list or map of `count` values."""
    size = len(data)
    if size < _SMALL and count <= _SMALL:
        return bytes((code, size + 1, count)) + data
    return bytes((code + 0x10,)) + (size + 4).to_bytes(4, "big") + count.to_bytes(4, "big") + data
