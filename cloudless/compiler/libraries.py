"""Libraries: what the trial of a bundle imports that is not the project's own, as this machine can run it.

Wheels that are compiled for the cloud are taken for this machine in the same versions: who builds for another kind of
processor learns, too, what the functions cannot import.
"""

from __future__ import annotations

import re
from pathlib import Path

from cloudless.compiler.interpreter import Interpreter
from cloudless.compiler.package import Package
from cloudless.compiler.wheels import Installed, Wanted, twins, wheel_files, wheels
from cloudless.errors import CloudlessError
from cloudless.node import node

_COMPILED = re.compile(r".*\.(so|pyd|dylib)(\.\d+)*")


@node(kw_only=True)
class Libraries:
    """folders: of modules, the first goes before. lacking: a compiled file that does not run here, "" for none."""

    folders: tuple[Path, ...] = ()
    lacking: str = ""


def libraries(package: Package, interpreter: Interpreter, installed: Installed | None) -> Libraries:
    """What is required. installed: for the cloud."""
    found = list(_trial(package, interpreter))
    compiled = next(filter(is_compiled, wheel_files(installed.folder, "")), "") if installed else ""
    if installed and compiled and not interpreter.fits:
        try:
            found.append(twins(installed, interpreter.path, interpreter.version))
        except CloudlessError:
            return Libraries(folders=tuple(found), lacking=compiled)
    elif installed:
        found.append(installed.folder)
    return Libraries(folders=tuple(found))


def is_compiled(path: str) -> bool:
    """Whether a file is for one kind of machine alone."""
    return _COMPILED.fullmatch(path) is not None


def _trial(package: Package, interpreter: Interpreter) -> tuple[Path, ...]:
    """What the program of the trial alone needs, where this machine can have it."""
    if not package.trial:
        return ()
    wanted = Wanted(
        file=None, ours=package.trial, platform="", python=interpreter.version, interpreter=interpreter.path
    )
    try:
        return (wheels(wanted).folder,)
    except CloudlessError:
        return ()
