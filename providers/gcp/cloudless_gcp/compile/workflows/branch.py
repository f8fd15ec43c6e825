"""Branches: a parallel step. Each branch is a routine that tells its errors, so that every branch ends by itself.

What a branch came to is kept under its own number in a map: two branches never assign to the same place. See
settled.py for what becomes of that.
https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cloudless.ir.expression import Var
from cloudless.ir.statement import Branch
from cloudless.passes.states import Label, Step
from cloudless.passes.states.loop import assigned
from cloudless.passes.tree import Block, nodes, operands, statements
from cloudless_gcp.compile.workflows.code import call, variable
from cloudless_gcp.compile.workflows.plan import ANSWER, FOUND, KEY, RUN, SETTLED, Called
from cloudless_gcp.compile.workflows.routine import Line
from cloudless_gcp.compile.workflows.settled import begun, collected, looked
from cloudless_gcp.compile.workflows.writer import Writer

BRANCHES_MAX = 10
"""https://cloud.google.com/workflows/quotas#resource_limits"""
_NUMBER = "number"

Plain = dict[str, Any]


def gather(step: Step, writer: Writer) -> Line:
    """Branches, each of its own."""
    one: Any = step.statement
    routines = [
        _routine(writer, f"{writer.program.name}_{one.id}_{number}", branch, start)
        for number, (branch, start) in enumerate(zip(one.branches, step.branches, strict=True))
    ]
    if len(routines) == 1:
        return _alone(step, writer, routines[0])
    made = _each(step, writer, routines) if len(routines) <= BRANCHES_MAX else _many(step, writer, routines)
    kept = [
        kept
        for number, target in enumerate(one.targets)
        for kept in writer.kept(target, f'${{{SETTLED}["{number}"].v}}')
    ]
    after = writer.way(step.edge, *kept, {SETTLED: None}, title="keep")
    return begun(step, writer, made, looked(step, writer, after))


def _alone(step: Step, writer: Writer, routine: _Branch) -> Line:
    """One branch: Workflows has no parallel step of a single one."""
    one: Any = step.statement
    args = {**routine.given(writer), KEY: writer.key(one.id, step.rounds, "[0]")}
    kept = [kept for target in one.targets for kept in writer.kept(target, f"${{{ANSWER}.v}}")]
    after = writer.way(step.edge, *kept, title="keep")
    return writer.checked(step, {"call": routine.name, "args": args}, "branch_0", after)


def fan_out(step: Step, writer: Writer) -> Line:
    """One branch for each item of a list."""
    one: Any = step.statement
    routine = _routine(writer, f"{writer.program.name}_{one.id}", one.branch, step.branches[0], one.item)

    def given(item: str, index: str) -> Plain:
        return {**routine.given(writer), routine.item: f"${{{item}}}", KEY: _key(step, writer, index)}

    loop = _loop(writer, writer.test(one.source), routine.name, given)
    made = {**({"concurrency_limit": one.limit} if one.limit else {}), "for": loop}
    kept = writer.kept(one.target, f"${{{FOUND}}}")
    after = writer.way(step.edge, *kept, {FOUND: None}, {SETTLED: None}, title="keep")
    if one.collect:
        return begun(step, writer, made, collected(writer, after))
    return begun(step, writer, made, looked(step, writer, after, keeps=bool(one.target)))


class _Branch:
    """A branch as a routine. reads: variables of the IR that are around it and in it."""

    def __init__(self, name: str, reads: list[str], names: Mapping[str, str], item: str = "") -> None:
        self.name = name
        self.reads = reads
        self.names = names
        self.item = names[item] if item else ""

    def given(self, writer: Writer) -> Plain:
        """What it is called with, but for its key and item."""
        around = {self.names[name]: f"${{{writer.variables.of(name)}}}" for name in self.reads}
        return {RUN: f"${{{RUN}}}", **around}


