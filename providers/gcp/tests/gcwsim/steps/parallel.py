"""Parallel steps.

https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.gcp.tests.gcwsim.block import Block, Step
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Raised, Unspecified, raised
from providers.gcp.tests.gcwsim.evaluate import Evaluate
from providers.gcp.tests.gcwsim.limits import BRANCHES, PARALLEL_DEPTH, UNHANDLED
from providers.gcp.tests.gcwsim.pages import PARALLEL, QUOTAS, SCHEMA
from providers.gcp.tests.gcwsim.scope import Kind, Scope
from providers.gcp.tests.gcwsim.steps.loop import build_loop
from providers.gcp.tests.gcwsim.strand import Body, Fork
from providers.gcp.tests.gcwsim.value import Partial, is_list, is_map, type_of

KEYS = {"exception_policy", "shared", "concurrency_limit", "branches", "for"}


Running = Callable[[Frame], Body]
Plan = Callable[[Frame], list[Running]]
"""What is done in the frame of each branch, in the order of the text."""


def build(builder: Builder, node: Json, path: str, step: Step) -> None:
    path = f"{path}/parallel"
    node = builder.keys(node["parallel"], path, KEYS, set(), PARALLEL)
    if ("branches" in node) == ("for" in node):
        builder.invalid(path, "either 'branches' or 'for' is expected", PARALLEL)
    if node.get("exception_policy", "continueAll") != "continueAll":
        builder.invalid(f"{path}/exception_policy", "continueAll is the only policy", PARALLEL)
    if sum(kind == "parallel" for kind, _ in builder.blocks) >= PARALLEL_DEPTH:
        builder.invalid(path, f"more than {PARALLEL_DEPTH} parallel steps inside one another", QUOTAS)
    shared = _shared(builder, node.get("shared", []), f"{path}/shared")
    step.kind = "STEP_PARALLEL_FOR" if "for" in node else step.kind
    plan = _iterations(builder, node, path, shared) if "for" in node else _branches(builder, node, path, shared)
    limits: list[Evaluate] = []
    if "concurrency_limit" in node:
        _limit(builder, node["concurrency_limit"], f"{path}/concurrency_limit", limits)
    step.plain, step.body = None, _body(plan, limits)


def _shared(builder: Builder, node: Any, path: str) -> list[str]:
    if not is_list(node) or not all(isinstance(name, str) for name in node):
        builder.invalid(path, "a list of variables is expected", PARALLEL)
        return []
    if len(set(node)) != len(node):
        builder.invalid(path, "a variable twice", SCHEMA)
    for name in node:
        place = builder.scope.find(name)
        if place is None:
            builder.invalid(path, f"{name!r} is no variable of the scope around", f"{PARALLEL}#shared_variables")
        elif any(name not in branch.shared for branch in place.branches):
            builder.unspecified(path, f"{name!r}, which the parallel step around does not share", PARALLEL)
    return node


def _limit(builder: Builder, node: Any, path: str, limits: list[Evaluate]) -> None:
    if not isinstance(node, str) and (type(node) is not int or node < 1):
        builder.invalid(path, "a positive integer is expected", f"{PARALLEL}#concurrency_limits")
    builder.later(lambda: limits.append(builder.value(node, path)))


def _branches(builder: Builder, node: Json, path: str, shared: list[str]) -> Plan:
    path, listed = f"{path}/branches", node.get("branches", [])
    if not is_list(listed):
        builder.invalid(path, "a list of branches is expected", PARALLEL)
        listed = []
    if len(listed) > BRANCHES:
        builder.invalid(path, f"{len(listed)} branches, more than {BRANCHES}", QUOTAS)
    if "branches" in node and len(listed) < 2:
        builder.unspecified(path, "less than two branches", SCHEMA)
    blocks = [_branch(builder, one, f"{path}/{at}", shared) for at, one in enumerate(listed)]
    return lambda frame: [block.run for block in blocks]


def _branch(builder: Builder, node: Any, path: str, shared: list[str]) -> Block:
    from providers.gcp.tests.gcwsim.steps.kinds import build_block

    if not is_map(node) or len(node) != 1:
        builder.invalid(path, "a branch is a map of its name and its steps", PARALLEL)
        return Block(is_forked=True)
    ((name, content),) = node.items()
    path = f"{path.rpartition('/')[0]}/{name}"
    content = builder.keys(content, path, {"steps"}, {"steps"}, PARALLEL)
    with builder.within(Scope(Kind.BRANCH, builder.scope, shared)):
        return build_block(builder, content.get("steps"), f"{path}/steps", "parallel")


def _iterations(builder: Builder, node: Json, path: str, shared: list[str]) -> Plan:
    scope = Scope(Kind.BRANCH, builder.scope, shared)
    loop, block = build_loop(builder, node["for"], f"{path}/for", scope, "parallel")

    def one(index: int, item: Any) -> Running:
        def body(frame: Frame) -> Body:
            loop.begin(frame, index, item)
            yield from block.run(frame)

        return body

    return lambda frame: [one(index, item) for index, item in enumerate(loop.items(frame))]


def _body(plan: Plan, limits: list[Evaluate]) -> Callable[[Frame], Body]:
    def body(frame: Frame) -> Body:
        run = frame.run
        if frame.nesting >= PARALLEL_DEPTH:
            raise raised("ParallelNestingError", f"more than {PARALLEL_DEPTH} parallel steps inside one another")
        bodies = plan(frame)

        def branch(index: int) -> Body:
            inner = Frame(run, frame.depth, frame.nesting + 1, frame)
            try:
                yield from bodies[index](inner)
            finally:
                inner.close()

        fork = Fork(run.agenda, run.now_us, run.slots, branch, run.shuffled(range(len(bodies))))
        fork.limit = _checked_limit(limits, frame, len(bodies))
        _join(frame, (yield fork))

    return body


def _checked_limit(limits: list[Evaluate], frame: Frame, count: int) -> int:
    limit = limits[0](frame) if limits else max(count, 1)
    if type(limit) is int and limit > 0:
        return limit
    raise Unspecified(f"a concurrency_limit {limit!r} of type {type_of(limit)}", f"{PARALLEL}#concurrency_limits")


def _join(frame: Frame, errors: list[Raised | None]) -> None:
    """Raise what comes of errors that branches did not handle. Nothing says in which order they are listed."""
    failed = [error for error in errors if error is not None]
    if not failed:
        return
    frame.run.unhandled += len(failed)
    if frame.run.unhandled > UNHANDLED:
        raise Unspecified(f"more than {UNHANDLED} errors that no branch handled", QUOTAS)
    branches = [Partial({}, "a branch in UnhandledBranchError", PARALLEL) for _ in failed]
    message = "One or more branches or iterations encountered an unhandled runtime error"
    raise raised("UnhandledBranchError", message, branches=branches)
