"""Steps that leave: next, return, raise; and steps inside of a step.

https://cloud.google.com/workflows/docs/controlling-execution-order
https://cloud.google.com/workflows/docs/reference/syntax/raising-errors
"""

from __future__ import annotations

from typing import Any

from providers.gcp.tests.gcwsim.block import END, Block, Signal, Step, Way
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Raised, Unspecified
from providers.gcp.tests.gcwsim.pages import ITERATION, JUMPS, PARALLEL, RAISING, TROUBLESHOOTING
from providers.gcp.tests.gcwsim.value import is_map, type_of

_INSIDE_OF_LOOP = {"steps", "switch", "try", "except"}
_LEFT_BY_JUMP = {"except", "switch"}
"""A condition is no block; out of an except a jump is shown: https://github.com/GoogleCloudPlatform/workflows-samples/blob/main/src/error_catch.workflows.yaml"""


def build_return(builder: Builder, node: Json, path: str, step: Step) -> None:
    if _branch(builder):
        builder.unspecified(path, "'return' inside of a parallel step", PARALLEL)

    def finish() -> None:
        value = builder.value(node["return"], f"{path}/return")
        step.plain = lambda frame: Signal(Way.RETURN, value=value(frame))

    builder.later(finish)


def build_raise(builder: Builder, node: Json, path: str, step: Step) -> None:
    def finish() -> None:
        value = builder.value(node["raise"], f"{path}/raise")

        def plain(frame: Frame) -> Signal | None:
            found = value(frame)
            if isinstance(found, str) or is_map(found):
                raise Raised(found)
            raise Unspecified(f"raising a value of type {type_of(found)}", RAISING)

        step.plain = plain

    builder.later(finish)


def build_steps(builder: Builder, node: Json, path: str, step: Step) -> None:
    from providers.gcp.tests.gcwsim.steps.kinds import build_block

    step.plain, step.body = None, build_block(builder, node["steps"], f"{path}/steps", "steps").run


def build_next(builder: Builder, target: Any, path: str, step: Step) -> None:
    """What a step's `next` means; it is known when all steps are."""

    def finish() -> None:
        step.next = signal_of(builder, target, path)

    builder.later(finish)


def signal_of(builder: Builder, target: Any, path: str) -> Signal | None:
    """Where `next` leads; None, with a problem noted, where nowhere. For `later` only."""
    if target == "end":
        return _end(builder, path)
    if target in ("break", "continue"):
        return _of_loop(builder, Way(target), path)
    found = builder.routine.targets.get(target) if isinstance(target, str) else None
    if found is None:
        builder.invalid(path, f"no step {target!r}", TROUBLESHOOTING)
        return None
    _check_jump(builder, found[0], target, path)
    return Signal(Way.JUMP, *found)


def _branch(builder: Builder) -> bool:
    return any(kind == "parallel" for kind, _ in builder.blocks)


def _end(builder: Builder, path: str) -> Signal:
    """It ends the workflow that it stands in: a subworkflow's caller goes on, as Google's samples have it.

    https://github.com/GoogleCloudPlatform/workflows-samples/blob/main/src/connectors/connector_compute.workflows.yaml
    """
    if _branch(builder):
        builder.unspecified(path, "'next: end' inside of a parallel step", PARALLEL)
    return END


def _of_loop(builder: Builder, way: Way, path: str) -> Signal | None:
    for kind, block in reversed(builder.blocks):
        if kind == "for":
            return Signal(way, block)
        if kind not in _INSIDE_OF_LOOP:
            break
    if _branch(builder):
        builder.unspecified(path, f"'next: {way.value}' of a parallel step", ITERATION)
    else:
        builder.invalid(path, f"'next: {way.value}' outside of a loop", ITERATION)
    return None


def _check_jump(builder: Builder, block: Block, target: str, path: str) -> None:
    for kind, around in reversed(builder.blocks):
        if around is block:
            return
        if kind not in _LEFT_BY_JUMP:
            builder.unspecified(path, f"a jump to {target!r} out of {kind!r}, or into another block", JUMPS)
            return
