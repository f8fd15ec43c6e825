"""Routines: `main` and its subworkflows, as steps that know one another by labels; then as Workflows has them.

A routine is one list of steps, in which `next` leads from each to any other; nothing is nested in it but what a
parallel step does at the same time. https://cloud.google.com/workflows/docs/reference/syntax/jumps
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudless.node import field, node, replace
from cloudless_gcp.compile.workflows.parameter import PARAMETERS_MAX
from cloudless_gcp.compile.workflows.plan import GIVEN
from cloudless_gcp.compile.workflows.variable import Names

ASSIGNMENTS_MAX = 50
CONDITIONS_MAX = 50
"""Of a step: https://cloud.google.com/workflows/quotas#resource_limits"""

Plain = dict[str, Any]
Label = int


@node()
class Line:
    """One step. body: what it does, {} for nothing. rules: conditions, and where they lead. to: None after a return.

    assign: what it assigns, where it does nothing else. is_aside: whether rules lead to what is read later than `to`.
    """

    title: str
    to: Label | None = None
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rules: tuple[tuple[Any, Label], ...] = ()
    assign: tuple[Mapping[str, Any], ...] = ()
    is_aside: bool = False


class Routine:
    """A routine that is being made. names: of variables and steps. start: the label of its first step."""

    def __init__(self, name: str, parameters: Iterable[Any], names: Names) -> None:
        self.name = name
        self.parameters = list(parameters)
        self.names = names
        self.start: Label = 0
        self.lines: dict[Label, Line] = {}
        self._count = 0

    def label(self) -> Label:
        """A new label, which nothing else has."""
        self._count -= 1
        return self._count

    def put(self, label: Label, line: Line) -> Label:
        """The step of a label."""
        self.lines[label] = line
        return label

    def add(self, line: Line) -> Label:
        """The label of a new step."""
        return self.put(self.label(), line)

    @property
    def plain(self) -> Plain:
        """As Workflows has it."""
        if len(self.parameters) > PARAMETERS_MAX:
            self._unpack()
        self._split()
        order = self._order()
        titles = {label: self.names.fresh(self.lines[label].title) for label in order}
        steps = [
            {titles[label]: _step(self.lines[label], titles, behind)}
            for label, behind in zip(order, [*order[1:], None], strict=True)
        ]
        return {**({"params": self.parameters} if self.parameters else {}), "steps": steps}

    def _unpack(self) -> None:
        """Take one map for all parameters but the first two, and read it."""
        own, many = self.parameters[:2], self.parameters[2:]
        read = [{name: f"${{{GIVEN}.{name}}}"} for name in many]
        self.parameters = [*own, GIVEN]
        self.start = self.add(Line("read", self.start, assign=(*read, {GIVEN: None})))

    def _split(self) -> None:
        """Divide steps that assign or test too much."""
        waiting = list(self.lines)
        while waiting:
            label = waiting.pop()
            line = self.lines[label]
            for name, most in (("assign", ASSIGNMENTS_MAX), ("rules", CONDITIONS_MAX)):
                parts = getattr(line, name)
                if len(parts) > most:
                    rest = self.add(replace(line, **{name: parts[most:]}))
                    self.lines[label] = replace(line, **{name: parts[:most], "to": rest})
                    waiting.append(rest)

    def _order(self) -> list[Label]:
        """The steps in the order in which people read them."""
        found: dict[Label, None] = {}
        waiting = [self.start]
        while waiting:
            label = waiting.pop()
            if label not in found:
                found[label] = None
                waiting += reversed(list(_ways(self.lines[label])))
        return list(found)


def _ways(line: Line) -> Iterator[Label]:
    rules = [label for _, label in line.rules]
    if line.to is not None and line.is_aside:
        yield line.to
    yield from rules
    if line.to is not None:
        yield line.to


def _step(line: Line, titles: Mapping[Label, str], behind: Label | None) -> Plain:
    body: Plain = dict(line.body)
    if line.assign:
        body["assign"] = list(line.assign)
    if line.rules:
        body["switch"] = [{"condition": test, "next": titles[to]} for test, to in line.rules]
    if line.to is None:
        return body
    if not body:
        body["assign"] = [{"idle": None}]
    return body if line.to == behind else {**body, "next": titles[line.to]}
