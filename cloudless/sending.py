"""What orchestrations send and publish, as messages that are what a function's own would be."""

from __future__ import annotations

from cloudless.codec import check_size, shown, write
from cloudless.driver.current import HERE
from cloudless.errors import InvalidArgument
from cloudless.message import Envelope
from cloudless.outgoing import check_attributes, check_mapping, check_word
from cloudless.queue import OrderedQueue, Queue
from cloudless.topic import Topic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, TypeVar

    from cloudless.driver.provider import Cloud

    AnyQueue = Queue[Any] | OrderedQueue[Any]
    R = TypeVar("R")


class Sending:
    """Makes messages, and checks them as `Queue.send` and `Topic.publish` do. declared: `App.declared`."""

    def __init__(self, declared: Iterable[Any]) -> None:
        known = list(declared)
        self._topics: dict[str, Topic[Any]] = {one.name: one for one in known if isinstance(one, Topic)}
        self._queues: dict[str, AnyQueue] = {one.name: one for one in known if isinstance(one, (Queue, OrderedQueue))}

    def message(self, target: str, payload: Mapping[str, Any], key: str, cause: Envelope) -> Envelope:
        """A message. Raises InvalidArgument where it has something that some cloud would refuse, or goes nowhere.

        What a step says is the program's, but comes as JSON from whoever may call a function of ours.

        target: "queue:orders" or "topic:placed". payload: that of the step. key: of the step; a repetition is the same
        message, by its id. cause: whose trace and correlation it goes on with.
        """
        noun, _, name = target.partition(":")
        body, delay_s, group = write(payload["body"]), payload["delay_s"], payload["group"]
        attributes: dict[str, str] = payload["attributes"]
        check_mapping(attributes)
        if noun == "topic":
            attributes = _named(self._topics, noun, name).filled(payload["body"], attributes)
            delay_s, group = 0, ""
        else:
            queue = _named(self._queues, noun, name)
            check_word("group", group, 1 if isinstance(queue, OrderedQueue) else 0)
            _check_delay(delay_s, queue.max_delay_s)
        check_size(body, delay_s)
        check_attributes(attributes)
        return Envelope(id_of(key), body, attributes, delay_s, group, cause.sent_s, cause.trace, cause.correlation)

    def send(
        self, target: str, payload: Mapping[str, Any], key: str, cause: Envelope, *, cloud: Cloud, orchestration: str
    ) -> str:
        """Send or publish on behalf of an orchestration; the message's id. Arguments as of `message`.

        Raises CloudlessError: Unavailable where another try may help.
        """
        noun, _, name = target.partition(":")
        token = HERE.set((cloud, orchestration, cause))
        try:
            message = self.message(target, payload, key, cause)
            unsent = (cloud.topics.publish if noun == "topic" else cloud.queues.send)(name, [message])
            if unsent:
                raise unsent[0].error
            return message.id
        finally:
            HERE.reset(token)


def _named(known: Mapping[str, R], noun: str, name: str) -> R:
    if name not in known:
        raise InvalidArgument(
            f"a step names {noun} {name!r}, and the app has no such one: {', '.join(known) or 'none'}"
        )
    return known[name]


def _check_delay(delay_s: Any, most_s: float) -> None:
    """Refuse what the compiler would have refused."""
    is_number = isinstance(delay_s, (int, float)) and not isinstance(delay_s, bool)
    if not is_number or not 0 <= delay_s <= most_s or delay_s != int(delay_s):
        raise InvalidArgument(f"delay_s={shown(delay_s)}: give whole seconds from 0 to {most_s:g}")


def id_of(key: str) -> str:
    """32 hexadecimal digits for a key, the same whenever it comes again."""
    from hashlib import sha256

    return sha256(key.encode()).hexdigest()[:32]
