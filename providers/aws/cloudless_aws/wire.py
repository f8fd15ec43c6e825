"""A message as AWS carries it: our envelope to body and attributes, and back.

    SQS, SNS        body; the user's attributes, and ours in one, `cloudless`

Both directions and both ways of delivery (Lambda's event and ReceiveMessage, which write the same in different
cases) meet here. Standard library only. May import: `cloudless.codec` and below.
"""

from __future__ import annotations

from cloudless.codec import SYSTEM_ATTRIBUTE
from cloudless.message import Envelope, Failure
from cloudless.system import Delivered, is_first, pack_system, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FIFO = ".fifo"
"""How the name of every ordered queue ends, and that of no other.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
"""
_MOVED = "DeadLetterQueueSourceArn"
"""The system attribute of a message that SQS moved to a dead-letter queue."""
_TRACED = "AWSTraceHeader"
"""The system attribute with X-Ray's header, of a sender that is traced.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""
_DIGITS = 15
"""A time in milliseconds has fewer until the year 5138."""
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading an event raises that is none of SQS's."""
_ROOT = "Root=1-"
_HEX = frozenset("0123456789abcdef")


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The user's attributes and ours."""
    return {**envelope.attributes, SYSTEM_ATTRIBUTE: pack_system(envelope)}


def envelope_of_record(record: Mapping[str, Any]) -> Envelope:
    """The envelope of a record in Lambda's event. Raises one of MALFORMED for any other shape, now and not later.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    ours, body = record["messageAttributes"].get(SYSTEM_ATTRIBUTE), record["body"]
    deliveries = int(record["attributes"]["ApproximateReceiveCount"])
    if type(body) is not str or type(record["messageId"]) is not str or deliveries < 1:
        raise TypeError("a part of this is no text, or no number from 1")
    if ours is None or is_first(ours.get("stringValue", "")):  # a stranger's may be binary
        return Delivered(body, deliveries, _whole, record)
    return _whole(record)


def envelope_of_message(message: Mapping[str, Any]) -> Envelope:
    """The envelope of a message that ReceiveMessage gave, with all its attributes."""
    named = message.get("MessageAttributes", {})
    texts = {name: value["StringValue"] for name, value in named.items() if _is_text(value, "StringValue")}
    return _envelope(message["Body"], texts, message["Attributes"], message["MessageId"])


def _whole(record: Mapping[str, Any]) -> Envelope:
    named = record["messageAttributes"]
    texts = {name: value["stringValue"] for name, value in named.items() if _is_text(value, "stringValue")}
    return _envelope(record["body"], texts, record["attributes"], record["messageId"])


def _is_text(value: Any, key: str) -> bool:
    """Binary attributes of foreign programs are left out: ours are strings."""
    return isinstance(value, dict) and isinstance(value.get(key), str)  # pyright: ignore[reportUnknownMemberType]


def _native(native: Mapping[str, str], name: str) -> str:
    """A text of the service's; "" where there is none."""
    found: object = native.get(name)
    return found if isinstance(found, str) else ""


def _envelope(body: str, texts: dict[str, str], native: Mapping[str, str], id: str) -> Envelope:
    """texts: of all attributes. native: of the service. id: the service's, whose 32 digits we keep without hyphens."""
    deliveries, sent = int(native["ApproximateReceiveCount"]), _native(native, "SentTimestamp")
    envelope = unpack(
        body,
        {name: value for name, value in texts.items() if name != SYSTEM_ATTRIBUTE},
        texts.get(SYSTEM_ATTRIBUTE),
        native_id=id.replace("-", ""),
        native_attempt=deliveries,
        sent_s=int(sent) / 1_000 if sent.isdecimal() and len(sent) < _DIGITS else 0,
        group=_native(native, "MessageGroupId"),
    )
    if not envelope.trace:
        envelope.trace = trace_of_xray(_native(native, _TRACED))
    return envelope if envelope.error or _MOVED not in native else _crashed(envelope, deliveries)


def trace_of_xray(header: str) -> str:
    """The W3C trace of X-Ray's header: the digits of its root; "" where there is none.

    Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1 is the trace 5759e988bd862e3fe1be46a994272793.
    https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
    """
    start = header.find(_ROOT) + len(_ROOT)
    trace = header[start : start + 8] + header[start + 9 : start + 33]
    return trace if start >= len(_ROOT) and len(trace) == 32 and _HEX.issuperset(trace) else ""


def _crashed(envelope: Envelope, deliveries: int) -> Envelope:
    """A dead letter that SQS's own redrive moved, since no delivery of it ever ended."""
    text = f"SQS gave it up after {deliveries} deliveries, none of which ended"
    return envelope.again(envelope.attempt, error=Failure("Crashed", text, deliveries))
