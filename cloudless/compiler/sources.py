"""Sources: which files of the project, and of ours, go into a bundle, and where. Looks at the disk, changes nothing.

Of the project: the package (or module) of every module that was imported from below its root, whole, with its data; and
what `bundle = [...]` in cloudless.toml names. Not: tests that nobody imported, caches, virtual environments, builds;
keys, settings of machines and state of Terraform's beside the code; what lies behind links out of the project.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from cloudless.compiler.artifact import MANIFEST
from cloudless.compiler.package import Own

_SKIPPED = re.compile(r"\..*|__pycache__|node_modules|.*\.(egg|dist)-info|.*\.py[co]|.*~")
_PRIVATE = re.compile(
    r".*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|env|tfstate|tfstate\..*|tfvars)|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|local\.settings\.json"
)
"""Names of files with secrets: who needs one there names the file itself in `bundle`."""
_TESTS = frozenset({"test", "tests"})
_TEST = re.compile(r"test_.*\.py|.*_test\.py|conftest\.py")
_MARKS = (MANIFEST, "pyvenv.cfg")
"""A folder with one of these is a build of ours, or a virtual environment."""

Files = dict[str, Path]
"""Where a file is, by its path in the bundle."""


def user_files(root: Path, loaded: Mapping[str, ModuleType], left_out: Collection[str]) -> Files:
    """The project's code. loaded: as sys.modules. left_out: top-level names that are not the project's."""
    modules = dict(_modules(root, loaded, left_out))
    files: Files = {}
    for base, name in sorted({(base, name.partition(".")[0]) for name, (base, _) in modules.items()}):
        imported = frozenset(file for _, file in modules.values())
        for file in _within(root, _top(base, name, imported)):
            files.setdefault(file.relative_to(base).as_posix(), file)
    return files


def extra_files(root: Path, paths: Iterable[Path]) -> Files:
    """The files of paths below root: of a folder, all that are not hidden, nor private by their names."""
    found = (file for path in paths for file in (_within(root, _walk(path)) if path.is_dir() else (path,)))
    return {file.relative_to(root).as_posix(): file for file in found}


def own_files(own: Own, site: str) -> Files:
    """Our code from where it is installed, editable or not, as it stands below the folder `site` of a bundle."""
    home = Path(str(import_module(own.module).__path__[0]))
    lead = f"{site}/{own.module}" if site else own.module
    return {
        f"{lead}/{path}": file
        for file in _walk(home, own.left_out)
        if not _is_left_out(path := file.relative_to(home).as_posix(), own.left_out)
    }


def _modules(
    root: Path, loaded: Mapping[str, ModuleType], left_out: Collection[str]
) -> Iterator[tuple[str, tuple[Path, Path]]]:
    """Modules of the project: name, the folder that it was imported from, file."""
    below = f"{root}{os.sep}"
    libraries = (f"{sys.prefix}{os.sep}", f"{sys.base_prefix}{os.sep}")
    for name, module in list(loaded.items()):
        given = getattr(module, "__file__", None)
        if not given or name == "__main__" or name.partition(".")[0] in left_out:
            continue
        text = given if given.startswith(below) or given.startswith(libraries) else os.path.realpath(given)
        inner = text.removeprefix(below)
        if inner != text and "site-packages" not in inner and not inner.startswith("."):
            base = _base(name, Path(text))
            if base is not None:
                yield name, (base, Path(text))


def _base(name: str, file: Path) -> Path | None:
    """The folder on sys.path that a module was found in; None where its name is not that of its file."""
    parts = name.split(".")
    home = file.parent if file.stem == "__init__" else file.with_suffix("")
    return home.parents[len(parts) - 1] if list(home.parts[-len(parts) :]) == parts else None


def _top(base: Path, name: str, imported: Collection[Path]) -> Iterator[Path]:
    """The files of a top-level package or module."""
    if not (base / name).is_dir():
        yield base / f"{name}.py"
        return
    rooms = {room for file in imported for room in file.parents}
    for file in _walk(base / name):
        inner = [room for room in file.relative_to(base).parents if room.name in _TESTS]
        is_test = any(base / room not in rooms for room in inner) or bool(_TEST.fullmatch(file.name))
        if not is_test or file in imported:
            yield file


def _within(root: Path, files: Iterable[Path]) -> Iterator[Path]:
    """Those that lie in the project, and whose names do not say that they are nobody else's."""
    home = root.resolve()
    return (one for one in files if not _PRIVATE.fullmatch(one.name) and one.resolve().is_relative_to(home))


def _walk(folder: Path, left_out: Collection[str] = ()) -> Iterator[Path]:
    """The files of a folder, in order, through links too. left_out: names just below it."""
    for name, rooms, names in os.walk(folder, followlinks=True):
        here = Path(name)
        rooms[:] = sorted(
            room
            for room in rooms
            if not _SKIPPED.fullmatch(room)
            and not any((here / room / mark).exists() for mark in _MARKS)
            and not (here == folder and room in left_out)
            and not ((here / room).is_symlink() and here.resolve().is_relative_to((here / room).resolve()))
        )
        yield from (here / one for one in sorted(names) if not _SKIPPED.fullmatch(one))


def _is_left_out(path: str, left_out: Collection[str]) -> bool:
    """Whether a module, or one that it is in, is among those left out, by dotted name."""
    parts = path.removesuffix(".py").split("/")
    return any(".".join(parts[:end]) in left_out for end in range(1, len(parts) + 1))
