"""One queue and the event source mapping that empties it, on a virtual clock.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from providers.aws.tests.emulators import ACCOUNT, REGION
from providers.aws.tests.sqsmodel.event import record_of
from providers.aws.tests.sqsmodel.message import VISIBILITY_S_MAX, Refused, SqsMessage

US = 1_000_000

Endpoint = Callable[[Mapping[str, Any]], Any]
"""Takes an event, gives the function's reply, or raises Failed where there was none."""

Move = Callable[[str, SqsMessage], None]
"""Sends a message to a dead-letter queue of that name."""


class Failed(Exception):
    """The function raised, timed out or died: no reply."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Of queue and mapping. queue: its name. max_receives: 0 for no redrive policy. arn: of the queue."""

    queue: str
    visibility_s: int
    batch_size: int = 1
    max_receives: int = 0
    dead_letters: str = ""
    arn: str = ""

    @property
    def is_fifo(self) -> bool:
        return self.queue.endswith(".fifo")


@dataclass(slots=True)
class _Stored:
    """due_us: when it is visible. is_delayed: whether that is the sender's wish, and not a back-off."""

    message: SqsMessage
    due_us: int
    is_delayed: bool
    receives: int = 0
    receipt: str = ""
    first_us: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of the function. failed: the messages that came back; None where no reply came."""

    at_us: int
    message_ids: list[str]
    failed: list[str] | None


@dataclass(slots=True)
class EventSource:
    """Deliver messages to `endpoint` as `settings` say. seed: of the order of messages that have none."""

    settings: Settings
    endpoint: Endpoint
    move: Move | None = None
    seed: int = 0
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    _stored: list[_Stored] = field(default_factory=list[_Stored])
    _seen: set[str] = field(default_factory=set[str])
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def accept(self, message: SqsMessage, due_us: int, now_us: int) -> None:
        """Take a message of the queue, visible from `due_us`. A delayed copy of one that was delivered is back-off."""
        is_copy = _original(message) in self._seen
        self._stored.append(_Stored(message, due_us, is_delayed=due_us > now_us and not is_copy))

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        """When something can be delivered next, None for never."""
        waiting = [one for one in self._stored if with_delayed or not one.is_delayed or one.due_us <= now_us]
        return min((one.due_us for one in self._heads(waiting)), default=None)

    def deliver_next(self, now_us: int) -> None:
        """Hand out one batch that is due, and do what the reply says."""
        batch = self._receive(now_us)
        if not batch:
            return
        ids = [one.message.id for one in batch]
        try:
            failed = failed_of(self.endpoint({"Records": [self._record(one) for one in batch]}), ids)
        except Failed:
            failed = None
        self.deliveries.append(Delivery(now_us, ids, failed))
        gone = set(ids) - set(ids if failed is None else failed)
        self._stored = [one for one in self._stored if one.message.id not in gone]

    def hide(self, receipt: str, seconds: int, now_us: int) -> bool:
        """ChangeMessageVisibility. False for a receipt that is not of the last delivery."""
        if not isinstance(seconds, int) or not 0 <= seconds <= VISIBILITY_S_MAX:
            raise Refused("InvalidParameterValue", f"VisibilityTimeout {seconds!r}: 0 to {VISIBILITY_S_MAX}")
        for one in self._stored:
            if one.receipt == receipt:
                one.due_us = now_us + seconds * US
                return True
        return False

    def waiting(self) -> list[SqsMessage]:
        return [one.message for one in self._stored]

    def clear(self, seed: int = 0) -> None:
        """Empty the queue, and begin anew."""
        self._stored, self._seen, self.seed = [], set(), seed
        self.deliveries.clear()
        self._random = Random(seed)

    def _heads(self, waiting: list[_Stored]) -> list[_Stored]:
        """Of a FIFO queue, the first message of every group: what waits or is invisible blocks the rest."""
        if not self.settings.is_fifo:
            return waiting
        heads: dict[str, _Stored] = {}
        for one in waiting:
            heads.setdefault(one.message.group, one)
        return list(heads.values())

    def _receive(self, now_us: int) -> list[_Stored]:
        due = [one for one in self._heads(self._stored) if one.due_us <= now_us]
        if self.seed:
            self._random.shuffle(due)
        batch: list[_Stored] = []
        for one in due[: self.settings.batch_size]:
            one.receives += 1
            if self.settings.max_receives and one.receives > self.settings.max_receives:
                self._give_up(one)
            else:
                self._hand_out(one, now_us)
                batch.append(one)
        return batch

    def _hand_out(self, one: _Stored, now_us: int) -> None:
        one.receipt = f"{self.settings.queue}/{one.message.id}/{one.receives}"
        one.due_us, one.is_delayed = now_us + self.settings.visibility_s * US, False
        one.first_us = one.first_us or now_us
        self._seen.add(_original(one.message))

    def _give_up(self, one: _Stored) -> None:
        self._stored.remove(one)
        if self.move is not None:
            self.move(self.settings.dead_letters, one.message)

    def _record(self, one: _Stored) -> dict[str, Any]:
        arn = self.settings.arn or f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.settings.queue}"
        return record_of(one.message, arn, receives=one.receives, receipt=one.receipt, first_us=one.first_us)


def failed_of(reply: Any, ids: list[str]) -> list[str]:
    """The messages that a reply returns. What Lambda cannot read, or an id that is not in the batch, returns all."""
    if not reply:
        return []
    try:
        failed = [one["itemIdentifier"] for one in reply["batchItemFailures"] or ()]
    except (KeyError, TypeError):
        return ids
    return failed if set(failed) <= set(ids) else ids


def _original(message: SqsMessage) -> str:
    """Our id of a message, the same in every copy."""
    ours = message.attributes.get("cloudless")
    try:
        return str(json.loads(ours["StringValue"])["id"]) if ours else message.id
    except (ValueError, KeyError, TypeError):  # somebody else's
        return message.id
