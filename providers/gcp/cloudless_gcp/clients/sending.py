"""Lists of messages as publish requests: cut by number, bytes and group; and what of them was not stored.

A request is stored as a whole, or not known to be. Messages of one group follow each other; after a failure what is
left of the group is not sent, since it would overtake.
https://cloud.google.com/pubsub/docs/publisher
"""

from __future__ import annotations

from cloudless.driver.queue import Unsent
from cloudless.errors import CloudlessError
from cloudless_gcp.limits import LIMITS
from cloudless_gcp.wire import attributes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cloudless.message import Envelope

    Numbered = tuple[int, Envelope]
    """A message with its place in the list."""

    Publish = Callable[[Sequence[Envelope]], None]
    """Makes one publish request. Raises ours."""

OVERHEAD_BYTES = 64
"""What a message, and each of its attributes, adds to a request besides texts: names, tags and lengths, rounded up."""
REQUEST_OVERHEAD_BYTES = 1_024
"""What a request holds besides its messages: the topic's name."""


def publish_all(messages: Sequence[Numbered], publish: Publish) -> list[Unsent]:
    """Publish a list; what was not stored, by place."""
    unsent: list[Unsent] = []
    for one_group in grouped(messages):
        unsent += _publish_group(one_group, publish)
    return unsent


def told(unsent: list[Unsent], count: int) -> list[Unsent]:
    """What of `count` messages was not stored, in order; raises where nothing was."""
    found = sorted(unsent, key=lambda one: one.index)
    if len(found) == count:
        raise found[0].error
    return found


def _publish_group(messages: list[Numbered], publish: Publish) -> list[Unsent]:
    for batch in batches(messages):
        try:
            publish([message for _, message in batch])
        except CloudlessError as problem:
            return [Unsent(index, problem) for index, _ in messages if index >= batch[0][0]]
    return []


def grouped(messages: Sequence[Numbered]) -> list[list[Numbered]]:
    """The messages apart by group: one publish request takes one ordering key only.

    https://cloud.google.com/pubsub/docs/publisher#using-ordering-keys
    """
    groups: dict[str, list[Numbered]] = {}
    for numbered in messages:
        groups.setdefault(numbered[1].group, []).append(numbered)
    return list(groups.values())


def batches(messages: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Cut a list into what one request takes, by number and by bytes."""
    most, most_bytes = LIMITS["batch.messages"].value, LIMITS["batch.bytes"].value - REQUEST_OVERHEAD_BYTES
    batch: list[Numbered] = []
    room = most_bytes
    for numbered in messages:
        size = size_of(numbered[1])
        if batch and (len(batch) == most or size > room):
            yield batch
            batch, room = [], most_bytes
        batch.append(numbered)
        room -= size
    yield batch


def size_of(message: Envelope) -> int:
    """Bytes of a message in a publish request, rounded up; in JSON, where its data is base64 text."""
    attributes = attributes_of(message)
    texts = [message.group, *attributes, *attributes.values()]
    data = (len(message.body.encode()) + 2) // 3 * 4
    return data + sum(len(text.encode()) for text in texts) + OVERHEAD_BYTES * (1 + len(attributes))
