"""How much work an execution may become, as far as the program tells it: platforms end one that takes too many steps.

Each platform counts in its own unit, and says what a statement is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloudless.ir import Orchestration
from cloudless.ir.expression import Const, Expression, List
from cloudless.ir.statement import (
    Break,
    Call,
    Check,
    FanOut,
    For,
    Gather,
    If,
    Loop,
    Range,
    Send,
    Sleep,
    Statement,
    Wait,
)
from cloudless.node import node
from cloudless.passes.tree import Block, blocks, statements


@node(kw_only=True)
class Costs:
    """who: ends an execution after `most` of its `unit`. test: of an if, a check, a sleep. step: of a call or message.

    wait: of an event. parallel: of a gather or fan-out itself; branch: of each in it; round: of each one of a loop.
    """

    who: str
    unit: str
    most: int
    test: int
    step: int
    wait: int
    parallel: int
    branch: int
    round: int

    def of(self, one: Statement) -> int:
        """Of a statement itself."""
        found: Mapping[type, int] = {
            Call: self.step, Check: self.test, If: self.test, Send: self.step, Sleep: self.test, Wait: self.wait,
            Gather: self.parallel,
        }  # fmt: skip
        return found.get(type(one), 0)


_PACED = (Call, Send, Sleep, Wait)
"""What makes a round of an endless loop worth a word."""


class Work:
    """What executions take. known: the orchestrations that may be called."""

    def __init__(self, known: Mapping[str, Orchestration], costs: Costs) -> None:
        self._known = known
        self._costs = costs
        self._taken: dict[str, int] = {}

    def warnings(self, main: Orchestration) -> Iterator[str]:
        """What may end executions of an orchestration."""
        costs, taken = self._costs, self._of(main.name)
        if taken > costs.most:
            yield f"{main.span}: {self._may(main.name, f'take {taken:,} {costs.unit}')}"
        for one in statements(main.body):
            if isinstance(one, Loop) and _is_endless(one):
                rounds = costs.most // (costs.round + self._block(one.body))
                yield f"{one.span}: {self._may(main.name, f'go {rounds:,} times through this loop')}"

    def _may(self, name: str, what: str) -> str:
        costs = self._costs
        ends = f"{costs.who} ends it after {costs.most:,} {costs.unit.partition(' ')[0]}"
        return f"an execution of {name!r} may {what}, {ends}; divide long work among executions"

    def _of(self, name: str) -> int:
        if name not in self._taken:
            self._taken[name] = 0  # of a circle, which is refused elsewhere
            self._taken[name] = self._block(self._known[name].body)
        return self._taken[name]

    def _block(self, block: Block) -> int:
        return sum(map(self._statement, block))

    def _statement(self, one: Statement) -> int:
        if isinstance(one, Call) and one.callee in self._known:
            return self._of(one.callee)
        costs, inner = self._costs, [self._block(block) for block in blocks(one)]
        if isinstance(one, For):
            return _rounds(one.source) * (costs.round + sum(inner))
        if isinstance(one, FanOut):
            return costs.parallel + _rounds(one.source) * (costs.branch + sum(inner))
        return costs.of(one) + (max(inner, default=0) if isinstance(one, If) else sum(inner))


def _rounds(source: Expression | Range) -> int:
    """How many rounds a program says that there are; one where it does not."""
    if isinstance(source, List):
        return len(source.items)
    if isinstance(source, Const):
        return len(source.value)
    if isinstance(source, Range) and isinstance(source.start, Const) and isinstance(source.stop, Const):
        return len(range(source.start.value, source.stop.value, source.step))
    return 1


def _is_endless(one: Loop) -> bool:
    """Whether it is a `while True` that does something: that of another test begins with a break."""
    first = one.body[0] if one.body else None
    is_tested = isinstance(first, If) and len(first.then) == 1 and isinstance(first.then[0], Break)
    return not is_tested and any(isinstance(each, _PACED) for each in statements(one.body))
