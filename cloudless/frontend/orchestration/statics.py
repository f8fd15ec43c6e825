"""What names stand for outside of an orchestration's own variables: objects of its module, known when compiling."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from enum import Enum
from types import FunctionType, ModuleType
from typing import Any, TypeGuard

from cloudless.event import Event
from cloudless.frontend.orchestration.constants import NOTHING
from cloudless.frontend.orchestration.scope import Scope
from cloudless.frontend.reads import Reads
from cloudless.function import Function, Step
from cloudless.handler import Routine
from cloudless.orchestration import Orchestration, Starter
from cloudless.pure import Pure
from cloudless.queue import DeadLetters, OrderedQueue, Queue
from cloudless.secret import Config, Secret
from cloudless.topic import Topic

HANDLES = (
    Routine, Step, Starter, Queue, OrderedQueue, DeadLetters, Topic, Event, Config, Secret,
)  # fmt: skip


class Member:
    """An attribute of a handle, e.g. `orders.send`."""

    __slots__ = ("handle", "name")

    def __init__(self, handle: Any, name: str) -> None:
        self.handle = handle
        self.name = name


def is_function(found: object) -> TypeGuard[Function[..., Any]]:
    """Whether it is a function of the app's."""
    return isinstance(found, Function)


def is_step(found: object) -> TypeGuard[Step[..., Any]]:
    """Whether it is a function with options, kept by the module."""
    return isinstance(found, Step)


def is_callee(found: object) -> TypeGuard[Routine[..., Any]]:
    """Whether steps call it: a function, a pure function or an orchestration."""
    return isinstance(found, Function | Pure | Orchestration)


class Statics:
    """The names that a function sees around it. reads: is told what they stand for."""

    def __init__(self, function: FunctionType, scope: Scope, reads: Reads) -> None:
        code = function.__code__
        reads.note(function)
        self._scope = scope
        self._reads = reads
        self.locals = frozenset(code.co_varnames) | frozenset(code.co_cellvars)
        self.names = _Names(function)

    def lookup(self, name: str) -> Any:
        """What a name stands for; NOTHING for variables of the function's, and for what is not there."""
        if name in self.locals or self._scope.find(name) is not None:
            return NOTHING
        found = self.names.get(name, NOTHING)
        self._reads.note_deep(found)
        return found

    def resolve(self, node: ast.expr) -> Any:
        """The object that an expression of names and attributes stands for, NOTHING where it is none."""
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Attribute):
            found = _attribute(self.resolve(node.value), node.attr)
            self._reads.note_deep(found)
            return found
        return NOTHING


def _attribute(base: Any, name: str) -> Any:
    if base is NOTHING:
        return NOTHING
    if isinstance(base, HANDLES):
        return Member(base, name)
    if isinstance(base, ModuleType | type):
        return getattr(base, name, NOTHING)
    if isinstance(base, Enum) and name == "value":
        return base.value
    return NOTHING


class _Names(Mapping[str, Any]):
    """Closure, globals and builtins, in this order."""

    def __init__(self, function: FunctionType) -> None:
        self._function = function
        self._closure = dict(_cells(function))

    def __getitem__(self, name: str) -> Any:
        if name in self._closure:
            return self._closure[name]
        space = self._function.__globals__
        return space[name] if name in space else getattr(builtins, name) if hasattr(builtins, name) else _missing(name)

    def __contains__(self, name: object) -> bool:
        return name in self._closure or name in self._function.__globals__ or hasattr(builtins, str(name))

    def __iter__(self) -> Iterator[str]:
        return iter({**self._function.__globals__, **self._closure})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _missing(name: str) -> Any:
    raise KeyError(name)


def _cells(function: FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not assigned yet
            continue
