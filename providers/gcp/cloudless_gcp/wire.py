"""A message as Pub/Sub carries it: our envelope to data and attributes, and back.

Both directions and both ways of delivery (push and pull) meet here. Standard library only.
May import: `cloudless.codec` and below, `cloudless_gcp.limits`.
"""

from __future__ import annotations

from cloudless.codec import SYSTEM_ATTRIBUTE
from cloudless.message import Failure
from cloudless.system import pack_system, unpack
from cloudless_gcp.limits import ATTRIBUTE_VALUE_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudless.message import Envelope

_MOVED = "CloudPubSubDeadLetterSource"
_THEIRS = (f"{SYSTEM_ATTRIBUTE}-", _MOVED, "googclient_")
"""Beginnings of attributes that are not the user's: our further pieces, and what the service and its clients add.

https://cloud.google.com/pubsub/docs/handling-failures#track-delivery-attempts
"""


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The user's attributes and ours, none longer than Pub/Sub takes.

    Ours is ASCII JSON, cut every 1,024 bytes into `cloudless`, `cloudless-1`, `cloudless-2` …
    (docs/decisions/0002-the-system-attribute-is-split-on-google.md).
    """
    text = pack_system(envelope)
    pieces = [text[start : start + ATTRIBUTE_VALUE_BYTES] for start in range(0, len(text), ATTRIBUTE_VALUE_BYTES)]
    ours = {SYSTEM_ATTRIBUTE + (f"-{at}" if at else ""): piece for at, piece in enumerate(pieces)}
    return {**envelope.attributes, **ours}


def envelope_of(
    data: bytes,
    attributes: Mapping[str, str],
    *,
    id: str,
    attempt: int,
    group: str,
    sent_s: Callable[[], float],
) -> Envelope:
    """The envelope of a delivery.

    id, attempt, group, sent_s: the service's own; `sent_s` is asked only for a message that is not ours.
    Data that is not UTF-8 becomes text that is not JSON, so that it is a dead letter and not a crash.
    """
    system = _joined(attributes)
    envelope = unpack(
        data.decode("utf-8", "backslashreplace"),
        {name: value for name, value in attributes.items() if not _is_added(name)},
        system,
        native_id=id,
        native_attempt=attempt,
        sent_s=0 if system else sent_s(),
        group=group,
    )
    moved = attributes.get(f"{_MOVED}DeliveryCount")
    return envelope if envelope.error or moved is None else _crashed(envelope, int(moved))


def _crashed(envelope: Envelope, deliveries: int) -> Envelope:
    """A dead letter that Pub/Sub's own policy moved, since no delivery of it ever ended."""
    text = f"Pub/Sub gave it up after {deliveries} deliveries, none of which ended"
    return envelope.again(envelope.attempt, error=Failure("Crashed", text, deliveries))


def _joined(attributes: Mapping[str, str]) -> str | None:
    """Our attribute out of its pieces; None where there is none."""
    piece = attributes.get(SYSTEM_ATTRIBUTE)
    if piece is None:
        return None
    pieces: list[str] = []
    while piece is not None:
        pieces.append(piece)
        piece = attributes.get(f"{SYSTEM_ATTRIBUTE}-{len(pieces)}")
    return "".join(pieces)


def _is_added(name: str) -> bool:
    return name == SYSTEM_ATTRIBUTE or name.startswith(_THEIRS)