def _routine(writer: Writer, title: str, branch: Branch, start: Label, item: str = "") -> _Branch:
    """The routine of a branch."""
    plan = writer.plan
    name = plan.routine(title)
    inner = Writer(plan, writer.program, writer.graph, Called(name, plan.own()), writer.steps)
    reads = [one for one in read(branch.body) if one != item]
    names = {one: inner.variables.of(one) for one in (*reads, *([item] if item else []))}
    inner.routine.parameters = [RUN, KEY, *names.values()]
    plan.routines[name] = inner.finish(inner.scope(start))
    writer.call(name)
    return _Branch(name, reads, names, item)


def read(block: Block) -> list[str]:
    """Variables that a block reads and does not assign, in order."""
    own = set(assigned(block))
    return [name for name in dict.fromkeys(_reads(block)) if name not in own]


def _reads(block: Block) -> Iterator[str]:
    for one in statements(block):
        for part in operands(one):
            yield from (each.name for each in nodes(part) if type(each) is Var)


def _each(step: Step, writer: Writer, routines: list[_Branch]) -> Plain:
    """A branch of the step for each."""
    id = step.statement.id
    branches: list[Plain] = []
    for number, routine in enumerate(routines):
        one = writer.variables.names.fresh("one")
        args = {**routine.given(writer), KEY: writer.key(id, step.rounds, f"[{number}]")}
        steps = [
            {writer.routine.names.fresh(f"branch_{number}"): {"call": routine.name, "args": args, "result": one}},
            {writer.routine.names.fresh("keep"): {"assign": [{f'{SETTLED}["{number}"]': f"${{{one}}}"}]}},
        ]
        branches.append({writer.routine.names.fresh(f"branch_{number}"): {"steps": steps}})
    return {"branches": branches}


def _many(step: Step, writer: Writer, routines: list[_Branch]) -> Plain:
    """More than a step may have: a loop over their numbers, and a routine that finds each of them."""
    plan = writer.plan
    reads = list(dict.fromkeys(name for routine in routines for name in routine.reads))
    name = plan.routine(f"{writer.program.name}_{step.statement.id}_any")
    inner = Writer(plan, writer.program, writer.graph, Called(name, plan.own()), writer.steps)
    number = inner.variables.names.fresh(_NUMBER)
    names = {one: inner.variables.of(one) for one in reads}
    inner.routine.parameters = [RUN, KEY, number, *names.values()]
    done = inner.routine.add(Line("done", None, {"return": f"${{{ANSWER}}}"}))
    rules: list[tuple[str, Label]] = []
    for place, routine in enumerate(routines):
        inner.call(routine.name)
        args = {**routine.given(inner), KEY: f"${{{KEY}}}"}
        made = {"call": routine.name, "args": args, "result": ANSWER}
        rules.append((f"${{{number} == {place}}}", inner.routine.add(Line(f"branch_{place}", done, made))))
    found = inner.routine.add(Line("find", rules[-1][1], rules=tuple(rules[:-1])))
    plan.routines[inner.routine.name] = inner.finish(found)

    def given(item: str, index: str) -> Plain:
        around = _Branch("", reads, names).given(writer)
        return {**around, number: f"${{{item}}}", KEY: _key(step, writer, index)}

    writer.call(inner.routine.name)
    return {"for": _loop(writer, list(range(len(routines))), inner.routine.name, given)}


def _key(step: Step, writer: Writer, index: str) -> str:
    """What the keys in a branch begin with. index: the variable of its number."""
    return writer.key(step.statement.id, step.rounds, "[", call("string", variable(index)), "]")


def _loop(writer: Writer, items: Any, routine: str, given: Callable[[str, str], Plain]) -> Plain:
    """A branch for each item. given: what it is called with, of the variables of the item and of its number."""
    variables, names = writer.variables.names, writer.routine.names
    item, index, one = variables.fresh("item"), variables.fresh("index"), variables.fresh("one")
    steps = [
        {names.fresh("branch"): {"call": routine, "args": given(item, index), "result": one}},
        {names.fresh("keep"): {"assign": [{f"{SETTLED}[string({index})]": f"${{{one}}}"}]}},
    ]
    return {"value": item, "index": index, "in": items, "steps": steps}
