"""durabletask: Microsoft's Durable Task for Python, with its backend in memory."""

from __future__ import annotations

import json
from collections.abc import Generator
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted
from tests.tools.serve import free_port

PEER = Peer(
    name="durabletask",
    requirements=("durabletask==1.12.0",),
    link="https://github.com/microsoft/durabletask-python/blob/main/docs/features.md",
    used="its in-memory backend for tests, a worker and a client over gRPC on loopback",
    more="the protocol of the real scheduler",
    less="timers sleep: no wait of 30 days, no year",
)


def act(context: Any, order: Any) -> Any:
    return order


def sequence(context: Any, order: Any) -> Generator[Any, Any, Any]:
    for _ in range(10):
        order = yield context.call_activity(act, input=order)
    return order


def spread(context: Any, orders: Any) -> Generator[Any, Any, int]:
    when_all = import_module("durabletask.task").when_all
    done = yield when_all([context.call_activity(act, input=order) for order in orders])
    return len(done)


@cache
def opened() -> tuple[Any, Any, Any]:
    """The backend, a worker on it, and a client."""
    port = free_port()
    backend = import_module("durabletask.testing").create_test_backend(port=port, max_history_size=10**6)
    address = f"127.0.0.1:{port}"
    worker = import_module("durabletask.worker").TaskHubGrpcWorker(host_address=address)
    worker.add_activity(act)
    worker.add_orchestrator(sequence)
    worker.add_orchestrator(spread)
    worker.start()
    return backend, worker, import_module("durabletask.client").TaskHubGrpcClient(host_address=address)


def ran(orchestrator: Any, given: Any) -> Any:
    *_, client = opened()
    instance = client.schedule_new_orchestration(orchestrator, input=given)
    return json.loads(client.wait_for_orchestration_completion(instance, timeout=120).serialized_output)


def steps(count: int) -> float:
    opened()
    began = perf_counter()
    for _ in range(0, count, 10):
        assert ran(sequence, ORDER) == ORDER
    return perf_counter() - began


def items(count: int) -> float:
    opened()
    began = perf_counter()
    counted(ran(spread, [ORDER] * count), count)
    return perf_counter() - began


def close() -> None:
    if opened.cache_info().currsize:
        backend, worker, _ = opened()
        worker.stop()
        backend.stop()


CONTESTANTS = (
    Contestant("steps", "durabletask, in-memory backend", steps, 50),
    Contestant("items", "durabletask, in-memory backend", items, 1_000),
)
FIRST = {
    "10 steps": """
import json, os, socket
from durabletask import client, worker
from durabletask.testing import create_test_backend

def act(ctx, order):
    return order

def sequence(ctx, order):
    for _ in range(10):
        order = yield ctx.call_activity(act, input=order)
    return order

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
backend = create_test_backend(port=port)
hub = worker.TaskHubGrpcWorker(host_address=f"127.0.0.1:{port}")
hub.add_activity(act)
hub.add_orchestrator(sequence)
hub.start()
client = client.TaskHubGrpcClient(host_address=f"127.0.0.1:{port}")
instance = client.schedule_new_orchestration(sequence, input={"id": "1"})
state = client.wait_for_orchestration_completion(instance, timeout=60)
assert json.loads(state.serialized_output) == {"id": "1"}
os._exit(0)
"""
}
IMPORTS = {
    "durabletask": ("from durabletask import task, worker, client", 0),
}
"""Statements of a cold start, and the number of the requirement that they import."""
