"""Messages to Google's Pub/Sub emulator: one by one, and 10,000, against the official publisher client."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import Any

from cloudless import App
from cloudless.driver.current import leave, use
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.emulators import pubsub_emulator
from tests.benchmarks.order import ORDER
from tests.benchmarks.rounds import compare, table
from tests.benchmarks.row import Table

SINGLE = 200
MANY = 10_000
GOAL = 1 / 0.9
PROJECT = "bench"
QUEUE = "orders"
NOTE = "× Google's client by hand; both send to Google's emulator"
TOPIC = f"projects/{PROJECT}/topics/{QUEUE}"

app = App("bench")
orders = app.queue(QUEUE, dict[str, Any])
BODIES = [ORDER] * MANY


def by_hand(publisher: Any) -> None:
    for _ in range(SINGLE):
        publisher.publish(TOPIC, json.dumps(ORDER).encode()).result()


def batches_by_hand(publisher: Any) -> None:
    """As Google's samples do it: futures, which are waited for at the end."""
    futures = [publisher.publish(TOPIC, json.dumps(body).encode()) for body in BODIES]
    for future in futures:
        future.result()


def ours() -> None:
    for _ in range(SINGLE):
        orders.send(ORDER)


def batches_of_ours() -> None:
    orders.send_all(BODIES)


def inside() -> GoogleCloud:
    """The stage as a function has it: over REST."""
    os.environ["K_SERVICE"] = "bench"
    cloud = GoogleCloud({"queues": {QUEUE: TOPIC}})
    opened = cloud.queues
    assert type(cloud.pubsub).__name__ == "RestPubsub", opened
    del os.environ["K_SERVICE"]
    return cloud


def on(cloud: GoogleCloud, run: Callable[[], None]) -> None:
    """Send by that stage."""
    token = use(cloud)
    run()
    leave(token)


def timed(run: Any, count: int) -> float:
    """Seconds a message."""
    began = perf_counter()
    run()
    return (perf_counter() - began) / count


def publisher(most: int) -> Any:
    """The official client. most: messages of a batch."""
    sdk: Any = import_module("google.cloud.pubsub_v1")
    return sdk.PublisherClient(sdk.types.BatchSettings(max_messages=most, max_latency=0.01))


def tables() -> list[Table]:
    with pubsub_emulator() as host:
        os.environ["PUBSUB_EMULATOR_HOST"] = host
        single, batching, largest = publisher(1), publisher(100), publisher(1_000)
        single.create_topic(name=TOPIC)
        cloud, function = GoogleCloud({"queues": {QUEUE: TOPIC}}), inside()
        one, many = partial(timed, count=SINGLE), partial(timed, count=MANY)
        singles = compare({
            "google-cloud-pubsub, publish().result()": lambda: one(partial(by_hand, single)),
            "cloudless": lambda: one(partial(on, cloud, ours)),
            "cloudless, over REST as in functions": lambda: one(partial(on, function, ours)),
        }, rounds=9, budget_s=12)  # fmt: skip
        batches = compare({
            "google-cloud-pubsub, its batches": lambda: many(partial(batches_by_hand, batching)),
            "google-cloud-pubsub, batches of 1,000": lambda: many(partial(batches_by_hand, largest)),
            "cloudless": lambda: many(partial(on, cloud, batches_of_ours)),
            "cloudless, over REST as in functions": lambda: many(partial(on, function, batches_of_ours)),
        }, rounds=5, budget_s=10)  # fmt: skip
        cloud.close()
        function.close()
        for client in (single, batching, largest):
            client.stop()
    goals = {"cloudless": GOAL}
    return [
        table("Sent to Pub/Sub, client open, a message", singles, goals, note=NOTE),
        table(f"{MANY:,} messages to Pub/Sub, a message", batches, goals, note=NOTE, references=2),
    ]
