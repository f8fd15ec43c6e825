"""DBOS: durable workflows on a database; here on SQLite, in a file."""

from __future__ import annotations

import tempfile
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted

PEER = Peer(
    name="dbos",
    requirements=("dbos==3.4.0",),
    link="https://docs.dbos.dev/python/tutorials/testing",
    used="workflows and steps on SQLite, without its admin server; the map is a loop over 200 steps",
    more="what it ran is on disk, and survives the process",
    less="sleeps are real: no wait of 30 days, no year",
)


def act(order: Any) -> Any:
    return order


@cache
def launched() -> tuple[Any, Any, Any]:
    """DBOS, the sequence, and the map."""
    library: Any = import_module("dbos").DBOS
    path = tempfile.mkdtemp(prefix="bench-dbos-")
    library(config={
        "name": "bench", "system_database_url": f"sqlite:///{path}/s.db", "run_admin_server": False,
        "log_level": "CRITICAL",
    })  # fmt: skip
    step = library.step()(act)

    def sequence(order: Any) -> Any:
        for _ in range(10):
            order = step(order)
        return order

    def spread(orders: Any) -> Any:
        return len([step(order) for order in orders])

    made = library, library.workflow()(sequence), library.workflow()(spread)
    library.launch()
    return made


def steps(count: int) -> float:
    _, sequence, _ = launched()
    began = perf_counter()
    for _ in range(0, count, 10):
        assert sequence(ORDER) == ORDER
    return perf_counter() - began


def items(count: int) -> float:
    *_, spread = launched()
    began = perf_counter()
    counted(spread([ORDER] * count), count)
    return perf_counter() - began


def close() -> None:
    if launched.cache_info().currsize:
        launched()[0].destroy()


CONTESTANTS = (
    Contestant("steps", "DBOS on SQLite", steps, 50),
    Contestant("items", "DBOS on SQLite, a loop over 200", items, 200),
)
FIRST = {
    "10 steps": """
import os, tempfile
from dbos import DBOS

folder = tempfile.mkdtemp(prefix="bench-dbos-")
DBOS(config={
    "name": "bench", "system_database_url": f"sqlite:///{folder}/s.db", "run_admin_server": False,
    "log_level": "CRITICAL",
})

@DBOS.step()
def act(order):
    return order

@DBOS.workflow()
def sequence(order):
    for _ in range(10):
        order = act(order)
    return order

DBOS.launch()
assert sequence({"id": "1"}) == {"id": "1"}
os._exit(0)
"""
}
IMPORTS = {
    "DBOS": ("from dbos import DBOS", 0),
}
"""Statements of a cold start, and the number of the requirement that they import."""
