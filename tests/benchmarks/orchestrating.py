"""Orchestrations: steps in sequence, a fan-out, waits, and compiling.

P, the reference: plain calls, with a JSON round trip of each input and each output.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from cloudless import App, fan_out, sleep
from cloudless.frontend import compile as compile_app
from cloudless.ir import Application
from cloudless.testing import simulate
from tests.benchmarks.order import ORDER
from tests.benchmarks.rounds import Contestant, compare, show

STEPS = 10
RUNS = 200
ITEMS = 1_000

app = App("shop")


@app.function
def work(order: dict[str, Any]) -> dict[str, Any]:
    return order


@app.orchestration
def sequence(order: dict[str, Any]) -> dict[str, Any]:
    order = work(order)
    order = work(order)
    order = work(order)
    order = work(order)
    order = work(order)
    order = work(order)
    order = work(order)
    order = work(order)
    order = work(order)
    return work(order)


@app.orchestration
def spread(orders: list[dict[str, Any]]) -> int:
    done = fan_out((work(order) for order in orders), max_concurrency=10)
    return len(done)


@app.orchestration
def month() -> None:
    sleep(timedelta(days=30))


@app.orchestration
def hourly(hours: int) -> None:
    for _ in range(hours):
        sleep(timedelta(hours=1))


def plain(calls: int) -> None:
    """The reference."""
    order: Any = ORDER
    for _ in range(calls):
        order = json.loads(json.dumps(work(json.loads(json.dumps(order)))))


def plain_steps() -> float:
    """Seconds a step."""
    began = perf_counter()
    for _ in range(RUNS):
        plain(STEPS)
    return (perf_counter() - began) / RUNS / STEPS


def steps() -> float:
    """Seconds a step."""
    with simulate(app, history=10 * RUNS * STEPS) as cloud:
        began = perf_counter()
        for _ in range(RUNS):
            sequence.start(ORDER)
            cloud.run()
        took = perf_counter() - began
        assert {one.status() for one in cloud.executions(sequence)} == {"completed"}
    return took / RUNS / STEPS


def items() -> float:
    """Seconds an item."""
    with simulate(app, history=10 * ITEMS) as cloud:
        orders = [ORDER] * ITEMS
        execution = spread.start(orders)
        began = perf_counter()
        cloud.run()
        took = perf_counter() - began
        assert execution.result() == ITEMS
    return took / ITEMS


def plain_items() -> float:
    """Seconds an item."""
    began = perf_counter()
    plain(ITEMS)
    return (perf_counter() - began) / ITEMS


def thirty_days() -> float:
    """Seconds for a wait of 30 days, start to end."""
    with simulate(app) as cloud:
        month.start()  # the first one compiles
        cloud.advance(timedelta(days=31))
        began = perf_counter()
        execution = month.start()
        cloud.advance(timedelta(days=31))
        took = perf_counter() - began
        assert execution.status() == "completed"
    return took


def year() -> float:
    """Seconds for a year of hourly sleeps in one execution."""
    with simulate(app) as cloud:
        execution = hourly.start(8_760)
        began = perf_counter()
        cloud.advance(timedelta(days=366))
        took = perf_counter() - began
        assert execution.status() == "completed"
    return took


PIECE = """\
    total = total + {n}
    if total > {n} and flag:
        names.append(f"n{{total}}")
        order = work(order)
    for name in names:
        if name == "x":
            total += len(name)
"""
"""Six statements."""


def program(statements: int) -> str:
    """Source of an orchestration of about so many statements."""
    head = (
        "from typing import Any\nfrom cloudless import App\napp = App('big')\n"
        "@app.function\ndef work(order: dict[str, Any]) -> dict[str, Any]:\n    return order\n"
        "@app.orchestration\ndef big(order: dict[str, Any], flag: bool) -> int:\n"
        "    total = 0\n    names: list[str] = []\n"
    )
    return head + "".join(PIECE.format(n=n) for n in range(statements // 6)) + "    return total\n"


def compiling(statements: int) -> float:
    """Seconds from source to checked IR, of a text that was never seen before."""
    import linecache

    compiling.count = getattr(compiling, "count", 0) + 1  # type: ignore[attr-defined]
    name = f"<benchmark {compiling.count}>"  # type: ignore[attr-defined]
    text = program(statements) + f"# {name}\n"
    space: dict[str, Any] = {"__name__": "benchmark"}
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), space)
    began = perf_counter()
    compiled: Application = compile_app(space["app"])
    took = perf_counter() - began
    assert compiled.orchestrations[0].name == "big"
    return took


def main() -> None:
    sequences: dict[str, Contestant] = {"plain calls + json (P)": plain_steps, "10 steps in sequence": steps}
    show("orchestrations, seconds a step", compare(sequences), {"10 steps in sequence": 2.5})
    fans: dict[str, Contestant] = {"plain calls + json (P)": plain_items, "fan_out over 1,000, 10 at a time": items}
    show("orchestrations, seconds an item", compare(fans), {"fan_out over 1,000, 10 at a time": 3})
    print("\norchestrations, waits")
    print(f"  a wait of 30 days            {median(thirty_days() for _ in range(51)) * 1e3:>10.4f} ms   goal ≤ 0.05 ms")
    print(f"  a year of hourly sleeps      {median(year() for _ in range(5)):>10.3f} s    goal ≤ 0.1 s")
    print("\norchestrations, source to checked IR")
    for statements, goal in ((100, "   goal ≤ 25 ms"), (300, ""), (1_000, "   linear: ≤ 10 × the first")):
        took = median(map(partial(_repeated, statements), range(5)))
        print(f"  {statements:>5} statements             {took * 1e3:>10.2f} ms{goal}")


def _repeated(statements: int, _: int) -> float:
    return compiling(statements)
