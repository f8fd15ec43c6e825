"""What each contest is held against: the least work that nobody can do without, by the standard library alone.

Each function runs once and returns seconds a unit. They run in every peer's own Python, right before the peer.
"""

from __future__ import annotations

import heapq
import json
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER, RECORDS, REQUEST

SUBSCRIBERS = 10
HOURS = 8_760


def queue(count: int = 5_000) -> float:
    """One deque, one json.dumps and one json.loads a message."""
    waiting: deque[str] = deque()
    began = perf_counter()
    for _ in range(count):
        waiting.append(json.dumps(ORDER))
    done = 0
    while waiting:
        done += json.loads(waiting.popleft())["n"]
    assert done == count
    return (perf_counter() - began) / count


def fan_out(count: int = 1_000) -> float:
    """Ten deques, one json.dumps a message and one json.loads a delivery."""
    waiting: list[deque[str]] = [deque() for _ in range(SUBSCRIBERS)]
    began = perf_counter()
    for _ in range(count):
        text = json.dumps(ORDER)
        for one in waiting:
            one.append(text)
    done = 0
    for one in waiting:
        while one:
            done += json.loads(one.popleft())["n"]
    assert done == count * SUBSCRIBERS
    return (perf_counter() - began) / done


def steps(count: int = 1_000) -> float:
    """Plain calls, with a JSON round trip of each input and each output."""
    order: Any = ORDER
    began = perf_counter()
    for _ in range(count):
        order = json.loads(json.dumps(_step(json.loads(json.dumps(order)))))
    return (perf_counter() - began) / count


def _step(order: Any) -> Any:
    return order


def hours() -> float:
    """A heap of timers, and an event as JSON for each."""
    fired, heap = 0, [(3_600, 0)]
    began = perf_counter()
    while heap:
        at, _ = heapq.heappop(heap)
        fired += json.loads(json.dumps({"time": at, "schedule": "hourly"}))["schedule"] == "hourly"
        if fired < HOURS:
            heapq.heappush(heap, (at + 3_600, fired))
    assert fired == HOURS
    return (perf_counter() - began) / HOURS


def batch(count: int = 300) -> float:
    """A loop over the records of an event of SQS, each read by json.loads; what failed is reported."""
    handled = [0]
    began = perf_counter()
    for _ in range(count):
        failed: list[dict[str, str]] = []
        for record in RECORDS["Records"]:
            try:
                handled[0] += json.loads(record["body"])["n"]
            except Exception:  # noqa: BLE001
                failed.append({"itemIdentifier": record["messageId"]})
    took = perf_counter() - began
    assert handled[0] == count * len(RECORDS["Records"])
    return took / handled[0]


def request(count: int = 1_000) -> float:
    """A handler of API Gateway's event that reads and writes dicts."""
    answer: dict[str, Any] = {}
    began = perf_counter()
    for _ in range(count):
        order = json.loads(REQUEST["body"])
        found = {"id": int(REQUEST["pathParameters"]["id"]), "count": sum(line["qty"] for line in order["lines"])}
        answer = {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(found)}
    took = perf_counter() - began
    assert answer["body"] == '{"id": 7, "count": 3}'
    return took / count


REFERENCES: dict[str, Callable[[], float]] = {
    "queue": queue, "fan_out": fan_out, "steps": steps, "items": steps, "year": hours, "batch": batch,
    "request": request, "client": request,
}  # fmt: skip
"""By contest; a contest that has none is measured alone."""
