"""The system attribute `cloudless`: what we add to a message, as ASCII JSON of at most 8 KiB.

    {"id": "…", "attempt": 1, "sent": 1767355200.25, "traceparent": "00-…", "correlation": "…", "group": "…",
     "deduplication": "…", "error": ["ConnectionError", "no answer", 3]}

Providers write and read it; programs that don't know us may leave it out, or write what they like.
"""

from __future__ import annotations

import json

from cloudless.codec import is_list, is_object
from cloudless.errors import InvalidArgument
from cloudless.message import Envelope, Failure, traceparent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

ERROR_TEXT_MAX = 2 * 1024
ERROR_ESCAPED_MAX = 4 * 1024  # of the 8 KiB that the system attribute may have; ids and groups may need the rest
WORD_MAX = 256  # an id of a foreign message has at most 128 characters (Service Bus), a group of ours too
COUNT_MAX = 1_000_000
LATEST_S = 253_402_300_800  # the year 10000, where datetime ends
_HEX = frozenset("0123456789abcdef")
_FIRST = '"attempt":1,'
_write = json.JSONEncoder(separators=(",", ":")).encode


def pack_system(envelope: Envelope) -> str:
    """The value of the system attribute: id, traceparent, correlation, attempt, sent, error; ASCII JSON."""
    facts: dict[str, object] = {"id": envelope.id, "attempt": envelope.attempt, "sent": envelope.sent_s}
    if envelope.trace:
        facts["traceparent"] = traceparent(envelope)
    if envelope.correlation:
        facts["correlation"] = envelope.correlation
    if envelope.group:
        facts["group"] = envelope.group
    if envelope.deduplication:
        facts["deduplication"] = envelope.deduplication
    if envelope.error is not None:
        facts["error"] = [envelope.error.type, cut(envelope.error.text), envelope.error.attempt]
    return _write(facts)


class Delivered(Envelope):
    """An envelope whose rest is read when more is asked for than body and attempt: most handlers never do.

    read: makes the whole one of `native`, the message as the cloud delivered it. For those that `is_first` holds of.
    """

    __slots__ = ("_native", "_read")

    def __init__(self, body: str, attempt: int, read: Callable[[Any], Envelope], native: object) -> None:
        self.body = body  # and no more: on the path of every message
        self.attempt = attempt
        self._read = read
        self._native = native

    def __getattr__(self, name: str) -> Any:
        """Only asked for what is not there yet."""
        if name.startswith("_"):
            raise AttributeError(name)
        whole = self._read(self._native)
        for field in Envelope.__slots__:
            setattr(self, field, getattr(whole, field))
        return getattr(whole, name)


def is_first(system: str | None) -> bool:
    """Whether the system attribute, if there is one, is of a message that is no copy: the cloud's count is the attempt.

    Within a text of JSON, the quotes would be escaped.
    """
    return system is None or _FIRST in system


def unpack(
    body: str,
    attributes: Mapping[str, str],
    system: str | None,
    *,
    native_id: str,
    native_attempt: int,
    sent_s: float,
    group: str = "",
) -> Envelope:
    """The envelope of a delivery.

    system: value of the system attribute; None for a message of a foreign program, which gets the
    cloud's own id and time. native_attempt: the cloud's own count, from 1; a scheduled copy of ours
    carries the attempts before it in `system`.

    Never raises: anyone may write that attribute, so a part of it that is not as `pack_system` writes it is
    as if absent.
    """
    facts = _facts(system)
    return Envelope(
        id=word(facts.get("id")) or native_id,
        body=body,
        attributes=attributes,
        group=word(facts.get("group")) or group,
        sent_s=_moment(facts.get("sent"), sent_s),
        trace=trace_of_parent(word(facts.get("traceparent"))),
        correlation=word(facts.get("correlation")),
        attempt=_count(facts.get("attempt")) + native_attempt - 1,
        error=_failure(facts.get("error")),
        deduplication=word(facts.get("deduplication")),
    )


def packed(envelope: Envelope) -> dict[str, str]:
    """A message within the payload of a direct call. Attributes and group are left out: calls have none."""
    return {"system": pack_system(envelope), "body": envelope.body}


def opened(message: object) -> Envelope:
    """The envelope of a packed message; InvalidArgument for any other value."""
    if is_object(message):
        system, body = message.get("system"), message.get("body")
        if isinstance(system, str) and isinstance(body, str):
            return unpack(body, {}, system, native_id="", native_attempt=1, sent_s=0)
    raise InvalidArgument('a message of a call is {"system": text, "body": text}')


def _facts(system: str | None) -> dict[str, Any]:
    """What the system attribute says; nothing where it is absent or not ours to read."""
    if not system or not isinstance(system, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        return {}  # where attributes have types, a stranger's may be a number
    try:
        facts = json.loads(system)
    except (ValueError, RecursionError):
        return {}
    return facts if is_object(facts) else {}


def word(value: object) -> str:
    """A short printable text; "" where the value is none."""
    return value if isinstance(value, str) and len(value) <= WORD_MAX and value.isprintable() else ""


def _moment(value: object, otherwise: float) -> float:
    """Seconds since the epoch that a datetime can tell."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < LATEST_S:
        return value
    return otherwise


def _count(value: object) -> int:
    """A number of attempts; 1 where the value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= COUNT_MAX else 1


def trace_of_parent(parent: str) -> str:
    """The trace of a traceparent, 32 hexadecimal digits; "" where there is none."""
    trace = parent[3:35]
    fits = parent[2:3] == parent[35:36] == "-" and len(trace) == 32 and _HEX.issuperset(trace)
    return trace if fits else ""


def _failure(value: object) -> Failure | None:
    if not (is_list(value) and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], str)):
        return None
    return Failure(value[0][:WORD_MAX], value[1], _count(value[2]))


def cut(text: str) -> str:
    """The text of an error, cut to 2 KiB of UTF-8 and to 4 KiB as it travels, in ASCII JSON; lone surrogates escaped.

    Of text beyond ASCII, whose characters take 6 bytes each (12 beyond the BMP), at least 341 characters are kept.
    """
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace")[:ERROR_TEXT_MAX].decode("utf-8", "ignore")
    text = text[:ERROR_TEXT_MAX]
    while (escaped := len(json.dumps(text)) - len('""')) > ERROR_ESCAPED_MAX:
        text = text[: len(text) * ERROR_ESCAPED_MAX // escaped]
    return text
