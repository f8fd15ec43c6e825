"""A cloud that keeps what it is sent, refuses what it is told to, and waits for a network: for portable types alone."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cloudless.driver.current import leave, use
from cloudless.driver.orchestration import Entry, Snapshot, digest
from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import CloudlessError, ExecutionExists, NotFound
from cloudless.message import Envelope

if TYPE_CHECKING:
    from cloudless.driver.orchestration import Status


class FakeQueues:
    """See driver.QueueDriver. refuse: index → error of that send. What is received once is not received again."""

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
        taken, self.stored = self.stored[:limit], self.stored[limit:]
        return taken

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


class FakeOrchestrations:
    """See driver.OrchestrationDriver: keeps what is started and sent; executions are as the test puts them."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, Envelope]] = []
        self.sent: list[tuple[str, str, str, Envelope]] = []
        self.found: dict[tuple[str, str], Snapshot] = {}
        self.entries: list[Entry] = []
        self.asked: list[tuple[Any, ...]] = []
        self.threads: set[int] = set()

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        self.threads.add(threading.get_ident())
        for name, id, before in self.started:
            if (name, id) == (orchestration, execution):
                if digest(before.body) != digest(call.body):
                    raise ExecutionExists(f"execution {id!r} of {name} was started with other arguments")
                return
        self.started.append((orchestration, execution, call))

    def run(self, orchestration: str, call: Envelope) -> Snapshot:
        self.started.append((orchestration, call.id, call))
        return self.found[orchestration, "run"]

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        self.threads.add(threading.get_ident())
        if (orchestration, execution) not in self.found:
            raise NotFound(f"there is no execution {execution!r} of {orchestration}")
        return self.found[orchestration, execution]

    def wait(self, orchestration: str, execution: str, timeout_s: float | None) -> Snapshot:
        self.asked.append(("wait", orchestration, execution, timeout_s))
        return self.describe(orchestration, execution)

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        self.describe(orchestration, execution)
        return self.entries

    def cancel(self, orchestration: str, execution: str) -> None:
        self.asked.append(("cancel", orchestration, execution))

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        return [id for (name, id), one in self.found.items() if name == orchestration and status in {None, one.status}][
            :limit
        ]

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        self.threads.add(threading.get_ident())
        self.sent.append((orchestration, execution, event, message))

    def native(self, orchestration: str) -> Any:
        return f"native {orchestration}"


class FakeSecrets:
    """See driver.SecretDriver: one value for all."""

    def __init__(self) -> None:
        self.secret = "0123456789abcdef0123456789abcdef"

    def read(self, secret: str) -> str:
        return self.secret


class FakeCloud:
    """See driver.Cloud."""

    provider = "fake"
    blocks = True

    def __init__(self, reply: str = '{"result":null}') -> None:
        self.queues = FakeQueues()
        self.topics = FakeTopics(self.queues)
        self.functions = FakeFunctions(reply)
        self.orchestrations = FakeOrchestrations()
        self.secrets = FakeSecrets()
        self.ledger: Any = None
        self.time_s = 1_000.0
        self._ids = 0

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def now_s(self) -> float:
        return self.time_s

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
