"""A message as Pub/Sub carries it: our envelope to data and attributes, and back.

Both directions and all ways of delivery (push, with and without a wrapper, CloudEvents, and pull) meet here. Standard
library only.
May import: `cloudless.codec` and below, `cloudless_gcp.limits`.
"""

from __future__ import annotations

import json
from binascii import Error as NotBase64
from binascii import a2b_base64

from cloudless.codec import SYSTEM_ATTRIBUTE, is_object
from cloudless.message import Failure
from cloudless.system import Delivered, is_first, pack_system, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.message import Envelope

_MOVED = "CloudPubSubDeadLetterSource"
_THEIRS = (f"{SYSTEM_ATTRIBUTE}-", _MOVED, "googclient_")
"""Beginnings of attributes that are not the user's: our further pieces, and what the service and its clients add.

https://cloud.google.com/pubsub/docs/handling-failures#track-delivery-attempts
"""
_UNWRAPPED = "HTTP_X_GOOG_PUBSUB_"
"""How the headers of a push without a wrapper begin, as WSGI has them.

https://cloud.google.com/pubsub/docs/payload-unwrapping
"""
_OURS_UNWRAPPED = f"HTTP_{SYSTEM_ATTRIBUTE.upper()}"
_BINARY = "HTTP_CE_"
"""The same of a CloudEvent: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md"""
_STRUCTURED = "application/cloudevents+json"
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading a request raises that is none of Pub/Sub's: nobody who may call us sends such, and it stays so."""
_PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
"""The type of an event whose data is a push: https://cloud.google.com/eventarc/docs/cloudevents#pubsub"""


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The user's attributes and ours, none longer than Pub/Sub takes.

    Ours is ASCII JSON, cut every 1,024 bytes into `cloudless`, `cloudless-1`, `cloudless-2` …
    (docs/decisions/0002-the-system-attribute-is-split-on-google.md).
    """
    from cloudless_gcp.limits import ATTRIBUTE_VALUE_BYTES  # whoever only receives needs no table

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
        _text(data),
        {name: value for name, value in attributes.items() if not _is_added(name)},
        system,
        native_id=id,
        native_attempt=attempt,
        sent_s=0 if system else sent_s(),
        group=group,
    )
    moved = attributes.get(f"{_MOVED}DeliveryCount", "")
    return _crashed(envelope, int(moved)) if moved.isdecimal() and not envelope.error else envelope


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


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


# --- requests that bring one --------------------------------------------------------------------------


def delivery_of(environ: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """What a request brings, in the form of a push: {"message": {…}, "subscription", "deliveryAttempt"}.

    environ: the request's, as WSGI has it. Beside a push, that may be a push without a wrapper (with its metadata, and
    of its attributes ours: the others come among all headers), and a CloudEvent in either mode, whose data is a push
    or, of any other service, the message's body. Raises one of MALFORMED for any other request.
    https://cloud.google.com/pubsub/docs/push#receive_push
    """
    if f"{_UNWRAPPED}MESSAGE_ID" in environ:
        return _unwrapped(environ, content)
    if f"{_BINARY}ID" in environ:
        return _of_event({name: environ.get(f"{_BINARY}{name.upper()}") for name in ("id", "type", "time")}, content)
    push: dict[str, Any] = json.loads(content)
    if environ.get("CONTENT_TYPE", "").startswith(_STRUCTURED):
        return _of_event(push, _data_of(push))
    return push


def envelope_of_push(push: Mapping[str, Any]) -> Envelope:
    """The envelope of a push. Raises one of MALFORMED for any other shape, now and not when it is read."""
    message = push["message"]
    attributes: dict[str, str] = message.get("attributes") or {}
    attempt = push.get("deliveryAttempt", 1)
    for text in (message["messageId"], message["publishTime"], message.get("orderingKey", ""), *attributes.values()):
        if not isinstance(text, str):
            raise TypeError("a part of this is no text")
    if not isinstance(attempt, int) or attempt < 1:
        raise ValueError("deliveries are counted from 1")
    system = attributes.get(SYSTEM_ATTRIBUTE)
    if system is None:
        _sent_s(message)
    if is_first(system):
        return Delivered(_text(_bytes(message)), attempt, whole_envelope_of, push)
    return whole_envelope_of(push)


def whole_envelope_of(push: Mapping[str, Any]) -> Envelope:
    """The same, read at once and unchecked; of what was pulled, too, which Google's APIs have in the same form."""
    message = push["message"]
    return envelope_of(
        _bytes(message),
        message.get("attributes") or {},
        id=message["messageId"],
        attempt=push.get("deliveryAttempt") or 1,
        group=message.get("orderingKey", ""),
        sent_s=lambda: _sent_s(message),
    )


def _sent_s(message: Mapping[str, Any]) -> float:
    from cloudless_gcp.moment import seconds_of  # whose messages are ours, needs no datetime

    return seconds_of(message["publishTime"])


def _bytes(message: Mapping[str, Any]) -> bytes:
    try:
        return a2b_base64(message.get("data", ""), strict_mode=True)
    except NotBase64 as problem:
        raise ValueError("the data is not base64") from problem


def _unwrapped(environ: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    facts = {name: environ.get(f"{_UNWRAPPED}{name}", "") for name in ("MESSAGE_ID", "PUBLISH_TIME", "ORDERING_KEY")}
    ours = {
        name.removeprefix("HTTP_").lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith(_OURS_UNWRAPPED)
    }
    message = _message(content, facts["MESSAGE_ID"], facts["PUBLISH_TIME"])
    return {
        "message": {**message, "attributes": ours, "orderingKey": facts["ORDERING_KEY"]},
        "subscription": environ.get(f"{_UNWRAPPED}SUBSCRIPTION_NAME", ""),
        "deliveryAttempt": int(environ.get(f"{_UNWRAPPED}DELIVERY_ATTEMPT", 1)),
    }


def _of_event(event: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """event: its attributes by name. data: as it came."""
    if event["type"] == _PUBLISHED:
        push: dict[str, Any] = json.loads(data)
        return push
    return {"message": _message(data, event["id"], event.get("time") or "1970-01-01T00:00:00Z")}


def _message(data: bytes, id: str, published: str) -> dict[str, Any]:
    from binascii import b2a_base64

    return {"data": b2a_base64(data, newline=False).decode(), "messageId": id, "publishTime": published}


def _data_of(event: Mapping[str, Any]) -> bytes:
    """The data of a CloudEvent in structured mode."""
    if not is_object(event):
        raise TypeError("a CloudEvent is an object")
    if "data_base64" in event:
        return a2b_base64(event["data_base64"], strict_mode=True)
    return json.dumps(event["data"]).encode()
