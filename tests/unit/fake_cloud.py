"""A cloud that keeps what it is sent, refuses what it is told to, and waits for a network: for portable types alone."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from cloudless.driver.current import leave, use
from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import CloudlessError
from cloudless.message import Envelope


class FakeQueues:
    """See driver.QueueDriver. refuse: index → error of that send."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Envelope]] = []
        self.stored: list[Delivered] = []
        self.refuse: dict[int, CloudlessError] = {}
        self.fail: CloudlessError | None = None
        self.settled: list[tuple[str, Any]] = []
        self.threads: set[int] = set()

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        self.threads.add(threading.get_ident())
        if self.fail is not None:
            raise self.fail
        unsent: list[Unsent] = []
        for index, message in enumerate(messages):
            error = self.refuse.get(len(self.sent) + len(unsent))
            if error is None:
                self.sent.append((queue, message))
            else:
                unsent.append(Unsent(index, error))
        return unsent

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        return self.stored[:limit]

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        self.settled += [("acknowledge", receipt) for receipt in receipts]

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        self.settled += [("release", receipt) for receipt in receipts]

    def native(self, queue: str) -> Any:
        return f"native {queue}"


class FakeTopics:
    """See driver.TopicDriver: kept and refused as by the queues."""

    def __init__(self, queues: FakeQueues) -> None:
        self._queues = queues

    def publish(self, topic: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        return self._queues.send(topic, messages)

    def native(self, topic: str) -> Any:
        return f"native {topic}"


class FakeFunctions:
    """See driver.FunctionDriver: answers `reply` to every call."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        self.calls: list[tuple[str, Envelope, float]] = []

    def invoke(self, function: str, call: Envelope, timeout_s: float) -> str:
        self.calls.append((function, call, timeout_s))
        return self.reply

    def native(self, function: str) -> Any:
        return f"native {function}"


class FakeCloud:
    """See driver.Cloud."""

    provider = "fake"
    blocks = True

    def __init__(self, reply: str = '{"result":null}') -> None:
        self.queues = FakeQueues()
        self.topics = FakeTopics(self.queues)
        self.functions = FakeFunctions(reply)
        self.orchestrations: Any = None
        self.secrets: Any = None
        self.ledger: Any = None
        self._ids = 0

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def now_s(self) -> float:
        return 1_000.0

    def config(self, name: str) -> Any | None:
        return None


@contextmanager
def fake_cloud(reply: str = '{"result":null}') -> Generator[FakeCloud]:
    """Client calls of the block go to a fake."""
    cloud = FakeCloud(reply)
    token = use(cloud)
    try:
        yield cloud
    finally:
        leave(token)
