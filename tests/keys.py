"""Keys of steps, as the engine makes them: of a program with loops, branches, and orchestrations that call others."""

from __future__ import annotations

from typing import Any

from cloudless.engine import Definition, Scheduler
from cloudless.engine.effect import Step

PROGRAM = """
from cloudless import App, fan_out, gather
app = App("shop")
orders = app.queue("orders", dict)
@app.function
def step(n: int) -> int: ...
@app.function
def other(n: int) -> int: ...
@app.pure
def best(ns: list[int]) -> int: return max(ns)
@app.orchestration
def inner(n: int, more: int = 2) -> int:
    for i in range(more):
        step(i)
    return step(n)
@app.orchestration
def two(n: int) -> int:
    a, b = gather(step(n), other(n))
    return inner(a, b)
@app.orchestration
def main(ns: list[int]) -> int:
    step(0)
    for n in ns:
        if n == 1:
            continue
        count = 0
        while count < 2:
            inner(n)
            count = count + 1
        gather(two(n), step(n))
    gather(two(4))
    fan_out((two(n) for n in ns), max_concurrency=2)
    orders.send({"n": 1})
    return best(ns)
"""
NUMBERS = [3, 1, 2]
LEAST = 30
"""How many steps it takes at least, where each comes to 1."""


class Noting:
    """A host that answers at once, and notes what it is asked for."""

    portion_size = 0
    entropy = ""

    def __init__(self) -> None:
        self.keys: list[tuple[str, str]] = []
        self.asked: list[int] = []

    def now(self) -> str:
        return ""

    def call(self, handle: int, step: Step, attempt: int) -> None:
        self.keys.append((step.key, step.id))
        self.asked.append(handle)

    def timer(self, handle: int, seconds: float, kind: str, id: str) -> None:
        raise NotImplementedError

    def cancel(self, handle: int) -> None:
        raise NotImplementedError


def engine_keys(definition: Any, execution: str) -> list[tuple[str, str]]:
    """Key and id of each step, where each comes to 1. definition: of PROGRAM."""
    host = Noting()
    scheduler = Scheduler(Definition(definition), execution, host)
    scheduler.start({"ns": NUMBERS})
    while host.asked:
        scheduler.complete(host.asked.pop(0), {"v": 1})
    assert scheduler.outcome == {"v": 1}
    return host.keys
