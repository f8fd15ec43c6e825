"""Where variables live, decided before anything runs.

A loop, an `except` and a branch of a parallel step each have a scope of their own; other blocks have none.
https://cloud.google.com/workflows/docs/reference/syntax/variables#variable_scope
https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps#shared_variables
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from providers.gcp.tests.gcwsim.context import Frame


class Kind(Enum):
    """What has a scope. The frame of a branch is one of its own; others share the frame around."""

    ROUTINE = "workflow"
    LOOP = "for"
    EXCEPT = "except"
    BRANCH = "parallel"


@dataclass(frozen=True, slots=True)
class Variable:
    """key: in the frame. is_fixed: a loop's variable or an error, which nothing says one may assign to."""

    name: str
    key: str
    is_fixed: bool = False


class Place(NamedTuple):
    """A variable, seen from somewhere. hops: frames outwards; branches: scopes of branches on the way, inner first."""

    variable: Variable
    hops: int
    branches: list[Scope]


class Scope:
    """shared: of a branch, the variables outside that it may assign to."""

    def __init__(self, kind: Kind, outer: Scope | None = None, shared: Iterable[str] = ()) -> None:
        self.kind = kind
        self.outer = outer
        self.shared = frozenset(shared)
        self.variables: dict[str, Variable] = {}
        self._numbers: Iterator[int] = outer._numbers if outer is not None else iter(range(1, 1_000_000))
        self._number = next(self._numbers)

    def declare(self, name: str, *, is_fixed: bool = False) -> Variable:
        variable = Variable(name, f"{name}.{self._number}", is_fixed)
        self.variables[name] = variable
        return variable

    def find(self, name: str) -> Place | None:
        """The innermost variable with a name, None where there is none."""
        hops, branches = 0, list[Scope]()
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return Place(scope.variables[name], hops, branches)
            if scope.kind is Kind.BRANCH:
                hops += 1
                branches.append(scope)
            scope = scope.outer
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.variables.values())

    @property
    def is_in_branch(self) -> bool:
        scope: Scope | None = self
        while scope is not None and scope.kind is not Kind.BRANCH:
            scope = scope.outer
        return scope is not None


def frame_at(frame: Frame, hops: int) -> Frame:
    """The frame so many branches outwards."""
    for _ in range(hops):
        assert frame.outer is not None
        frame = frame.outer
    return frame
