"""Orchestrations: steps in sequence, a fan-out, waits, and compiling."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import count as numbers
from time import perf_counter
from typing import Any

from cloudless import App, fan_out, sleep
from cloudless.frontend import compile as compile_app
from cloudless.ir import Application
from tests.benchmarks.peers.parent import contest
from tests.benchmarks.rounds import compare
from tests.benchmarks.row import OURS, RATIO, VALUE, Goal, Table

PEERS = ("moto", "durabletask", "awsdurable", "dbos", "temporal")
HOURS = 8_760
SIZES = (100, 300, 1_000)
COMPILED = "× plain calls, with a JSON round trip of each input and each output"

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
turns = numbers()


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
    name = f"<benchmark {next(turns)}>"
    text = program(statements) + f"# {name}\n"
    space: dict[str, Any] = {"__name__": "benchmark"}
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), space)
    began = perf_counter()
    compiled: Application = compile_app(space["app"])
    took = perf_counter() - began
    assert compiled.orchestrations[0].name == "big"
    return took


def tables() -> Iterator[Table]:
    yield Table("10 steps in sequence, a step", "µs", tuple(contest("steps", PEERS, unit="µs")), COMPILED)
    yield Table(
        "A map over 1,000 items with fan-in, an item",
        "µs",
        tuple(contest("items", PEERS, unit="µs", rounds=5)),
        COMPILED,
    )
    yield Table("A wait of 30 days", "ms", tuple(contest("wait", ("awsdurable", "temporal"), unit="ms", rounds=9)))
    yield Table(
        "A year of hourly timers",
        "s",
        tuple(contest("year", ("awsdurable", "temporal"), unit="s", scale=HOURS, rounds=5)),
        "× a heap of timers, and an event as JSON for each",
    )
    yield compiled()


def compiled() -> Table:
    """Source to checked IR."""
    found = compare({f"{size:,} statements": partial(compiling, size) for size in SIZES}, rounds=5)
    goals = {"100 statements": Goal(25, VALUE), "1,000 statements": Goal(10, RATIO)}
    rows = tuple(one.row(name, OURS, "ms", goals.get(name)) for name, one in found.items())
    return Table("Source to checked IR, an orchestration", "ms", rows, "× 100 statements")
