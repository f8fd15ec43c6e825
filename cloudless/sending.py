"""What orchestrations send and publish, as messages that are what a function's own would be."""

from __future__ import annotations

from cloudless.codec import check_attributes, check_size, write
from cloudless.driver.current import HERE
from cloudless.message import Envelope
from cloudless.outgoing import check_word
from cloudless.queue import OrderedQueue
from cloudless.topic import Topic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud


class Sending:
    """Makes messages, and checks them as `Queue.send` and `Topic.publish` do. declared: `App.declared`."""

    def __init__(self, declared: Iterable[Any]) -> None:
        known = list(declared)
        self._topics: dict[str, Topic[Any]] = {one.name: one for one in known if isinstance(one, Topic)}
        self._ordered = {one.name for one in known if isinstance(one, OrderedQueue)}

    def message(self, target: str, payload: Mapping[str, Any], key: str, cause: Envelope) -> Envelope:
        """A message. Raises InvalidArgument where it has something that some cloud would refuse.

        target: "queue:orders" or "topic:placed". payload: that of the step. key: of the step; a repetition is the same
        message, by its id. cause: whose trace and correlation it goes on with.
        """
        noun, _, name = target.partition(":")
        body, delay_s, group = write(payload["body"]), payload["delay_s"], payload["group"]
        check_size(body, delay_s)
        attributes: dict[str, str] = payload["attributes"]
        if noun == "topic":
            attributes = self._topics[name].filled(payload["body"], attributes)
        elif name in self._ordered:
            check_word("group", group, 1)
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


def id_of(key: str) -> str:
    """32 hexadecimal digits for a key, the same whenever it comes again."""
    from hashlib import sha256

    return sha256(key.encode()).hexdigest()[:32]
