"""One push subscription: which message is due, and what the answer to its push means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from providers.gcp.tests.pubsubmodel.filter import Filter
from providers.gcp.tests.pubsubmodel.message import PubsubMessage, check_message
from providers.gcp.tests.pubsubmodel.push import push_body, timestamp
from providers.gcp.tests.pubsubmodel.settings import Settings
from tests.virtual import US

ACKNOWLEDGING = frozenset({102, 200, 201, 202, 204})
"""https://cloud.google.com/pubsub/docs/push#receive_push: any other status is a negative acknowledgement."""

Endpoint = Callable[[bytes], int | None]
"""Takes a push request, gives the status of the answer, or None for an answer that never came."""

Forward = Callable[[str, PubsubMessage], None]
"""Publishes a dead letter: the topic's full name, and the message."""


@dataclass(slots=True)
class _Waiting:
    """A message that was not acknowledged yet. failures: deliveries that failed; due_us: when it may be delivered."""

    message: PubsubMessage
    due_us: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Push:
    """One push that was made. status: None where no answer came."""

    at_us: int
    message_id: str
    attempt: int
    status: int | None


@dataclass(slots=True)
class Subscription:
    """Deliver messages to `endpoint` as `settings` say; `forward` takes dead letters.

    pushes: what was delivered so far, in order. shuffle: seeds the order of messages that have none. filter: what does
    not match it is acknowledged at once, and nobody sees it
    (https://cloud.google.com/pubsub/docs/subscription-message-filter). may_forward: whether Pub/Sub's service agent may
    publish to the dead-letter topic and take from here; what it may not forward, it goes on to deliver
    (https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions).
    """

    settings: Settings
    endpoint: Endpoint
    forward: Forward | None = None
    shuffle: int = 0
    filter: Filter | None = None
    may_forward: Callable[[], bool] = lambda: True
    pushes: list[Push] = field(default_factory=list[Push])
    _backlog: list[_Waiting] = field(default_factory=list[_Waiting])
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.shuffle)

    def accept(self, message: PubsubMessage, now_us: int) -> None:
        """Take a message of the topic; it is due at once. Raises Refused for one that could not be published."""
        check_message(message)
        if self.filter is None or self.filter.matches(message.attributes):
            self._backlog.append(_Waiting(message, now_us))

    def waiting(self) -> list[PubsubMessage]:
        """The messages that are not acknowledged yet, in order of arrival."""
        return [one.message for one in self._backlog]

    def next_due_us(self, *, with_delayed: bool = True, now_us: int = 0) -> int | None:
        """When the next push is due; None with an empty backlog. Whatever waits here, waits for its back-off."""
        return min((one.due_us for one in self._deliverable()), default=None)

    def deliver_next(self, now_us: int) -> None:
        """Make one push that is due now, if there is any, and settle its message."""
        self._expire(now_us)
        due = [one for one in self._deliverable() if one.due_us <= now_us]
        if due:
            self._push(self._random.choice(due), now_us)

    def _deliverable(self) -> list[_Waiting]:
        """Everything that nothing stands before.

        A push subscription has one message of an ordering key outstanding: the oldest.
        https://cloud.google.com/pubsub/docs/ordering#considerations
        """
        seen: set[str] = set()
        heads: list[_Waiting] = []
        for one in self._backlog:
            key = one.message.ordering_key if self.settings.is_ordered else ""
            if key and key in seen:
                continue
            seen.add(key)
            heads.append(one)
        return heads

    def _expire(self, now_us: int) -> None:
        oldest_us = now_us - self.settings.retention_s * US
        self._backlog[:] = [one for one in self._backlog if one.message.published_us >= oldest_us]

    def _push(self, one: _Waiting, now_us: int) -> None:
        attempt = one.failures + 1
        shown = attempt if self.settings.dead_letter_topic else None
        status = self.endpoint(push_body(one.message, self.settings.name, shown))
        self.pushes.append(Push(now_us, one.message.id, attempt, status))
        if status in ACKNOWLEDGING:
            self._backlog.remove(one)
        else:
            self._fail(one, now_us, is_lost=status is None)

    def _fail(self, one: _Waiting, now_us: int, *, is_lost: bool) -> None:
        """Count a negative acknowledgement or an expired deadline, and wait or give up.

        Both count and both are followed by the back-off.
        https://cloud.google.com/pubsub/docs/handling-failures
        """
        one.failures += 1
        if self._is_given_up(one):
            self._backlog.remove(one)
            self._forward(one)
            return
        deadline_s = self.settings.ack_deadline_s if is_lost else 0
        one.due_us = now_us + round((deadline_s + self.settings.backoff_s(one.failures)) * US)

    def _is_given_up(self, one: _Waiting) -> bool:
        has_policy = bool(self.settings.dead_letter_topic)
        return has_policy and one.failures >= self.settings.max_delivery_attempts and self.may_forward()

    def _forward(self, one: _Waiting) -> None:
        """Publish to the dead-letter topic, with the attributes that the service adds.

        https://cloud.google.com/pubsub/docs/handling-failures#track-delivery-attempts
        """
        _, project, _, name = self.settings.name.split("/")
        added = {
            "CloudPubSubDeadLetterSourceDeliveryCount": str(one.failures),
            "CloudPubSubDeadLetterSourceSubscription": name,
            "CloudPubSubDeadLetterSourceSubscriptionProject": project,
            "CloudPubSubDeadLetterSourceTopicPublishTime": timestamp(one.message.published_us),
        }
        letter = replace(one.message, attributes={**one.message.attributes, **added})
        if self.forward is not None:
            self.forward(self.settings.dead_letter_topic, letter)
