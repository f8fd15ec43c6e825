"""Messages to SQS through an open client, against boto3 by hand, on ministack."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import boto3

from cloudless import App
from cloudless.driver.current import leave, use
from cloudless_aws.clients.cloud import AwsCloud
from providers.aws.tests.emulators import ACCOUNT, REGION, environment, ministack
from tests.benchmarks.order import ORDER
from tests.benchmarks.rounds import compare, table
from tests.benchmarks.row import Table

SINGLE = 100
MANY = 10_000
REQUEST_MAX = 10
GOAL = 1 / 0.95
QUEUE = "orders"
NOTE = "× boto3 by hand; both send to ministack"

app = App("bench")
orders = app.queue(QUEUE, dict[str, Any])
BODIES = [ORDER] * MANY


def by_hand(sqs: Any, url: str) -> None:
    for _ in range(SINGLE):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(ORDER))


def batches_by_hand(sqs: Any, url: str) -> None:
    """As AWS's samples do it."""
    for start in range(0, MANY, REQUEST_MAX):
        some = BODIES[start : start + REQUEST_MAX]
        entries = [{"Id": str(at), "MessageBody": json.dumps(body)} for at, body in enumerate(some)]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        assert not answer.get("Failed")


def ours() -> None:
    for _ in range(SINGLE):
        orders.send(ORDER)


def batches_of_ours() -> None:
    orders.send_all(BODIES)


def timed(sqs: Any, url: str, run: Callable[[], None], count: int) -> float:
    """Seconds a message; the queue has them all, and is empty after it."""
    began = perf_counter()
    run()
    took = perf_counter() - began
    name = "ApproximateNumberOfMessages"
    assert int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]) == count
    sqs.purge_queue(QueueUrl=url)
    return took / count


def tables() -> list[Table]:
    with ministack() as server:
        os.environ.update(environment(server, server))
        sqs: Any = boto3.client("sqs")
        url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        cloud = AwsCloud({"region": REGION, "account": ACCOUNT, "queues": {QUEUE: QUEUE}})
        token = use(cloud)
        single, many = partial(timed, sqs, url, count=SINGLE), partial(timed, sqs, url, count=MANY)
        singles = compare({
            "boto3": lambda: single(partial(by_hand, sqs, url)),
            "cloudless": lambda: single(ours),
        }, rounds=25, budget_s=12)  # fmt: skip
        batches = compare({
            "boto3, batches by hand": lambda: many(partial(batches_by_hand, sqs, url)),
            "cloudless": lambda: many(batches_of_ours),
        }, rounds=3)  # fmt: skip
        leave(token)
        cloud.close()
        sqs.close()
    goals = {"cloudless": GOAL}
    return [
        table("Sent to SQS, client open, a message", singles, goals, note=NOTE),
        table(f"{MANY:,} messages to SQS, a message", batches, goals, note=NOTE),
    ]
