"""Environment: what `cloudless doctor` looks at, gathered first so that judging it needs nothing of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path

from cloudless.cli.program import loaded
from cloudless.config import Project, load
from cloudless.driver.provider import ENTRY_POINTS
from cloudless.errors import ConfigError, InvalidArgument
from cloudless.ir import Diagnostic

PROGRAMS = ("terraform", "tofu")
_PATIENCE_S = 20
_QUIET = {"CHECKPOINT_DISABLE": "1"}  # Terraform would ask its maker for a newer version


@dataclass(frozen=True)
class Installed:
    """A provider that is installed. problem: why it cannot be loaded, "" where it can."""

    version: str
    problem: str = ""


@dataclass(frozen=True)
class Setup:
    """A cloudless.toml. app: as written there, "shop.app:app"; name: of the App that was imported from there.

    providers: those that stages run on or are like, with these stages. mistakes: of the file; broken: of the import.
    """

    file: str
    app: str = ""
    name: str = ""
    providers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    mistakes: tuple[Diagnostic, ...] = ()
    broken: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Environment:
    """python: its version. versions: of installed distributions by name. providers: installed ones by name.

    programs: what each that is found says of its version, "" where it cannot say it.
    setup: None where there is no cloudless.toml.
    """

    python: tuple[int, int, int]
    versions: Mapping[str, str]
    providers: Mapping[str, Installed]
    programs: Mapping[str, str]
    setup: Setup | None


def probe(config: Path | None, distributions: Iterable[str]) -> Environment:
    """Look at this machine, and at the project of the working directory, whose application is imported.

    distributions: those whose versions are wanted.
    """
    found = {name: where for name in PROGRAMS if (where := shutil.which(name))}
    return Environment(
        python=sys.version_info[:3],
        versions={name: known for name in distributions if (known := _version(name)) is not None},
        providers={entry.name: _installed(entry) for entry in entry_points(group=ENTRY_POINTS)},
        programs={name: _says(where) for name, where in found.items()},
        setup=_setup(config),
    )


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _installed(entry: EntryPoint) -> Installed:
    known = entry.dist.version if entry.dist else "?"
    try:
        loaded(entry.name)
    except InvalidArgument as problem:
        return Installed(known, str(problem))
    return Installed(known)


def _says(program: str) -> str:
    """The first line of what a program says of its version; "" where it says nothing, fails or hangs."""
    try:
        done = subprocess.run(
            [program, "version"],
            env={**os.environ, **_QUIET},
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.partition("\n")[0].strip()


def _setup(config: Path | None) -> Setup | None:
    try:
        project = load(config, tolerant=True)
    except ConfigError as error:
        if config is None and isinstance(error.__cause__, FileNotFoundError):
            return None
        return Setup(error.problems[0].span.file, mistakes=error.problems)
    known = Setup(str(project.path), project.app, providers=_providers(project), mistakes=project.mistakes)
    try:
        return replace(known, name=project.load_app().name)
    except ConfigError as error:
        return replace(known, broken=tuple(one for one in error.problems if one not in project.mistakes))


def _providers(project: Project) -> dict[str, tuple[str, ...]]:
    """The stages of each provider that stages run on, or are like in memory."""
    found: dict[str, tuple[str, ...]] = {}
    for stage in project.stages.values():
        name = stage.like if stage.provider == "memory" else stage.provider
        if name is not None:
            found[name] = (*found.get(name, ()), stage.name)
    return found
