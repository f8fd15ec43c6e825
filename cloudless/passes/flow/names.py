"""What variables are called in the program; what stands for those that the compiler made."""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.ir import Orchestration
from cloudless.ir.expression import Choose, Concat, Expression, List, Map, Var
from cloudless.ir.statement import (
    Branch,
    Call,
    FanOut,
    For,
    Gather,
    If,
    Let,
    Loop,
    Now,
    Range,
    Return,
    Statement,
    Try,
    Uuid,
    Wait,
)

Statements = tuple[Statement, ...]


def blocks(one: Statement) -> tuple[Statements, ...]:
    """The blocks of a statement."""
    if isinstance(one, If):
        return one.then, one.otherwise
    if isinstance(one, (Loop, For)):
        return (one.body,)
    if isinstance(one, Try):
        return one.body, *(handler.body for handler in one.handlers), one.otherwise, one.last
    if isinstance(one, Gather):
        return tuple(branch.body for branch in one.branches)
    return (one.branch.body,) if isinstance(one, FanOut) else ()


def walk(block: Statements) -> Iterator[Statement]:
    """Every statement of a block and of the blocks in it."""
    for one in block:
        yield one
        for inner in blocks(one):
            yield from walk(inner)


class Names:
    """Variables of one orchestration: by `of`, and as the target of a step by `target`."""

    def __init__(self, orchestration: Orchestration) -> None:
        self._source = {one.name: one.source for one in orchestration.variables}
        self._called: dict[str, str] = {}
        self._choices: dict[str, Expression] = {}
        self._values: dict[str, list[Expression]] = {}
        self._steps: dict[str, str] = {}
        for one in walk(orchestration.body):
            self._learn(one)

    def of(self, name: str) -> str | Expression:
        """What stands for a variable: its name in the program, what it was computed from, or which step gave it."""
        own = self.target(name)
        if own:
            return own
        if name in self._choices:
            return self._choices[name]
        values = self._values.get(name, [])
        if len(values) == 1:
            return values[0]
        return self._steps.get(name, "…")

    def target(self, name: str) -> str:
        """The name in the program of what a step gives; "" where it is none that the program keeps."""
        seen: set[str] = set()
        while name and name not in seen:
            seen.add(name)
            own = self._source.get(name, name)
            if own:
                return own
            name = self._called.get(name, "")
        return ""

    def _learn(self, one: Statement) -> None:
        if isinstance(one, Let):
            self._let(one)
        elif isinstance(one, If):
            self._chosen(one)
        elif isinstance(one, For):
            self._filtered(one)
        elif isinstance(one, Gather):
            for target, branch in zip(one.targets, one.branches, strict=False):
                self._branch(target, branch)
        elif isinstance(one, (Call, Wait, Now, Uuid)):
            self._steps[one.target] = _step(one)

    def _let(self, one: Let) -> None:
        self._values.setdefault(one.target, []).append(one.value)
        if isinstance(one.value, Var):
            self._called.setdefault(one.value.name, one.target)

    def _chosen(self, one: If) -> None:
        """A temporary that both branches end in is `a if test else b`."""
        then, otherwise = (block[-1] if block else None for block in (one.then, one.otherwise))
        if isinstance(then, Let) and isinstance(otherwise, Let) and then.target == otherwise.target:
            self._choices[then.target] = Choose(one.test, then.value, otherwise.value)

    def _filtered(self, one: For) -> None:
        """A temporary that a loop fills, of the items for which something holds, is a comprehension."""
        if isinstance(one.source, Range):
            return
        test = next((inner.test for inner in one.body if isinstance(inner, If)), None)
        for inner in walk(one.body):
            if isinstance(inner, Let) and isinstance(inner.value, Concat) and _is_list_of(inner.value.right, one.item):
                self._choices[inner.target] = Map(one.item, one.source, test, Var(one.item))

    def _branch(self, target: str, branch: Branch) -> None:
        last = branch.body[-1] if branch.body else None
        if target and isinstance(last, Return) and isinstance(last.value, Var):
            self._called.setdefault(last.value.name, target)


def _is_list_of(value: Expression, item: str) -> bool:
    return isinstance(value, List) and value.items == (Var(item),)


def _step(one: Call | Wait | Now | Uuid) -> str:
    if isinstance(one, Call):
        return f"{one.callee}({'…' if one.arguments else ''})"
    if isinstance(one, Wait):
        return f"{one.event}.wait()"
    return "now()" if isinstance(one, Now) else "uuid4()"
