"""What orchestrations are measured by, for limits.py: how deep they nest, how wide they branch, how long they may take.

    orchestration.nesting    gather and fan_out inside one another, those of orchestrations that are called included
    orchestration.branches   branches of one gather
    orchestration.depth      orchestrations that call one another, the first one included
    orchestration.timeout    seconds of one execution

Known before anything is compiled for a cloud; the size of a definition is for its compiler to measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloudless.ir import Application, Orchestration, Span
from cloudless.ir.orchestration import ORCHESTRATION
from cloudless.ir.statement import Call, FanOut, Gather, Statement
from cloudless.passes.tree import Block, blocks, statements

Measure = tuple[str, str, float, Span]
_NOTHING: tuple[int, Span] = (0, Span("", 0))


def orchestration_measures(application: Application) -> Iterator[Measure]:
    """Key of the limit, what is measured, its size, where it stands."""
    depths = Depths({one.name: one for one in application.orchestrations})
    for one in application.orchestrations:
        title = f"orchestration {one.name!r}"
        nesting, span = depths.nesting(one.name)
        if nesting:
            yield "orchestration.nesting", f"the nesting of gather and fan_out in {title}", nesting, span
        yield "orchestration.depth", f"the depth of calls of {title}", depths.calls(one.name), one.span
        if one.timeout_s:
            yield "orchestration.timeout", f"the time-out of {title}", one.timeout_s, one.span
        for each in statements(one.body):
            if isinstance(each, Gather):
                yield "orchestration.branches", f"a gather of {title}", len(each.branches), each.span


class Depths:
    """How deep the orchestrations of an application nest; a circle ends where it closes, and is told elsewhere."""

    def __init__(self, known: Mapping[str, Orchestration]) -> None:
        self._known = known
        self._nesting: dict[str, tuple[int, Span]] = {}
        self._calls: dict[str, int] = {}

    def nesting(self, name: str) -> tuple[int, Span]:
        """How many parallel statements stand in one another at most, and where the first of them is."""
        if name not in self._nesting:
            self._nesting[name] = _NOTHING
            found = self._known.get(name)
            self._nesting[name] = self._of_block(found.body) if found else _NOTHING
        return self._nesting[name]

    def calls(self, name: str) -> int:
        """How many orchestrations call one another at most, from this one on."""
        if name not in self._calls:
            self._calls[name] = 0
            found = self._known.get(name)
            children = [one.name for one in found.calls if one.kind == ORCHESTRATION] if found else []
            self._calls[name] = 1 + max(map(self.calls, children), default=0)
        return self._calls[name]

    def _of_block(self, block: Block) -> tuple[int, Span]:
        return max(map(self._of_statement, block), key=lambda one: one[0], default=_NOTHING)

    def _of_statement(self, one: Statement) -> tuple[int, Span]:
        if isinstance(one, Call):
            depth = self.nesting(one.callee)[0]
            return depth, one.span
        depth, span = max(map(self._of_block, blocks(one)), key=lambda each: each[0], default=_NOTHING)
        return (depth + 1, one.span) if isinstance(one, Gather | FanOut) else (depth, span)
