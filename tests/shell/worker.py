"""What a command of the shell is: a fork that has what it needs imported. See tests/hosting/zygote.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import walk_packages
from runpy import run_module, run_path

from _pytest.config import default_plugins

from tests.hosting.ending import live


def all_of(package: str) -> list[str]:
    """The names of a package and of whatever it has."""
    parts = walk_packages(import_module(package).__path__, f"{package}.")
    return [package, *(part.name for part in parts if not part.name.endswith(".__main__"))]


PROVIDERS = [point.module for point in entry_points(group="cloudless.providers")]
OURS = ("cli", "compiler", "config", "engine", "frontend", "memory", "passes", "runtime", "testing")
MODULES = (
    *("hypothesis.strategies", "pydantic", "rich.console", "cloudless.build", "cronsim", "sqlite3"),
    *("pytest", *(f"_pytest.{plugin}" for plugin in default_plugins), "pdb", "xml.etree.ElementTree"),
    *(module for package in OURS for module in all_of(f"cloudless.{package}")),
    *(module for name in PROVIDERS for module in (f"{name}.provider", *all_of(f"{name}.compile"))),
)
COMMANDS = {"cloudless": "cloudless.cli", "pytest": "pytest"}
"""The module of each that is not Python itself."""
_ROOT = str(Path(__file__).parents[2])
_BIN = str(Path(sys.executable).parent)


def forked(arguments: Sequence[str], descriptors: Sequence[int]) -> None:
    """Run a command. arguments: the folder, its name, and its own. descriptors: for stdin and stderr."""
    folder, name, *words = arguments
    for number, descriptor in zip((0, 2), descriptors, strict=True):
        os.dup2(descriptor, number)
    os.chdir(folder)
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    sys.path[:] = [*_named(), *(one for one in sys.path if one != _ROOT)]
    live(lambda: _run(name, words))


def _named() -> list[str]:
    """What PYTHONPATH holds."""
    return [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]


def _run(name: str, words: list[str]) -> None:
    """As `python -m`, `python FILE`, or a script that an environment has."""
    if name in COMMANDS:
        module, place = COMMANDS[name], _BIN
    elif words[:1] == ["-m"] and len(words) > 1:
        module, place, words = words[1], str(Path.cwd()), words[2:]
    elif words and not words[0].startswith("-"):
        sys.argv[:] = words
        sys.path.insert(0, str(Path(words[0]).parent.resolve()))
        run_path(words[0], run_name="__main__")
        return
    else:
        os.execv(sys.executable, [sys.executable, *words])
    sys.argv[1:] = words
    sys.path.insert(0, place)
    run_module(module, run_name="__main__", alter_sys=True)
