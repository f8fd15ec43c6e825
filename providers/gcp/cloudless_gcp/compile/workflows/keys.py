"""Keys of displays that Workflows would evaluate: {"${x}": 1}. As computed ones, they are assigned, not written."""

from __future__ import annotations

from cloudless.ir import Orchestration
from cloudless.ir.expression import Const, Dict, Expression, Pair, Text
from cloudless.node import replace
from cloudless.passes.tree import Block, renamed, with_blocks, with_operands
from cloudless_gcp.compile.workflows.variable import is_evaluated


def with_keys_computed(program: Orchestration) -> Orchestration:
    """The same orchestration; the same object where there is no such key."""
    body = _block(program.body)
    return program if body is program.body else replace(program, body=body)


def _block(block: Block) -> Block:
    made = tuple([with_blocks(with_operands(one, _expression), _block) for one in block])
    return block if all(one is other for one, other in zip(block, made, strict=True)) else made


def _expression(one: Expression) -> Expression:
    return renamed(one, _dict)


def _dict(one: Expression) -> Expression | None:
    """A dict with such a key, None for all else."""
    if type(one) is not Dict or not any(_is_strange(pair.key) for pair in one.items):
        return None
    return Dict(tuple(Pair(_computed(pair.key), _expression(pair.value)) for pair in one.items))


def _computed(key: Expression) -> Expression:
    return Text((key,)) if _is_strange(key) else _expression(key)


def _is_strange(key: Expression) -> bool:
    return type(key) is Const and is_evaluated(key.value)
