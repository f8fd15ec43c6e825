"""How many examples a second `explore` runs on examples/02-orders, and a million deliveries with faults."""

from __future__ import annotations

import resource
import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from cloudless import App, Retry
from cloudless.testing import Faults, Simulation, explore, simulate

EXAMPLES = 500
ORDERS = Path(__file__).parents[2] / "examples" / "02-orders"
TOTAL = 1_000_000
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


def main() -> None:
    print("\nadversity")
    print(f"  explore on 02-orders {_examples_a_second():>30.0f} examples/s   goal ≥ 200")
    first, deliveries, took = _soak(TOTAL // 2)
    print(
        f"  {deliveries:,} deliveries with all faults on: {took:.1f} s, lost nothing, peak {_peak_mb():.0f} MB",
        end="; ",
    )
    second, _, _ = _soak(TOTAL // 2)
    print(f"again: peak {_peak_mb():.0f} MB, {'the same trace' if first == second else 'ANOTHER TRACE'}")


def _examples_a_second() -> float:
    sys.path.insert(0, str(ORDERS))
    shop: Any = import_module("app")
    sys.path.remove(str(ORDERS))

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


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
