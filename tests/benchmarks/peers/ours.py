"""Cloudless itself: what it takes part in, with the goals that it is held to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import FEW, MANY, ORDER, RECORDS, TEXT, Context, http_event, sqs_event
from tests.benchmarks.peers import Contestant, Peer, counted
from tests.benchmarks.peers.references import SUBSCRIBERS
from tests.benchmarks.row import OURS, VALUE, Goal

PEER = Peer(
    name="ours",
    requirements=("cloudless-sdk",),
    link="",
    used="all semantics on: at least once, locks, permissions, limits, traces, virtual time",
    more="",
    less="",
)
DAY = timedelta(days=1)
SYSTEM = (
    '{"id":"0123456789abcdef0123456789abcdef","attempt":1,"sent":1767355200.25,'
    '"traceparent":"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01","correlation":"c"}'
)


def simulated(app: Any, **options: Any) -> Any:
    return import_module("cloudless.testing").simulate(app, **options)


def program(name: str) -> Any:
    """A module with an app."""
    return import_module(f"tests.benchmarks.{name}")


# --- messages ------------------------------------------------------------------------------------------------


def sent(queue: str, body: Any, count: int) -> float:
    shop = program("messaging")
    target = getattr(shop, queue)
    shop.handled[0] = 0
    with simulated(shop.app) as cloud:
        began = perf_counter()
        for _ in range(count):
            target.send(body)
        cloud.run()
        took = perf_counter() - began
    counted(shop.handled[0], count)
    return took


def queue(count: int) -> float:
    return sent("orders", ORDER, count)


def typed_queue(count: int) -> float:
    return sent("typed", program("order").Order(**ORDER), count)


def fan_out(count: int) -> float:
    shop, messages = program("messaging"), count // SUBSCRIBERS
    shop.handled[0] = 0
    with simulated(shop.app) as cloud:
        began = perf_counter()
        for _ in range(messages):
            shop.placed.publish(ORDER)
        cloud.run()
        took = perf_counter() - began
    counted(shop.handled[0], messages * SUBSCRIBERS)
    return took


# --- orchestrations ------------------------------------------------------------------------------------------


def steps(count: int) -> float:
    shop = program("orchestrating")
    with simulated(shop.app, history=10 * count) as cloud:
        began = perf_counter()
        for _ in range(0, count, 10):
            shop.sequence.start(ORDER)
            cloud.run()
        took = perf_counter() - began
        assert {one.status() for one in cloud.executions(shop.sequence)} == {"completed"}
    return took


def items(count: int) -> float:
    shop = program("orchestrating")
    with simulated(shop.app, history=10 * count) as cloud:
        execution = shop.spread.start([ORDER] * count)
        began = perf_counter()
        cloud.run()
        took = perf_counter() - began
        counted(execution.result(), count)
    return took


def wait(count: int) -> float:
    """From the start to the end of an execution that sleeps for 30 days."""
    shop, took = program("orchestrating"), 0.0
    with simulated(shop.app) as cloud:
        for turn in range(count + 1):
            began = perf_counter()
            execution = shop.month.start()
            cloud.advance(31 * DAY)
            took += perf_counter() - began if turn else 0.0  # the first one compiles
            assert execution.status() == "completed"
    return took


def sleeps(count: int) -> float:
    """An execution that sleeps for an hour, so many times."""
    shop = program("orchestrating")
    with simulated(shop.app) as cloud:
        execution = shop.hourly.start(count)
        began = perf_counter()
        cloud.advance(timedelta(hours=count + 1))
        took = perf_counter() - began
        assert execution.status() == "completed"
    return took


def schedule(count: int) -> float:
    """A schedule that calls a handler every hour."""
    shop = program("virtual_time")
    shop.ran[0] = 0
    with simulated(shop.app) as cloud:
        began = perf_counter()
        cloud.advance(timedelta(hours=count))
        took = perf_counter() - began
    counted(shop.ran[0], count)
    return took


def delay(count: int) -> float:
    """A message that is delayed by 30 days, from send to handled."""
    shop, took = program("virtual_time"), 0.0
    with simulated(shop.delays) as cloud:
        shop.ran[0] = 0
        for _ in range(count):
            began = perf_counter()
            shop.delayed.send({"n": 1}, delay=30 * DAY)
            cloud.advance(30 * DAY)
            took += perf_counter() - began
    counted(shop.ran[0], count)
    return took


# --- Lambda's events -----------------------------------------------------------------------------------------


@cache
def handlers() -> Mapping[str, Callable[[Any, Any], Any]]:
    """What Lambda calls, of warm.py: as a build generates it."""
    runtime: Any = import_module("cloudless_aws.runtime.queue")
    cloud = import_module("cloudless_aws.clients.cloud").AwsCloud({})
    import_module("cloudless.driver.current").serve_from(cloud)
    made = _package("tests.benchmarks.warm")
    consumers = {name: runtime.consumer(_facts(made, f"on_{name}"), cloud) for name in ("take", "take_typed")}
    create = import_module("cloudless_aws.runtime.http").endpoint(_facts(made, "http_create"), cloud)
    return {**consumers, "create": create}


def _package(module: str) -> Any:
    compile_app = import_module("cloudless.frontend").compile
    definitions = import_module("cloudless.compiler").Definitions()
    stage = import_module("cloudless.config.stage").Stage.model_validate(
        {"name": "prod", "provider": "aws", "region": "eu-central-1", "python": "3.12"}
    )
    app = compile_app(import_module(module).app, entry=f"{module}:app")
    ground = import_module("cloudless_aws.compile.ground").Ground(stage, app, definitions)
    return import_module("cloudless_aws.compile.package").package(ground)


def _facts(made: Any, module: str) -> Any:
    return json.loads(made.files[f"cloudless_entry/{module}.json"])["facts"]


def batches(name: str, event: Any, count: int) -> float:
    handler, handled = handlers()[name], program("warm").handled
    handled[0] = 0
    began = perf_counter()
    for _ in range(0, count, 10):
        handler(event, Context)
    took = perf_counter() - began
    counted(handled[0], -(-count // 10) * 10)
    return took


def batch(count: int) -> float:
    return batches("take", RECORDS, count)


def typed_batch(count: int) -> float:
    return batches("take_typed", RECORDS, count)


def own_batch(count: int) -> float:
    """Messages that a program of ours has sent: they carry a trace."""
    return batches("take", sqs_event(10, {"cloudless": {"stringValue": SYSTEM, "dataType": "String"}}), count)


def requested(headers: dict[str, str], count: int) -> float:
    handler, event = handlers()["create"], http_event(headers)
    assert json.loads(handler(event, Context)["body"]) == {"id": 7, "count": 3}
    began = perf_counter()
    for _ in range(count):
        handler(event, Context)
    return perf_counter() - began


def request(count: int) -> float:
    return requested(FEW, count)


def full_request(count: int) -> float:
    return requested(MANY, count)


def client(count: int) -> float:
    """The same endpoint in a test."""
    headers = {"content-type": "application/json"}
    with simulated(program("warm").app) as cloud:
        assert cloud.http.post("/orders/7", body=TEXT, headers=headers).json() == {"id": 7, "count": 3}
        began = perf_counter()
        for _ in range(count):
            cloud.http.post("/orders/7", body=TEXT, headers=headers)
        return perf_counter() - began


def few() -> float:
    """A message where 1,000 wait."""
    return queue(1_000) / 1_000


def _own(contest: str, name: str, run: Callable[[int], float], units: int, goal: Goal | None = None) -> Contestant:
    return Contestant(contest, f"cloudless, {name}", run, units, goal, OURS)


CONTESTANTS = (
    _own("queue", "dict body", queue, 10_000, Goal(1.8)),
    _own("queue", "pydantic body", typed_queue, 10_000, Goal(2.3)),
    _own("fan_out", "dict body", fan_out, 10_000, Goal(1.6)),
    _own("backlog", "10,000 over 1,000", queue, 10_000)._replace(reference=few),
    _own("backlog", "100,000 over 1,000", queue, 100_000, Goal(1.3))._replace(reference=few),
    _own("steps", "10 steps, journaled", steps, 1_000, Goal(2.5)),
    _own("items", "fan_out, 10 at a time", items, 1_000, Goal(3)),
    _own("wait", "an execution that sleeps", wait, 20, Goal(0.05, VALUE)),
    _own("wait", "a delayed message", delay, 20, Goal(0.05, VALUE)),
    _own("year", "an execution that sleeps", sleeps, 8_760, Goal(0.1, VALUE)),
    _own("year", "a schedule that calls a handler", schedule, 8_760, Goal(0.1, VALUE)),
    _own("batch", "dict body", batch, 5_000, Goal(1.8)),
    _own("batch", "dict body, sent by us", own_batch, 5_000, Goal(1.8)),
    _own("batch", "pydantic body", typed_batch, 5_000, Goal(2.0)),
    _own("request", "pydantic body", request, 2_000, Goal(2.5)),
    _own("request", "pydantic body, 10 headers", full_request, 2_000),
    _own("client", "cloud.http", client, 2_000, Goal(40, VALUE)),
)
FIRST = {
    "a message, dicts": """
