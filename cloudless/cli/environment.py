"""Environment: what `cloudless doctor` looks at, gathered first so that judging it needs nothing of the machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path

from cloudless._version import __version__
from cloudless.cli.program import loaded
from cloudless.config import Project, Stage, load
from cloudless.driver.provider import ENTRY_POINTS, Deploying
from cloudless.errors import CloudlessError, ConfigError, InternalError, InvalidArgument, TerraformError
from cloudless.ir import Diagnostic
from cloudless.options import nearest
from cloudless.terraform import find
from cloudless.terraform.program import NAMES


@dataclass(frozen=True)
class Installed:
    """Something that is there. version: of it, or what else there is to say. problem: why it does not work, or ""."""

    version: str
    problem: str = ""


@dataclass(frozen=True)
class Setup:
    """A cloudless.toml. app: as written there, "shop.app:app"; name: of the App that was imported from there.

    providers: those that stages run on or are like, with these stages. mistakes: of the file; broken: of the import.
    credentials: those that a stage would be deployed with, by stage; none where the provider cannot say. regions: of
    stages whose provider knows which there are. deployed: the stages that Terraform makes.
    terraform: the least version that stages need, by title of the provider.
    """

    file: str
    app: str = ""
    name: str = ""
    providers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    credentials: Mapping[str, Installed] = field(default_factory=dict[str, Installed])
    regions: Mapping[str, Installed] = field(default_factory=dict[str, Installed])
    deployed: tuple[str, ...] = ()
    terraform: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    mistakes: tuple[Diagnostic, ...] = ()
    broken: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Environment:
    """python: its version. versions: of installed distributions by name. providers: installed ones by name.

    terraform: the program that deploys. setup: None where there is no cloudless.toml.
    """

    python: tuple[int, int, int]
    versions: Mapping[str, str]
    providers: Mapping[str, Installed]
    terraform: Installed
    setup: Setup | None


def probe(config: Path | None, distributions: Iterable[str], stage: str | None = None) -> Environment:
    """Look at this machine, and at the project of the working directory, whose application is imported.

    distributions: those whose versions are wanted. stage: InvalidArgument where the project has no such stage.
    """
    setup = _setup(config, stage)
    return Environment(
        python=sys.version_info[:3],
        versions={name: known for name in distributions if (known := _version(name)) is not None},
        providers={entry.name: _installed(entry) for entry in entry_points(group=ENTRY_POINTS)},
        terraform=_terraform(setup.terraform if setup else {}),
        setup=setup,
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


def _terraform(wanted: Mapping[str, tuple[int, int]]) -> Installed:
    try:
        return Installed(str(find(wanted=wanted)))
    except TerraformError as problem:
        return Installed("?" if any(map(shutil.which, NAMES)) else "", str(problem))


def _setup(config: Path | None, stage: str | None) -> Setup | None:
    try:
        project = load(config, tolerant=True)
    except ConfigError as error:
        if config is None and isinstance(error.__cause__, FileNotFoundError):
            return None
        return Setup(error.problems[0].span.file, mistakes=error.problems)
    if stage is not None and not project.mistakes:
        project.stage(stage)
    known = Setup(
        str(project.path),
        project.app,
        providers=_providers(project),
        credentials=_credentials(project),
        regions=_regions(project),
        deployed=tuple(one.name for one in _deployed(project)),
        terraform=dict(_wanted(project)),
        mistakes=project.mistakes,
    )
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


def _deployed(project: Project) -> list[Stage]:
    return [stage for stage in project.stages.values() if stage.provider != "memory"]


def _regions(project: Project) -> dict[str, Installed]:
    """Where stages are to be, by stage; a problem where the provider knows no such region."""
    found: dict[str, Installed] = {}
    for stage in _deployed(project):
        with suppress(InvalidArgument):
            chosen = loaded(stage.provider)
            known = Deploying(chosen).regions
            if stage.region and known:
                found[stage.name] = Installed(stage.region, _unknown(stage.region, chosen.title, known))
    return found


def _unknown(region: str, title: str, known: Collection[str]) -> str:
    if region in known:
        return ""
    guess = nearest(region, sorted(known))
    remedy = f'region = "{guess}" in cloudless.toml' if guess else f"one of {', '.join(sorted(known))}"
    return f"{region!r} is no region of {title} that cloudless {__version__} knows: {remedy}, if it is not a new one"


def _credentials(project: Project) -> dict[str, Installed]:
    """What would be deployed with, by stage."""
    found = {stage.name: _signed_in(stage) for stage in _deployed(project)}
    return {name: one for name, one in found.items() if one.version or one.problem}


def _wanted(project: Project) -> Iterator[tuple[str, tuple[int, int]]]:
    """The least Terraform that stages need, by title of the provider; none of what cannot be loaded."""
    for name in sorted({stage.provider for stage in _deployed(project)}):
        with suppress(InvalidArgument):
            chosen = loaded(name)
            yield chosen.title, Deploying(chosen).least_terraform


def _signed_in(stage: Stage) -> Installed:
    try:
        return Installed(Deploying(loaded(stage.provider)).credentials(stage))
    except InvalidArgument:  # no such provider, which is told elsewhere
        return Installed("")
    except InternalError:
        raise
    except CloudlessError as problem:
        return Installed("", str(problem))
