"""Statements while they are made: they have no id yet, and a later statement may still complete their type."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cloudless.ir.span import Span
from cloudless.ir.statement import Branch, Except, FanOut, For, Gather, If, Loop, Statement, Try

Block = list["Draft"]
SpanOf = Callable[[ast.AST], Span]


class Draft:
    """kind: the class of the IR. fields: its fields; blocks are lists of drafts. node: where it stands."""

    __slots__ = ("fields", "kind", "node", "note")

    def __init__(self, kind: type[Any], node: ast.AST, note: str, fields: dict[str, Any]) -> None:
        self.kind = kind
        self.node = node
        self.note = note
        self.fields = fields


class Handling:
    """One `except` of a Try."""

    __slots__ = ("body", "names", "node", "target")

    def __init__(self, names: tuple[str, ...], target: str, body: Block, node: ast.AST) -> None:
        self.names = names
        self.target = target
        self.body = body
        self.node = node


class Numbering:
    """Drafts → statements, each with its path as id: a moved line changes none."""

    def __init__(self, span_of: SpanOf) -> None:
        self._span_of = span_of

    def statements(self, block: Block, path: str = "") -> tuple[Statement, ...]:
        """The statements of a block. path: of the block, with a dot at its end."""
        return tuple([self._statement(draft, f"{path}{index}") for index, draft in enumerate(block)])

    def _statement(self, draft: Draft, path: str) -> Statement:
        fields = draft.fields
        if draft.kind in _BLOCKS:
            fields = _BLOCKS[draft.kind](self, dict(fields), path)
        made: Statement = draft.kind(**fields, id=path, note=draft.note, span=self._span_of(draft.node))
        return made

    def _blocks(self, names: tuple[str, ...], fields: dict[str, Any], path: str) -> dict[str, Any]:
        for name in names:
            fields[name] = self.statements(fields[name], f"{path}.{name}.")
        return fields

    def _if(self, fields: dict[str, Any], path: str) -> dict[str, Any]:
        return self._blocks(("then", "otherwise"), fields, path)

    def _loop(self, fields: dict[str, Any], path: str) -> dict[str, Any]:
        return self._blocks(("body",), fields, path)

    def _try(self, fields: dict[str, Any], path: str) -> dict[str, Any]:
        fields["handlers"] = tuple(
            Except(one.names, one.target, self.statements(one.body, f"{path}.handlers.{at}."), self._span_of(one.node))
            for at, one in enumerate(fields["handlers"])
        )
        return self._blocks(("body", "otherwise", "last"), fields, path)

    def _gather(self, fields: dict[str, Any], path: str) -> dict[str, Any]:
        fields["branches"] = tuple(
            self._branch(block, node, f"{path}.branches.{at}.") for at, (block, node) in enumerate(fields["branches"])
        )
        return fields

    def _fan_out(self, fields: dict[str, Any], path: str) -> dict[str, Any]:
        block, node = fields["branch"]
        fields["branch"] = self._branch(block, node, f"{path}.branch.")
        return fields

    def _branch(self, block: Block, node: ast.AST, path: str) -> Branch:
        return Branch(self.statements(block, path), self._span_of(node))


_BLOCKS: dict[type, Callable[[Numbering, dict[str, Any], str], dict[str, Any]]] = {
    If: Numbering._if,  # noqa: SLF001
    Loop: Numbering._loop,  # noqa: SLF001
    For: Numbering._loop,  # noqa: SLF001
    Try: Numbering._try,  # noqa: SLF001
    Gather: Numbering._gather,  # noqa: SLF001
    FanOut: Numbering._fan_out,  # noqa: SLF001
}
