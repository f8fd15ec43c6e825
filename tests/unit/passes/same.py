"""Two orchestrations do the same if the engine says so: outcome, steps and their keys, sleeps, all in order."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from cloudless.engine.expression import COMPILERS, compiled
from cloudless.ir import Orchestration
from cloudless.ir.expression import Const, Setting
from cloudless.node import replace
from cloudless.passes.lowering import NATIVE, Capabilities
from cloudless.passes.lowering.capabilities import APPEND, EAGER, LOWERED, SIMPLE, TOP, WHOLE
from cloudless.passes.tree import renamed, with_blocks, with_operands
from tests.unit.engine.virtual import execute

Evaluate = Callable[[dict[str, Any]], Any]


def workflows() -> list[Capabilities]:
    """The table of the one backend that cannot say everything."""
    if find_spec("cloudless_gcp") is None:
        return []
    from cloudless_gcp.compile.workflows.capability import WORKFLOWS

    return [WORKFLOWS]


TABLES = [
    *workflows(),
    NATIVE,
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
"""Some that are hard in several ways; that of Workflows, where Google's provider is installed."""


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


@contextmanager
def eager(capabilities: Capabilities) -> Generator[None, None, None]:
    """An engine that evaluates every operand of And, Or and Choose, where the table says that the backend may."""
    kept = dict(COMPILERS)
    for name, compile_ in _EAGER.items():
        if capabilities.rules.get(name) in {EAGER, SIMPLE}:
            COMPILERS[name] = compile_
    try:
        yield
    finally:
        COMPILERS.update(kept)


def _and(plain: Any) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])

    def run(at: dict[str, Any]) -> Any:
        return all([left(at), right(at)])

    return run


def _or(plain: Any) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])

    def run(at: dict[str, Any]) -> Any:
        return any([left(at), right(at)])

    return run


def _choose(plain: Any) -> Evaluate:
    test, then, otherwise = compiled(plain["test"]), compiled(plain["then"]), compiled(plain["otherwise"])

    def run(at: dict[str, Any]) -> Any:
        return [otherwise(at), then(at)][test(at)]

    return run


_EAGER = {"And": _and, "Choose": _choose, "Or": _or}
