"""Messages to Service Bus through a sender that is open, against Microsoft's client by hand, on our broker."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender
from azure.servicebus.exceptions import MessageSizeExceededError

from cloudless import App
from cloudless.driver.current import leave, use
from cloudless_azure.clients.cloud import AzureCloud
from providers.azure.tests.servicebus import Broker
from tests.benchmarks.order import ORDER
from tests.benchmarks.rounds import compare, table
from tests.benchmarks.row import Table

SINGLE = 500
MANY = 10_000
GOAL = 1 / 0.95
QUEUE = "orders"
NOTE = "× Microsoft's client by hand; both send to our broker, in a process of its own"

app = App("bench")
orders = app.queue(QUEUE, dict[str, Any])
BODIES = [ORDER] * MANY


def serve(link: Connection) -> None:
    """A broker in a process of its own, so that both sides have a processor; empties its queue whenever told."""
    with Broker.running() as broker:
        broker.add_queue(QUEUE)
        link.send(broker.connection_string)
        while link.recv():
            found = len(broker.stored(QUEUE))
            broker.on_queue(QUEUE, lambda queue: queue.clear())
            link.send(found)


@contextmanager
def broker() -> Generator[Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield ours
    finally:
        ours.send(False)
        process.join()


def by_hand(sender: ServiceBusSender) -> None:
    for _ in range(SINGLE):
        sender.send_messages(ServiceBusMessage(json.dumps(ORDER)))


def batches_by_hand(sender: ServiceBusSender) -> None:
    """As Microsoft's samples do it."""
    batch = sender.create_message_batch()
    for body in BODIES:
        message = ServiceBusMessage(json.dumps(body))
        try:
            batch.add_message(message)
        except MessageSizeExceededError:
            sender.send_messages(batch)
            batch = sender.create_message_batch()
            batch.add_message(message)
    sender.send_messages(batch)


def ours() -> None:
    for _ in range(SINGLE):
        orders.send(ORDER)


def batches_of_ours() -> None:
    orders.send_all(BODIES)


def timed(link: Connection, run: Callable[[], None], count: int) -> float:
    """Seconds a message; the queue has them all, and is empty after it."""
    began = perf_counter()
    run()
    took = perf_counter() - began
    link.send(True)
    assert link.recv() == count
    return took / count


def tables() -> list[Table]:
    with broker() as link:
        string = link.recv()
        os.environ["CLOUDLESS_SERVICE_BUS"] = string
        cloud = AzureCloud({"queues": {QUEUE: QUEUE}})
        token = use(cloud)
        with ServiceBusClient.from_connection_string(string) as client, client.get_queue_sender(QUEUE) as sender:
            single, many = partial(timed, link, count=SINGLE), partial(timed, link, count=MANY)
            singles = compare({
                "azure-servicebus": lambda: single(partial(by_hand, sender)),
                "cloudless": lambda: single(ours),
            }, rounds=25, budget_s=12)  # fmt: skip
            batches = compare({
                "azure-servicebus, batches by hand": lambda: many(partial(batches_by_hand, sender)),
                "cloudless": lambda: many(batches_of_ours),
            }, rounds=5, budget_s=12)  # fmt: skip
        leave(token)
        cloud.close()
    goals = {"cloudless": GOAL}
    return [
        table("Sent to Service Bus, sender open, a message", singles, goals, note=NOTE),
        table(f"{MANY:,} messages to Service Bus, a message", batches, goals, note=NOTE),
    ]
