"""An orchestration, statement by statement: each with what must come before it."""

from __future__ import annotations

from cloudless.ir.expression import Const
from cloudless.ir.orchestration import Orchestration
from cloudless.ir.statement import Call, Check, If, Let, Raise, Return, Send, Statement
from cloudless.ir.type import BOOL, Type
from cloudless.node import replace
from cloudless.passes.expression_types import Types
from cloudless.passes.lowering.capabilities import Capabilities
from cloudless.passes.lowering.expressions import Expressions
from cloudless.passes.lowering.prelude import Names, Prelude
from cloudless.passes.tree import Block, with_blocks, with_operands

DATA: frozenset[type] = frozenset({Call, Let, Raise, Return, Send})
"""Statements whose values may be data: lists and objects, with expressions in them. Those of others are scalars, or,
of loops, variables."""


def lower(orchestration: Orchestration, capabilities: Capabilities) -> Orchestration:
    """The same orchestration, without what the backend cannot print; the same object where there is nothing such.

    Its types must be right: they are those of the variables that are added.
    """
    if capabilities.is_native:
        return orchestration
    types = Types(orchestration)
    names = Names(orchestration, types)
    body = _Lowering(Expressions(capabilities, types, names)).block(orchestration.body)
    if body is orchestration.body:
        return orchestration
    return replace(orchestration, body=body, variables=(*orchestration.variables, *names.added()))


class _Lowering:
    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions

    def block(self, block: Block) -> Block:
        made = [new for one in block for new in self._statement(one)]
        is_same = len(made) == len(block) and all(one is other for one, other in zip(made, block, strict=True))
        return block if is_same else tuple(made)

    def _statement(self, one: Statement) -> list[Statement]:
        out = Prelude(f"{one.id}.before.", one.span)
        if type(one) is Let:
            self._expressions.assign(one.target, one.value, out, one)
            return out.made
        if type(one) is Check:
            return self._check(one, out)
        is_data = type(one) in DATA
        changed = with_operands(one, lambda part: self._expressions.lowered(part, out, is_data=is_data))
        return [*out.made, with_blocks(changed, self.block)]

    def _check(self, one: Check, out: Prelude) -> list[Statement]:
        """Its message may be one that can only be told where the test does not hold."""
        test = self._expressions.lowered(one.test, out)
        inner = out.inner("otherwise")
        message = self._expressions.lowered(one.message, inner)
        if not inner.made:
            same = test is one.test and message is one.message
            return [*out.made, one if same else replace(one, test=test, message=message)]
        inner.made.append(replace(one, test=Const(False, Type(BOOL)), message=message))
        out.add(If, test=test, then=(), otherwise=inner.block())
        return out.made
