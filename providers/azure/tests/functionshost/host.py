"""FunctionsHost: takes from our broker, has the worker invoke, completes or abandons."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from providers.azure.tests.functionshost.bindings import Invocation, Trigger, data_of, metadata_of, triggers_of
from providers.azure.tests.servicebus import Broker, Queue, Stored
from tests import tools

T = TypeVar("T")
ROOT = Path(__file__).parents[4]
WORKER = "providers.azure.tests.functionshost.worker"
STOP_S = 5.0
BATCH_MAX = 1_000
"""maxMessageBatchSize where host.json does not say.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus#hostjson-settings
"""
WORKER_DIED = "the worker process ended during the invocation"


class IndexingFailed(Exception):
    """The function app could not be read; the message is the worker's."""


class FunctionsHost:
    """Hosts the function app in `folder` (function_app.py, host.json) and feeds it from `broker`.

    env: added to this process's environment. rng: chooses which of several messages (or triggers) comes first, since
    Service Bus promises no order without sessions; without one, the oldest does. calls: every invocation so far.

    A worker that dies (a crash, os._exit) fails its invocation and is replaced, as the real host does.
    """

    def __init__(
        self, folder: Path, broker: Broker, env: Mapping[str, str] | None = None, *, rng: random.Random | None = None
    ) -> None:
        self.calls: list[Invocation] = []
        self.rng = rng
        self._folder = folder
        self._broker = broker
        given = env or {}
        paths = [str(ROOT), *given.get("PYTHONPATH", "").split(os.pathsep)]
        self._env = {**os.environ, **given, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._settings = _settings(folder)
        self._worker: subprocess.Popen[str] | None = None
        self.triggers: list[Trigger] = []
        self._served: dict[tuple[str, str], int] = {}  # by queue and session: number of the last call

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # --- the worker -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start a worker and index the app; raises IndexingFailed."""
        python = tools.require("azure-worker")
        command = [str(python), "-m", WORKER, str(self._folder)]
        self._worker = subprocess.Popen(
            command, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        answer = self._answer()
        if answer is None or "error" in answer:
            self.stop()
            raise IndexingFailed(answer["error"] if answer else "the worker process ended")
        self.triggers = triggers_of(answer["functions"])

    def stop(self) -> None:
        """End the worker."""
        worker, self._worker = self._worker, None
        if worker is None or worker.stdin is None or worker.stdout is None:
            return
        worker.stdin.close()
        try:
            worker.wait(STOP_S)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        worker.stdout.close()

    def _answer(self) -> dict[str, Any] | None:
        """The worker's next line; None where it has ended."""
        assert self._worker
        assert self._worker.stdout
        line = self._worker.stdout.readline()
        return json.loads(line) if line else None

    def _order(self, order: Mapping[str, Any]) -> dict[str, Any] | None:
        if self._worker is None:
            self.start()
        assert self._worker
        assert self._worker.stdin
        self._worker.stdin.write(json.dumps(order) + "\n")
        self._worker.stdin.flush()
        return self._answer()

    # --- messages -------------------------------------------------------------------------------------

    def pump(self) -> int:
        """Deliver until nothing is ready; returns how many calls that took. Time does not pass."""
        before = len(self.calls)
        while any(self.pump_one(trigger) for trigger in self._shuffled(self.triggers)):
            pass
        return len(self.calls) - before

    def pump_one(self, trigger: Trigger) -> bool:
        """Make one call of a function, if there is something for it."""
        if trigger.sessions:
            return self._pump_session(trigger)
        taken = self._broker.on_queue(trigger.address, lambda queue: self._take(queue, trigger))
        if taken:
            self._deliver(trigger, taken)
        return bool(taken)

    def _pump_session(self, trigger: Trigger) -> bool:
        """One message of one session, one at a time (maxConcurrentCallsPerSession is 1)."""
        session = self._broker.on_queue(trigger.address, self._accept)
        if session is None:
            return False
        try:
            taken = self._broker.take(trigger.address, self, session)
            assert taken, f"session {session} had a message"
            self._deliver(trigger, [taken])
        finally:
            self._broker.on_queue(trigger.address, lambda queue: queue.leave_session(session, self))
        return True

    def _accept(self, queue: Queue) -> str | None:
        """Take the session that waited longest: the real host serves several at a time, none holds up another."""
        free = self._shuffled(queue.free_sessions())
        if not free:
            return None
        session = min(free, key=lambda name: self._served.get((queue.name, name), -1))
        self._served[queue.name, session] = len(self.calls)
        queue.accept_session(session, self)
        return session

    def _take(self, queue: Queue, trigger: Trigger) -> list[Stored]:
        ready = self._shuffled(list(queue.ready()))
        limit: int = self._settings.get("maxMessageBatchSize", BATCH_MAX) if trigger.many else 1
        return [queue.lock(stored) for stored in ready[:limit]]

    def _deliver(self, trigger: Trigger, taken: Sequence[Stored]) -> None:
        """Invoke, then settle all alike."""
        order = {
            "invocation": f"{len(self.calls)}",
            "id": trigger.id,
            "parameter": trigger.parameter,
            "data": data_of(taken, many=trigger.many),
            "metadata": metadata_of(taken, many=trigger.many),
        }
        at_s, deliveries = self._broker.clock.now_s(), [stored.deliveries for stored in taken]
        answer = self._order(order)
        if answer is None:
            self.stop()
        error = WORKER_DIED if answer is None else answer["error"] or ""
        call = Invocation(function=trigger.name, address=trigger.address, at_s=at_s, deliveries=deliveries, error=error)
        self.calls.append(call)
        self._broker.on_queue(trigger.address, lambda queue: _settle(queue, taken, is_done=not error))

    def _shuffled(self, items: list[T]) -> list[T]:
        return self.rng.sample(items, len(items)) if self.rng else items


def _settle(queue: Queue, taken: Sequence[Stored], *, is_done: bool) -> None:
    for stored in taken:
        assert stored.token
        (queue.complete if is_done else queue.abandon)(stored.token)


def _settings(folder: Path) -> dict[str, Any]:
    """The part of host.json that is about Service Bus."""
    settings: dict[str, Any] = (
        json.loads((folder / "host.json").read_text()).get("extensions", {}).get("serviceBus", {})
    )
    return settings
