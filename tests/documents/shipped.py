"""What a package ships of ours, against what its functions may import, by the import statements of what is shipped."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import cloudless
from cloudless.compiler import Package
from cloudless.compiler.lean import lean_files
from cloudless.compiler.sources import own_files

_PUBLIC = frozenset({"cloudless", *(f"cloudless.{home}" for home in cloudless._HOME.values())})
"""What a program may import, whatever it is made of."""


def shipped(package: Package) -> Mapping[str, frozenset[str]]:
    """Modules of ours in a package, and what each imports when it runs: of ours, anywhere, in a function as well."""
    ours = [own.module for own in (package.core, *package.own)]
    return {
        _module(path): _imports(_text(content), *ours)
        for own in (package.core, *package.own)
        for path, content in lean_files(own_files(own, "")).items()
        if path.endswith(".py")
    }


def asked(package: Package) -> frozenset[str]:
    """Modules of ours that programs and generated entries ask for."""
    ours = [own.module for own in (package.core, *package.own)]
    entries = [content.decode() for path, content in package.files.items() if path.endswith(".py")]
    return _PUBLIC.union(*(_imports(text, *ours) for text in entries))


def lacking(package: Package) -> set[tuple[str, str]]:
    """Modules that a function may import, each with what it imports and is left out: of it, or a part that it is in."""
    there = shipped(package)
    left = {f"{own.module}.{name}" for own in (package.core, *package.own) for name in own.left_out}
    wanted = [("an entry", name) for name in asked(package)]
    wanted += [(one, name) for one in reached(package) for name in there[one]]
    return {(one, part) for one, name in wanted for part in _parts(name) if part in left}


def reached(package: Package) -> set[str]:
    """Modules that ship, and that programs, entries, or others that are reached import."""
    there, todo, found = shipped(package), list(asked(package)), set[str]()
    while todo:
        name = todo.pop()
        if name in there and name not in found:
            found.add(name)
            todo += [*there[name], name.rpartition(".")[0]]
    return found


def shipped_in_vain(packages: Iterable[Package]) -> set[str]:
    """Modules that ship in each of several packages, and that none of them may import."""
    return set[str].intersection(*(shipped(one).keys() - reached(one) for one in packages))


def _module(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def _text(content: bytes | Path) -> str:
    return content.decode() if isinstance(content, bytes) else content.read_text("utf-8")


@cache
def _imports(text: str, *ours: str) -> frozenset[str]:
    return frozenset(name for name in _named(ast.parse(text)) if name.partition(".")[0] in ours)


def _named(tree: ast.Module) -> Iterator[str]:
    """Names of modules, and of what is imported of them, which may be modules too."""
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom):
            yield from (one.module or "", *(f"{one.module}.{alias.name}" for alias in one.names))
        elif isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)


def _parts(name: str) -> Iterator[str]:
    """The packages that something is in, and itself: a, a.b, a.b.c."""
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))
