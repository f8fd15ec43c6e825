"""What orchestrations send and publish, as messages that are what a function's own would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.codec import check_attributes, check_size, write
from cloudless.message import Envelope
from cloudless.outgoing import check_word
from cloudless.queue import OrderedQueue
from cloudless.topic import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.app import App
    from cloudless.driver.provider import Cloud


class Sending:
    """Makes messages, and checks them as `Queue.send` and `Topic.publish` do."""

    def __init__(self, app: App, cloud: Cloud) -> None:
        self._cloud = cloud
        self._topics = {one.name: one for one in app.declared if isinstance(one, Topic)}
        self._ordered = {one.name for one in app.declared if isinstance(one, OrderedQueue)}

    def message(self, noun: str, name: str, payload: Mapping[str, Any], cause: Envelope) -> Envelope:
        """A new message. Raises InvalidArgument where it has something that some cloud would refuse."""
        body, delay_s, group = write(payload["body"]), payload["delay_s"], payload["group"]
        check_size(body, delay_s)
        attributes: dict[str, str] = payload["attributes"]
        if noun == "topic":
            attributes = self._topics[name].filled(payload["body"], attributes)
        elif name in self._ordered:
            check_word("group", group, 1)
        check_attributes(attributes)
        new_id, now_s = self._cloud.new_id(), self._cloud.now_s()
        return Envelope(new_id, body, attributes, delay_s, group, now_s, cause.trace, cause.correlation)
