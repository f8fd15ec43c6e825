"""Applications, deployed as a build would: queues on our broker, handlers in a function app under the worker library.

The broker's clock stands still between calls of `advance`, and the worker reads it from a file: so back-off, locks,
leases and delays are exact and no test waits. An application is deployed once a session and emptied for each test,
since opening a sender of the SDK takes half a second.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from cloudless.codec import SYSTEM_ATTRIBUTE
from cloudless.conformance import journal
from cloudless.conformance.apps import CONFIG
from cloudless.driver import Ledger
from cloudless.driver.current import leave, use
from cloudless.frontend import compile as to_ir
from cloudless.ir import DEAD_LETTERS, Application, Queue
from cloudless.passes.plans import plans
from cloudless.runtime.plan import Plan
from cloudless_azure.clients.cloud import AzureCloud
from providers.azure.tests.functionapp import Consumer, write_app
from providers.azure.tests.functionshost.host import FunctionsHost
from providers.azure.tests.servicebus import Broker, Clock, Content, Settings
from providers.azure.tests.servicebus.stored import SCHEDULED, Stored
from providers.azure.tests.storage import clear_table, make_table

ROOT = Path(__file__).parents[3]
PROVIDER = ROOT / "providers" / "azure"
LOCK_S = 60
BATCH_LOCK_S = 300
BATCH_TIMEOUT_MAX_S = 240
RECEIVES_MIN = 5
RECEIVES_MAX = 2_000
"""docs/mechanisms.md: lock, batches, failure. Nothing is to leave a dead-letter queue because it was looked at."""


class Stage:
    """One deployed application; see `cloudless.conformance.harness.Target`. folder: of the function app."""

    def __init__(self, application: Application, entry: str, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self._clock = folder / "clock"
        self._journal = folder / "journal"
        self._table = f"ledger{time.time_ns()}"
        make_table(self._table)
        self._tick()
        self._entities = {queue.name: f"{application.name}-{queue.name}" for queue in application.queues}
        addresses = {"queues": self._entities, "ledger": self._table, "config": CONFIG}
        consumed = {name: plan for name, plan in plans(application).items() if name in self._entities}
        for queue in application.queues:
            broker.add_queue(self._entities[queue.name], self._settings(queue, consumed.get(queue.name)))
        consumers = [_consumer(application, entry, plan, self._entities) for plan in consumed.values()]
        write_app(folder, consumers, addresses, self._clock)
        self.cloud = AzureCloud(addresses, broker.clock.now_s)
        path = f"{ROOT}:{PROVIDER}"
        self.host = FunctionsHost(folder, broker, {journal.VARIABLE: str(self._journal), "PYTHONPATH": path})

    def _settings(self, queue: Queue, plan: Plan | None) -> Settings:
        """The queue as docs/mechanisms.md says: failure, lock, order."""
        if queue.role == DEAD_LETTERS:
            return Settings(lock_s=LOCK_S, max_deliveries=RECEIVES_MAX)
        return Settings(
            lock_s=BATCH_LOCK_S if plan and _takes_many(plan) else LOCK_S,
            max_deliveries=max(RECEIVES_MIN, queue.retry.attempts + 1),
            sessions=queue.ordered,
            forward_dead_letters_to=""
            if queue.ordered or not queue.dead_letters
            else self._entities[queue.dead_letters],
        )

    # --- what a target does ---------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        return self.cloud.ledger

    def run(self) -> None:
        """Deliver, and let time pass for as long as a copy of ours waits."""
        self.host.pump()
        while (due_s := min(map(_due_s, filter(_is_retry, self._scheduled())), default=None)) is not None:
            self._pass(due_s - self.broker.clock.now_s())
            self.host.pump()

    def advance(self, by: timedelta) -> None:
        end_s = self.broker.clock.now_s() + by.total_seconds()
        self.host.pump()
        while (due_s := min(map(_due_s, self._scheduled()), default=end_s)) < end_s:
            self._pass(due_s - self.broker.clock.now_s())
            self.host.pump()
        self._pass(end_s - self.broker.clock.now_s())
        self.host.pump()

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.read(self._journal)

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        content = Content.of(body.encode(), id=f"foreign-{time.time_ns()}", **(attributes or {}))
        self.broker.on_queue(self._entities[queue], lambda found: found.put(content))

    # --- for the harness ------------------------------------------------------------------------------

    def begin(self, seed: int) -> None:
        """Empty all of it, and catch up with real time, which is what the SDK compares locks with."""
        for entity in self._entities.values():
            self.broker.on_queue(entity, lambda queue: queue.clear())
        clear_table(self._table)
        self._journal.unlink(missing_ok=True)
        self.host.rng = random.Random(seed)
        self._pass(time.time() - self.broker.clock.now_s())

    def close(self) -> None:
        self.host.stop()
        self.cloud.close()

    def _pass(self, seconds: float) -> None:
        self.broker.advance(max(0, seconds))
        self._tick()

    def _tick(self) -> None:
        """Tell the worker what time it is."""
        self._clock.write_text(repr(self.broker.clock.now_s()))

    def _scheduled(self) -> list[Stored]:
        return [
            stored
            for entity in self._entities.values()
            for stored in self.broker.stored(entity)
            if stored.state == SCHEDULED
        ]


def _due_s(stored: Stored) -> float:
    assert stored.scheduled_s is not None
    return stored.scheduled_s


def _is_retry(stored: Stored) -> bool:
    """Whether a scheduled message is a copy that our runtime sent, and not one that a user delayed."""
    facts: dict[str, Any] = json.loads(stored.content.application.get(SYSTEM_ATTRIBUTE, "{}"))
    return int(facts.get("attempt", 1)) > 1


def _takes_many(plan: Plan) -> bool:
    return plan.batch_size > 1 and not plan.ordered and plan.timeout_s <= BATCH_TIMEOUT_MAX_S


def _consumer(application: Application, entry: str, plan: Plan, entities: Mapping[str, str]) -> Consumer:
    takes_lists = any(kind in {"bodies", "messages"} for _, kind in plan.parameters)
    facts = {
        "app": entry,
        "include": list(application.include),
        "kind": "batch" if takes_lists else "queue",
        "plan": plan.to_json(),
    }
    return Consumer(entities[plan.source], facts, many=takes_lists and _takes_many(plan), sessions=plan.ordered)


class Stages:
    """Every application that was deployed, by entry. folder: where their function apps go."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self._broker = broker
        self._folder = folder
        self._deployed: dict[str, Stage] = {}
        self._ends = ExitStack()

    def stage(self, entry: str) -> Stage:
        """The application at `entry`, "module:name", deployed when it is first asked for."""
        if entry not in self._deployed:
            module, _, name = entry.partition(":")
            application = to_ir(getattr(import_module(module), name), entry=entry)
            folder = self._folder / application.name
            folder.mkdir()
            stage = self._deployed[entry] = Stage(application, entry, self._broker, folder)
            self._ends.callback(stage.close)
            stage.host.start()
        return self._deployed[entry]

    def close(self) -> None:
        self._ends.close()


@contextmanager
def deployed(stages: Stages, entry: str, *, seed: int = 0) -> Generator[Stage]:
    """The application at `entry`, empty; client calls of the block go to it."""
    stage = stages.stage(entry)
    stage.begin(seed)
    token = use(stage.cloud)
    try:
        yield stage
    finally:
        leave(token)


def stopped_clock() -> Clock:
    """A clock that only `advance` moves, from now."""
    start_s = time.time()
    return Clock(lambda: start_s)
