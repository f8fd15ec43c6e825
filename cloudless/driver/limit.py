"""One limit of a cloud: its value, its unit, and where that is written."""

from __future__ import annotations


class Limit:
    """value: a number in `unit` ("bytes", "s", "messages", "characters" …); link: the vendor's page."""

    __slots__ = ("link", "unit", "value")

    def __init__(self, value: float, unit: str, link: str) -> None:
        self.value = value
        self.unit = unit
        self.link = link

    def __repr__(self) -> str:
        return f"{self.value:g} {self.unit}"


KEYS: dict[str, str] = {
    "message.bytes": "bytes of one message, attributes included",
    "message.attributes": "attributes of one message, ours included",
    "attribute.value": "characters of an attribute's value",
    "batch.messages": "messages in one send request",
    "batch.bytes": "bytes in one send request",
    "queue.delay": "seconds that the queue itself can delay a message",
    "queue.lock": "seconds that a delivered message can stay invisible",
    "queue.receives_min": "fewest deliveries before the cloud's own redrive",
    "queue.receives_max": "most deliveries before the cloud's own redrive",
    "queue.retention": "seconds that an undelivered message is kept",
    "queue.name": "characters of a queue's name",
    "topic.name": "characters of a topic's name",
    "filter.attributes": "attributes in one filter",
    "filter.bytes": "bytes of one filter",
    "function.name": "characters of a function's name",
    "function.timeout": "seconds that a function may run",
    "function.memory": "most MB of a function",
    "function.invoke": "seconds that a caller can wait for a function",
    "consumer.timeout": "seconds that a handler may run that a queue feeds",
    "schedule.interval": "fewest seconds between two runs",
    "orchestration.nesting": "levels of gather and fan_out in one another",
    "orchestration.branches": "branches of one gather",
    "orchestration.depth": "orchestrations that call one another",
    "orchestration.timeout": "seconds that an execution may take",
    "group.name": "characters of an ordered queue's group",
}
"""Every limit that a provider's table may hold, and what it counts."""
