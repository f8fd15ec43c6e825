"""How many examples a second `explore` runs on examples/02-orders, and a million deliveries with faults on."""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from cloudless import App, Retry
from cloudless.testing import Faults, Simulation, explore, simulate
from tests.benchmarks.row import VALUE, Goal, Table
from tests.benchmarks.soak import one, peak_mb
from tests.documents.applications import forgotten

EXAMPLES = 500
ORDERS = Path(__file__).parents[2] / "examples" / "02-orders"
TOTAL = 500_000
CHUNK = 10_000
EVERYTHING = Faults(duplicate=0.05, reorder=0.05, delay=0.05, crash=0.05, throttle=0.05, slow=0.01)

app = App("attacked")
numbers = app.queue("numbers", dict[str, int], retry=Retry(attempts=8))
copies = app.queue("copies", dict[str, int], retry=Retry(attempts=8))
seen: dict[str, set[int]] = {"taken": set(), "copied": set()}


@numbers.consumer
def take(body: dict[str, int]) -> None:
    copies.send(body)
    seen["taken"].add(body["n"])


@copies.consumer
def copy(body: dict[str, int]) -> None:
    seen["copied"].add(body["n"])


def tables() -> list[Table]:
    rate = one("explore on examples/02-orders, examples a second", _examples_a_second(), Goal(200, VALUE, least=True))
    first, deliveries, took_s = _soak(TOTAL // 2)
    middle = peak_mb()
    second, more, again_s = _soak(TOTAL // 2)
    rows = (
        one("deliveries, none of them lost", deliveries + more),
        one("seconds", took_s + again_s),
        one("seeds that gave another trace at the second time", int(first != second), Goal(0, VALUE)),
        one("MB of memory that the second time added", peak_mb() - middle, Goal(20, VALUE)),
    )
    return [
        Table("Faults, searched", "", (rate,)),
        Table(f"{TOTAL // 2:,} messages through two queues, with all faults on, twice", "", rows),
    ]


def _examples_a_second() -> float:
    with forgotten(ORDERS):
        shop: Any = import_module("app")

        def test(cloud: Simulation) -> None:
            order = shop.Order(id="1", region=shop.Region.EU, items=["book"], total=9.5)
            shop.orders.send_all([order, order.model_copy(update={"id": "2"})])
            cloud.run()

        began = perf_counter()
        explore(shop.app, examples=EXAMPLES)(test)()
        return EXAMPLES / (perf_counter() - began)


def _soak(total: int) -> tuple[str, int, float]:
    """A digest of the trace, how many deliveries there were, and how long they took; asserts that nothing is lost."""
    digest, began = sha256(), perf_counter()
    for numbers_seen in seen.values():
        numbers_seen.clear()
    with simulate(app, seed=1, faults=EVERYTHING, history=1_000) as cloud:
        for first in range(0, total, CHUNK):
            numbers.send_all([{"n": n} for n in range(first, first + CHUNK)])
            cloud.run()
            digest.update(f"{cloud.now} {cloud.cloud.world.delivered}".encode())
        dead = {letter.body["n"] for source in (numbers, copies) for letter in cloud.dead_letters(source)}
        assert seen["copied"] | dead == set(range(total)), "messages were lost"
        return digest.hexdigest(), cloud.cloud.world.delivered, perf_counter() - began
