"""What a backend of a capability table could not print, found by walking; written apart from the lowering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudless.ir import Orchestration
from cloudless.ir import expression as e
from cloudless.ir import statement as s
from cloudless.passes.lowering import Capabilities
from cloudless.passes.lowering.capabilities import APPEND, EAGER, LOWERED, SIMPLE, TOP, WHOLE
from cloudless.passes.tree import operands, statements

_DATA = (s.Let, s.Call, s.Send, s.Return, s.Raise)
_SPLITTABLE_NEVER = (e.Record, e.Dict, e.List, e.NewError)


def problems(orchestration: Orchestration, capabilities: Capabilities) -> list[str]:
    """In words; none where all can be printed."""
    walker = _Walker(capabilities)
    return [
        f"{one.id}: {what}"
        for one in statements(orchestration.body)
        for part in operands(one)
        for what in walker.walk(part, isinstance(one, _DATA), one)
    ]


class _Walker:
    def __init__(self, capabilities: Capabilities) -> None:
        self._known = capabilities

    def walk(self, one: e.Expression, is_data: bool, of: s.Statement | None) -> Iterator[str]:
        rule, name = self._known.rule(one), type(one).__name__
        if rule == LOWERED or (rule == TOP and not is_data):
            yield f"{name} is not to be here"
        if rule == WHOLE and not (isinstance(of, s.Let) and of.value is one and e.Var(of.target) not in operands(one)):
            yield f"{name} is not the whole of a Let"
        if rule == SIMPLE and not all(map(_is_simple, _lazy(one) or operands(one))):
            yield f"operands of {name} are not simple"
        if rule == EAGER and any(isinstance(part, (e.Key, e.Index, e.ErrorData)) for part in _lazy(one)):
            yield f"operands of {name} may fail"
        yield from self._weight(one, is_data, rule)
        if rule == APPEND and isinstance(one, e.Concat):
            yield from self._append(one)
            return
        for part in operands(one):
            yield from self.walk(part, is_data and rule in {TOP, WHOLE}, None)

    def _append(self, one: e.Concat) -> Iterator[str]:
        yield from self.walk(one.left, False, None)
        if not isinstance(one.right, e.List) or len(one.right.items) != 1:
            yield "Concat of more than one item"
        else:
            yield from self.walk(one.right.items[0], False, None)

    def _weight(self, one: e.Expression, is_data: bool, rule: str) -> Iterator[str]:
        is_template = is_data and (rule in {TOP, WHOLE} or isinstance(one, e.Const))
        if not self._known.most or is_template or isinstance(one, _SPLITTABLE_NEVER):
            return
        if self._known.weight(one) > self._known.most:
            yield f"{type(one).__name__} of weight {self._known.weight(one)}"


def _lazy(one: e.Expression) -> list[Any]:
    if isinstance(one, e.Choose):
        return [one.then, one.otherwise]
    return [one.right] if isinstance(one, (e.And, e.Or)) else []


def _is_simple(one: e.Expression) -> bool:
    if isinstance(one, e.Const):
        return not isinstance(one.value, (list, dict))
    return isinstance(one, (e.Var, e.Setting))
