"""A message as Service Bus carries it: our envelope to body and application properties, and back.

Both ways of delivery (the trigger of a function and the SDK) meet here. Standard library only.
May import: `cloudless.codec` and below.
"""

from __future__ import annotations

from cloudless.codec import SYSTEM_ATTRIBUTE
from cloudless.message import Failure
from cloudless.system import pack_system, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.message import Envelope

REASON = "DeadLetterReason"
DESCRIPTION = "DeadLetterErrorDescription"
_DIAGNOSTIC_ID = "Diagnostic-Id"
"""Added by Microsoft's clients where tracing is on:
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-end-to-end-tracing
"""
_THEIRS = frozenset({SYSTEM_ATTRIBUTE, REASON, DESCRIPTION, _DIAGNOSTIC_ID})
_EXCEEDED = "MaxDeliveryCountExceeded"
"""https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-dead-letter-queues#maximum-delivery-count"""


def properties_of(envelope: Envelope) -> dict[str, str]:
    """The application properties: the user's attributes and ours."""
    return {**envelope.attributes, SYSTEM_ATTRIBUTE: pack_system(envelope)}


def envelope_of(
    body: bytes,
    properties: Mapping[Any, Any],
    *,
    id: str,
    attempt: int,
    group: str,
    sent_s: Callable[[], float],
) -> Envelope:
    """The envelope of a delivery.

    properties: the SDK gives names and texts as bytes, the trigger as text. id, attempt (from 1), group,
    sent_s: the service's own; `sent_s` is asked only for a message that is not ours.
    A body that is not UTF-8 becomes text that is not JSON, so that it is a dead letter and not a crash.
    """
    texts = {_text(name): _text(value) for name, value in properties.items()}
    system = texts.get(SYSTEM_ATTRIBUTE)
    envelope = unpack(
        body.decode("utf-8", "backslashreplace"),
        {name: value for name, value in texts.items() if name not in _THEIRS},
        system,
        native_id=id,
        native_attempt=attempt,
        sent_s=0 if system else sent_s(),
        group=group,
    )
    reason = texts.get(REASON)
    return envelope if envelope.error or reason is None else _given_up(envelope, reason, texts.get(DESCRIPTION, ""))


def _given_up(envelope: Envelope, reason: str, description: str) -> Envelope:
    """A dead letter that the broker itself made, and forwarded to our queue."""
    kind = "Crashed" if reason == _EXCEEDED else reason
    text = f"Service Bus gave it up: {description or reason}"
    return envelope.again(envelope.attempt, error=Failure(kind, text, envelope.attempt))


def _text(value: Any) -> str:
    """Attributes are strings; a foreign program may have sent numbers."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
