"""Task queues with a mode for tests: huey, taskiq, dramatiq, Celery."""

from __future__ import annotations

import asyncio
from importlib import import_module
from itertools import count as numbers
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted

PEER = Peer(
    name="workers",
    requirements=("huey==3.5.4", "taskiq==0.13.0", "dramatiq==2.2.1", "celery==5.7.0"),
    link="https://dramatiq.io/guide.html#unit-testing",
    used="MemoryHuey, taskiq's InMemoryBroker, dramatiq's StubBroker with a worker, Celery with task_always_eager",
    more="the same code on real brokers; dramatiq's stub retries and has dead letters",
    less="huey acknowledges nothing; Celery's eager mode calls the task, and no queue is there; none has time",
)
tags = numbers()


def huey(count: int) -> float:
    tasks: Any = import_module("huey").MemoryHuey("x", results=False)
    seen = [0]

    def take(order: Any) -> None:
        seen[0] += order["n"]

    task = tasks.task()(take)
    began = perf_counter()
    for _ in range(count):
        task(ORDER)
    while (one := tasks.dequeue()) is not None:
        tasks.execute(one)
    took = perf_counter() - began
    counted(seen[0], count)
    return took


def taskiq(count: int) -> float:
    broker: Any = import_module("taskiq").InMemoryBroker(await_inplace=True)
    seen = [0]

    async def take(order: dict[str, Any]) -> None:
        seen[0] += order["n"]

    async def run() -> float:
        task = broker.task(take)
        await broker.startup()
        began = perf_counter()
        for _ in range(count):
            await task.kiq(ORDER)
        took = perf_counter() - began
        await broker.shutdown()
        return took

    took = asyncio.run(run())
    counted(seen[0], count)
    return took


def dramatiq(count: int) -> float:
    library: Any = import_module("dramatiq")
    broker = import_module("dramatiq.brokers.stub").StubBroker()
    broker.emit_after("process_boot")
    library.set_broker(broker)
    seen = [0]

    def take(order: Any) -> None:
        seen[0] += order["n"]

    actor = library.actor(take, actor_name="take")
    worker = library.Worker(broker, worker_timeout=100, worker_threads=1)
    worker.start()
    try:
        began = perf_counter()
        for _ in range(count):
            actor.send(ORDER)
        broker.join(actor.queue_name)
        worker.join()
        took = perf_counter() - began
    finally:
        worker.stop()
        broker.close()
    counted(seen[0], count)
    return took


def celery(count: int) -> float:
    app: Any = import_module("celery").Celery("x", broker="memory://")
    app.conf.task_always_eager = True
    seen = [0]

    def take(order: Any) -> None:
        seen[0] += order["n"]

    task = app.task(name=f"take{next(tags)}")(take)
    began = perf_counter()
    for _ in range(count):
        task.delay(ORDER)
    took = perf_counter() - began
    counted(seen[0], count)
    return took


CONTESTANTS = (
    Contestant("queue", "huey MemoryHuey, not acknowledged", huey, 3_000),
    Contestant("queue", "taskiq InMemoryBroker", taskiq, 2_000),
    Contestant("queue", "dramatiq StubBroker and a worker", dramatiq, 1_000),
    Contestant("queue", "Celery, task_always_eager", celery, 1_000),
)
FIRST = {
    "a message, dramatiq": """
import dramatiq
from dramatiq.brokers.stub import StubBroker

broker = StubBroker()
broker.emit_after("process_boot")
dramatiq.set_broker(broker)
seen = []

@dramatiq.actor
def take(order):
    seen.append(order)

worker = dramatiq.Worker(broker, worker_timeout=100)
worker.start()
take.send({"id": "1"})
broker.join(take.queue_name)
worker.join()
worker.stop()
assert seen == [{"id": "1"}]
""",
    "a message, Celery": """
from celery import Celery

app = Celery("x", broker="memory://")
app.conf.task_always_eager = True
seen = []

@app.task
def take(order):
    seen.append(order)

take.delay({"id": "1"})
assert seen == [{"id": "1"}]
""",
}
