"""Two orchestrations do the same if the engine says so: outcome, steps and their keys, sleeps, all in order."""

from __future__ import annotations

from typing import Any

from cloudless.ir import Orchestration
from cloudless.ir.expression import Const, Setting
from cloudless.node import replace
from cloudless.passes.lowering import JSONATA, NATIVE, WORKFLOWS, Capabilities
from cloudless.passes.lowering.capabilities import APPEND, EAGER, LOWERED, SIMPLE, TOP, WHOLE
from cloudless.passes.tree import renamed, with_blocks, with_operands
from tests.unit.engine.virtual import execute

TABLES = [
    NATIVE,
    JSONATA,
    WORKFLOWS,
    Capabilities(
        name="nothing",
        rules=dict.fromkeys(("Map", "Fold", "TextCall:join", "And", "Or", "Choose"), LOWERED)
        | dict.fromkeys(("Record", "Dict", "List", "NewError", "Const:data"), TOP)
        | {"Concat": APPEND, "Dict:computed": WHOLE, "Arithmetic": SIMPLE, "Equal": SIMPLE, "Text": SIMPLE},
        most=128,
    ),
    Capabilities(name="short", most=96),
    Capabilities(name="eager", rules={"And": EAGER, "Or": EAGER, "Choose": EAGER, "Record": TOP, "List": TOP}),
    Capabilities(name="containers", rules={"Dict": TOP, "Dict:computed": WHOLE, "List": TOP, "Fold": LOWERED}),
]
"""Those that there are, and some that are hard in other ways."""


def outcome(orchestration: Orchestration, arguments: dict[str, Any]) -> Any:
    """What the engine makes of it, and what it asks for."""
    return execute(
        settled(orchestration),
        functions={"echo": _echo, "queue:orders": _sent},
        events=((1, "news", "came"),),
        **arguments,
    )


def _echo(value: Any) -> Any:
    return value


def _sent(**_: Any) -> str:
    return "m1"


def settled(orchestration: Orchestration) -> Orchestration:
    """With 7 in the place of every setting."""

    def body(block: Any) -> Any:
        return tuple([with_blocks(with_operands(one, lambda part: renamed(part, put)), body) for one in block])

    def put(one: Any) -> Any:
        return Const(7, one.type) if type(one) is Setting else None

    return replace(orchestration, body=body(orchestration.body))
