"""An envelope as an entry of SendMessageBatch or PublishBatch, and lists of them as requests."""

from __future__ import annotations

from hashlib import sha256
from math import ceil

from cloudless.pattern import pattern
from cloudless_aws.limits import LIMITS
from cloudless_aws.wire import attributes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cloudless.message import Envelope

    Entry = dict[str, Any]

BODY = "MessageBody"
"""What SQS calls the body of a message."""
TEXT = "Message"
"""What SNS calls it."""
ATTRIBUTES = "MessageAttributes"
_TYPE = "String"
_GROUP = pattern(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}")
"""Letters, digits and ASCII punctuation, no space.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""


def entry_of(index: int, message: Envelope, fresh: str) -> Entry:
    """One entry for a queue. fresh: a deduplication id that nobody used, for a FIFO queue; "" for another.

    With the message's own id, SQS would silently drop a letter that is redriven within five minutes; deduplication
    is the ledger's. It stays the same when a request is repeated, which is then no duplicate.
    """
    entry: Entry = {"Id": str(index), BODY: message.body, ATTRIBUTES: typed(message)}
    if message.delay_s > 0:
        entry["DelaySeconds"] = ceil(message.delay_s)
    if fresh:
        entry |= {"MessageGroupId": group_of(message), "MessageDeduplicationId": fresh}
    return entry


def published(index: int, message: Envelope) -> Entry:
    """One entry for a topic."""
    return {"Id": str(index), TEXT: message.body, ATTRIBUTES: typed(message)}


def typed(message: Envelope) -> dict[str, dict[str, str]]:
    """All attributes of a message, as SQS, SNS and EventBridge Scheduler write them."""
    return {name: {"DataType": _TYPE, "StringValue": value} for name, value in attributes_of(message).items()}


def group_of(message: Envelope) -> str:
    """The native group. The true one travels in our attribute.

    A dead letter is a group of its own, so that none hides the next from `receive`. What SQS would refuse is a digest.
    """
    if message.error is not None or not message.group:
        return message.id
    return message.group if _GROUP.fullmatch(message.group) else sha256(message.group.encode()).hexdigest()


def batches(entries: Iterable[Entry], room: float = LIMITS["batch.bytes"].value) -> Iterator[list[Entry]]:
    """Cut a list into what one request takes, by number and by bytes, and one message of a group at most.

    SQS stores each entry by itself: where one is refused and sent again, the next of its group would overtake it.
    """
    most = LIMITS["batch.messages"].value
    batch: list[Entry] = []
    groups: set[str] = set()
    taken = 0
    for entry in entries:
        size, group = size_of(entry), entry.get("MessageGroupId")
        if batch and (len(batch) == most or taken + size > room or group in groups):
            yield batch
            batch, taken = [], 0
            groups.clear()
        batch.append(entry)
        taken += size
        if group is not None:
            groups.add(group)
    yield batch


def size_of(entry: Entry) -> int:
    """Bytes as SQS and SNS count them: body, and name, type and value of every attribute."""
    texts: list[str] = [entry.get(BODY) or entry[TEXT]]
    for name, value in entry[ATTRIBUTES].items():
        texts += [name, _TYPE, value["StringValue"]]
    return size_in_utf8("".join(texts))


def size_in_utf8(text: str) -> int:
    """Bytes of a text; of ASCII without making them."""
    return len(text) if text.isascii() else len(text.encode())
