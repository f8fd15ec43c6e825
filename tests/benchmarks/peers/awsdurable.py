"""AWS's durable execution SDK, with its testing library."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted

PEER = Peer(
    name="awsdurable",
    requirements=(
        "aws-durable-execution-sdk-python==3.0.0", "aws-durable-execution-sdk-python-testing==1.4.0",
    ),
    link="https://docs.aws.amazon.com/lambda/latest/dg/durable-testing.html",
    used="DurableFunctionTestRunner, polling every millisecond; waits are skipped",
    more="the same code on Lambda's durable functions",
    less="each wait costs some 0.1 s of real time however long it is; the year is 20 waits, extrapolated",
)  # fmt: skip


def _giving(order: Any) -> Callable[[Any], Any]:
    """A step that comes to an order."""
    return lambda context: order


def _step(child: Any, item: Any, number: int, items: Any) -> Any:
    return child.step(_giving(item))


@cache
def functions() -> dict[str, Any]:
    """What the SDK's decorator makes of each."""
    durable: Any = import_module("aws_durable_execution_sdk_python").durable_execution
    duration: Any = import_module("aws_durable_execution_sdk_python.config").Duration

    def sequence(event: Any, context: Any) -> Any:
        for n in range(10):
            event = context.step(_giving(event), name=f"s{n}")
        return event

    def spread(event: Any, context: Any) -> Any:
        return len(context.map(event, _step, name="m").get_results())

    def month(event: Any, context: Any) -> Any:
        context.wait(duration.from_days(30))
        return 1

    def hourly(event: Any, context: Any) -> Any:
        for n in range(event):
            context.wait(duration.from_hours(1), name=f"w{n}")
        return event

    return {one.__name__: durable(one) for one in (sequence, spread, month, hourly)}


def ran(name: str, given: Any) -> Any:
    runner: Any = import_module("aws_durable_execution_sdk_python_testing.runner").DurableFunctionTestRunner
    with runner(handler=functions()[name], poll_interval=0.001, execution_timeout=400 * 86_400) as opened:
        found = opened.run(input=json.dumps(given))
    assert found.status.name == "SUCCEEDED", found
    return json.loads(found.result)


def steps(count: int) -> float:
    began = perf_counter()
    for _ in range(0, count, 10):
        assert ran("sequence", ORDER) == ORDER
    return perf_counter() - began


def items(count: int) -> float:
    began = perf_counter()
    counted(ran("spread", [ORDER] * count), count)
    return perf_counter() - began


def wait(count: int) -> float:
    began = perf_counter()
    for _ in range(count):
        counted(ran("month", {}), 1)
    return perf_counter() - began


def year(count: int) -> float:
    began = perf_counter()
    counted(ran("hourly", count), count)
    return perf_counter() - began


CONTESTANTS = (
    Contestant("steps", "AWS durable testing runner", steps, 10),
    Contestant("items", "AWS durable testing runner", items, 1_000),
    Contestant("wait", "AWS durable testing runner", wait, 1),
    Contestant("year", "AWS durable testing runner, of 20 waits", year, 20),
)
FIRST = {
    "10 steps": """
import json, os
from aws_durable_execution_sdk_python import durable_execution
from aws_durable_execution_sdk_python_testing.runner import DurableFunctionTestRunner

@durable_execution
def handler(order, context):
    for n in range(10):
        order = context.step(lambda _, order=order: order, name=f"s{n}")
    return order

with DurableFunctionTestRunner(handler=handler, poll_interval=0.001) as runner:
    found = runner.run(input='{"id": "1"}')
assert json.loads(found.result) == {"id": "1"}
os._exit(0)
"""
}
