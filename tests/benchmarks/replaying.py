"""Durable replay: the engine behind one orchestrator, over generators written by hand, on the same stand-in host.

Needs azure-functions-durable. CPU time: nothing waits here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from time import process_time
from typing import Any

from cloudless.ir.expression import Var
from cloudless.ir.statement import For, Range, Return
from providers.azure.tests.durable.executions import Executions
from providers.azure.tests.durable.host import Host, plain, replayed
from providers.azure.tests.durable.programs import Plain, call, const, fan_out, program
from tests.benchmarks.rounds import compare, table
from tests.benchmarks.row import Table

STEPS = 10
ITEMS = 50
MANY = 1_000
NOTE = "CPU; × a generator by hand on the same host"

SEQUENCE = program(
    For("loop", "i", Range(const(0), const(STEPS), 1), (call("n", "add", n=Var("n")),)), Return(Var("n")), calls=["add"]
)
WIDE = program(fan_out("found", Var("items"), "add"), Return(Var("found")), calls=["add"])


def sequence(context: Any) -> Generator[Any, Any, Any]:
    n = context.get_input(expected_type=int)
    for _ in range(STEPS):
        n = yield context.call_activity("add", {"n": n}, expected_type=int)
    return n


def wide(context: Any) -> Generator[Any, Any, Any]:
    items = context.get_input(expected_type=list)
    return (yield context.task_all([context.call_activity("add", {"n": n}, expected_type=int) for n in items]))


Takes = Callable[[int], float]
"""Seconds that the step of an item takes."""


def at_once(n: int) -> float:
    return 0


def in_turn(n: int) -> float:
    return n


def in_ten_groups(n: int) -> float:
    return n % 10


def by_hand(orchestrator: Callable[[Any], Generator[Any, Any, Any]], input: Any, takes: Takes = at_once) -> Any:
    """What a generator comes to."""
    host = Host(
        {"main": replayed(orchestrator)},
        {"add": plain(lambda given: given["n"] + 1)},
        latency=lambda name, given: takes(given["n"]),
    )
    instance = host.start("main", input, "one")
    host.run()
    return instance.output


def engine(definition: Plain, arguments: Plain, takes: Takes = at_once) -> Any:
    """What a definition comes to."""
    executions = Executions(
        lambda request: json.dumps({"v": request["args"]["n"] + 1}),
        latency=lambda request: takes(request["args"]["n"]),
    )
    executions.start(definition, arguments)
    executions.host.run()
    return (executions.outcome() or {})["v"]


def _seconds(run: Callable[[], Any], expected: Any, units: int) -> Callable[[], float]:
    def once() -> float:
        began = process_time()
        found = run()
        took = process_time() - began
        assert found == expected
        return took / units

    return once


def tables() -> list[Table]:
    figures = compare({
        "by hand": _seconds(lambda: by_hand(sequence, 0), STEPS, STEPS),
        "the engine": _seconds(lambda: engine(SEQUENCE, {"n": 0}), STEPS, STEPS),
    })  # fmt: skip
    sequences = table(f"Durable replay: {STEPS} steps in sequence, a step", figures, {"the engine": 2}, note=NOTE)
    return [sequences, fan_outs("at the same time", at_once), fan_outs("one after the other", in_turn), growth()]


def fan_outs(how: str, takes: Takes) -> Table:
    """The same fan-out by hand and by the engine."""
    items = list(range(ITEMS))
    after = [n + 1 for n in items]
    figures = compare({
        "by hand": _seconds(lambda: by_hand(wide, items, takes), after, ITEMS),
        "the engine": _seconds(lambda: engine(WIDE, {"items": items}, takes), after, ITEMS),
    })  # fmt: skip
    title = f"Durable replay: fan_out over {ITEMS} items that end {how}, an item"
    return table(title, figures, {"the engine": 2}, note=NOTE)


def growth() -> Table:
    """A fan_out over many items, over two over half of them: what is divided does not grow with the square."""
    half, whole = list(range(MANY // 2)), list(range(MANY))
    after_half, after_whole = [n + 1 for n in half], [n + 1 for n in whole]
    two, one = f"two over {len(half):,}", f"one over {MANY:,}"
    figures = compare({
        two: _seconds(lambda: [engine(WIDE, {"items": half}, in_ten_groups) for _ in range(2)], [after_half] * 2, MANY),
        one: _seconds(lambda: engine(WIDE, {"items": whole}, in_ten_groups), after_whole, MANY),
    }, rounds=3)  # fmt: skip
    return table("Durable replay: large fan_outs, an item", figures, {one: 2.5}, note=f"CPU; × {two}", references=0)
