"""Reading one step, whatever its kind, and a list of steps.

https://cloud.google.com/workflows/docs/reference/syntax/steps
https://github.com/GoogleCloudPlatform/workflows-samples/blob/main/jsonschema/workflows.json
"""

from __future__ import annotations

import re
from typing import Any

from providers.gcp.tests.gcwsim.block import Block, Step
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.pages import SCHEMA, STEPS
from providers.gcp.tests.gcwsim.steps import assign, attempt, call, flow, loop, parallel, switch
from providers.gcp.tests.gcwsim.value import is_list, is_map

_NAME = re.compile(r"[A-Za-z0-9_]+\Z")
_RESERVED = {"end", "break", "continue"}
KINDS = {
    "assign": assign.build,
    "call": call.build,
    "switch": switch.build,
    "for": loop.build,
    "parallel": parallel.build,
    "try": attempt.build,
    "raise": flow.build_raise,
    "return": flow.build_return,
    "steps": flow.build_steps,
}
_ALSO = {"call": {"args", "result"}, "try": {"retry", "except"}}
_TYPES = {
    "assign": "STEP_ASSIGN",
    "switch": "STEP_SWITCH",
    "for": "STEP_FOR",
    "parallel": "STEP_PARALLEL_BRANCH",
    "try": "STEP_TRY_RETRY_EXCEPT",
    "raise": "STEP_RAISE",
    "return": "STEP_RETURN",
}
_LEAVES = {"raise", "return"}
KEYS = {*KINDS, "next", *(key for keys in _ALSO.values() for key in keys)}


def build_step(builder: Builder, name: str, node: Any, path: str) -> Step:
    """One step, or what stands in the place of one."""
    step = Step(builder.routine.name, name)
    step.plain = lambda frame: None
    node = builder.keys(node, path, KEYS, set(), STEPS)
    kinds = [kind for kind in KINDS if kind in node]
    if len(kinds) > 1:
        builder.invalid(path, f"{' and '.join(kinds)} in one step", STEPS)
    elif kinds:
        step.kind = _TYPES.get(kinds[0], "")
        KINDS[kinds[0]](builder, node, path, step)
    elif "next" not in node:
        builder.invalid(path, "a step that does nothing", STEPS)
    else:
        step.kind = "STEP_GOTO"
    _check_keys(builder, node, kinds, path)
    if "next" in node:
        flow.build_next(builder, node["next"], f"{path}/next", step)
    return step


def _check_keys(builder: Builder, node: Json, kinds: list[str], path: str) -> None:
    for kind, keys in _ALSO.items():
        for key in keys & node.keys():
            if kind not in kinds:
                builder.invalid(f"{path}/{key}", f"{key!r} without {kind!r}", SCHEMA)
    if "next" in node and _LEAVES & set(kinds):
        builder.unspecified(f"{path}/next", f"'next' after {kinds[0]!r}", STEPS)


def build_block(builder: Builder, node: Any, path: str, kind: str, block: Block | None = None) -> Block:
    """A list of named steps. kind: what they stand in, for jumps, like "for"."""
    block = block or Block(is_forked=builder.scope.is_in_branch)
    builder.blocks.append((kind, block))
    if not is_list(node) or not node:
        builder.invalid(path, "a list of at least one step is expected", SCHEMA)
        node = []
    for at, one in enumerate(node):
        _add(builder, block, one, f"{path}/{at}")
    builder.blocks.pop()
    return block


def _add(builder: Builder, block: Block, node: Any, path: str) -> None:
    if not is_map(node) or len(node) != 1:
        builder.invalid(path, "a step is a map of its name and what it does", STEPS)
        return
    ((name, content),) = node.items()
    path = f"{path.rpartition('/')[0]}/{name}"
    _check_name(builder, name, path)
    builder.routine.targets.setdefault(name, (block, len(block.steps)))
    block.steps.append(build_step(builder, name, content, path))


def _check_name(builder: Builder, name: str, path: str) -> None:
    if not _NAME.match(name) or name in _RESERVED:
        builder.unspecified(path, f"the name {name!r}: letters, digits and underscores", STEPS)
    if name in builder.routine.targets:
        builder.invalid(path, f"a second step {name!r}", STEPS)