from cloudless import App
from cloudless.testing import simulate

app = App("first")
orders = app.queue("orders", dict)

@orders.consumer
def take(order: dict) -> None: ...

with simulate(app) as cloud:
    orders.send({"id": "1"})
    cloud.run()
    assert len(cloud.calls(take)) == 1
""",
    "a message, pydantic": """
from pydantic import BaseModel
from cloudless import App
from cloudless.testing import simulate

class Order(BaseModel):
    id: str

app = App("first")
orders = app.queue("orders", Order)

@orders.consumer
def take(order: Order) -> None: ...

with simulate(app) as cloud:
    orders.send(Order(id="1"))
    cloud.run()
    assert len(cloud.calls(take)) == 1
""",
    "a request": """
from cloudless import App
from cloudless.testing import simulate

app = App("first")

@app.post("/orders", public=True)
def create(order: dict) -> dict:
    return order

with simulate(app) as cloud:
    assert cloud.http.post("/orders", json={"id": "1"}).json() == {"id": "1"}
""",
    "10 steps": """
from cloudless import App
from cloudless.testing import simulate

app = App("first")

@app.function
def act(order: dict) -> dict:
    return order

@app.orchestration
def sequence(order: dict) -> dict:
    for _ in range(10):
        order = act(order)
    return order

with simulate(app) as cloud:
    execution = sequence.start({"id": "1"})
    cloud.run()
    assert execution.result() == {"id": "1"}
""",
}
