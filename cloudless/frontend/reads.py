"""What a compilation looked at in the process, so that the next one can tell whether it would see the same.

    collect, checks, permissions, orchestrations ──note──► Reads ──are_current──► last time's Application, or a new one

A suite of tests compiles one app hundreds of times. Modules are reloaded meanwhile, globals and attributes replaced,
dictionaries filled: what is noted is each object that code was followed into, with what it held then. It is held on
to, so that another object never has its identity.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from cloudless.frontend.lift import ATOMS, CONTAINERS, class_of, held, own

_EMPTY = object()
"""In place of a cell that is not filled yet."""


class Reads:
    """Objects with what they held, files with what stood in them, imports with what they gave."""

    def __init__(self) -> None:
        self._objects: dict[int, tuple[Any, list[Any]]] = {}
        self._files: dict[str, object] = {}
        self._imports: dict[str, ModuleType | None] = {}

    def note(self, one: Any) -> None:
        """Note an object, and what it holds: of a function its globals, too; of an instance its class, with bases."""
        if type(one) in ATOMS or id(one) in self._objects:
            return
        self._objects[id(one)] = (one, _contents(one))
        if isinstance(one, FunctionType):
            self.note(one.__globals__)
        elif not isinstance(one, (ModuleType, *CONTAINERS)):
            for kind in (one if isinstance(one, type) else type(one)).__mro__:
                if kind.__module__ != "builtins" and id(kind) not in self._objects:
                    self._objects[id(kind)] = (kind, _contents(kind))

    def note_deep(self, one: Any) -> None:
        """Note an object, and whatever a container holds."""
        if class_of(one) in ATOMS or id(one) in self._objects:
            return
        self.note(one)
        if _is_container(one):
            for part in _contents(one):
                self.note_deep(part)

    def note_file(self, file: str, source: object) -> None:
        """Note what a file held."""
        self._files[file] = source

    def note_import(self, name: str) -> None:
        """Note what a module of that name is now, if it is imported."""
        self._imports[name] = sys.modules.get(name)

    def are_current(self, source_of: Callable[[str], object]) -> bool:
        """Whether all of that is as it was. source_of: what a file holds now; equal texts are one object."""
        return (
            all(_is_same(_contents(one), then) for one, then in self._objects.values())
            and all(sys.modules.get(name) is then for name, then in self._imports.items())
            and all(source_of(file) is then for file, then in self._files.items())
        )


def _contents(one: Any) -> list[Any]:
    """What an object leads to, without running code of its class; nothing of ours: it is as it was declared."""
    if isinstance(one, FunctionType):
        cells = [_filled(cell) for cell in one.__closure__ or ()]
        return [one.__code__, one.__defaults__, *(one.__kwdefaults__ or {}).values(), *cells, *own(one).values()]
    if isinstance(one, ModuleType | type):
        return list(vars(one).values())
    if _is_container(one):
        return [*one.keys(), *one.values()] if isinstance(one, Mapping) else list(one)
    return [] if _is_ours(type(one).__module__) else list(held(one).values())


def _is_container(one: object) -> bool:
    return isinstance(one, CONTAINERS)


def _is_ours(module: str) -> bool:
    return module.startswith("cloudless.") and not module.startswith("cloudless.conformance.")


def _filled(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _EMPTY


def _is_same(now: list[Any], then: list[Any]) -> bool:
    return len(now) == len(then) and all(map(_is_one, now, then))


def _is_one(now: Any, then: Any) -> bool:
    return now is then or (type(now) is type(then) and type(now) in ATOMS and now == then)
