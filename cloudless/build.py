"""The build: a project and a stage ──► files that the cloud's own tools deploy.

    cloudless.toml ──load──► App ──frontend──► IR ──does it fit?──► provider.compile(IR, stage) ──► Artifact

Every problem is collected before anything is compiled; nothing is written where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cloudless.compiler import Artifact
from cloudless.compiler.definitions import definitions_of
from cloudless.config import Project, Stage
from cloudless.driver.provider import Provider, provider
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.frontend import compile as compile_app
from cloudless.ir import ERROR, Application, Diagnostic, dump
from cloudless.passes.fit import gaps
from cloudless.passes.limits import limits

IR = "application.json"
"""What the application is, as data: beside the provider's files, for people and programs that want to look."""


def stage_of(project: Project, name: str | None, provider_name: str | None) -> Stage:
    """The stage to build: the named one, or the only one that is not in memory; `provider_name` takes its place's.

    Raises InvalidArgument where that is none, or several.
    """
    if name is not None and (name in project.stages or provider_name is None):
        stage = project.stage(name)
        return stage if provider_name is None else stage.model_copy(update={"provider": provider_name})
    if provider_name is not None:
        return Stage.model_validate({"name": name or provider_name, "provider": provider_name})
    found = [stage for stage in project.stages.values() if stage.provider != "memory"]
    if len(found) == 1:
        return found[0]
    known = (
        f"one of {', '.join(stage.name for stage in found)}"
        if found
        else "there is none but of memory in cloudless.toml"
    )
    raise InvalidArgument(f"which stage? {known}: cloudless build STAGE, or --provider aws")


def build(project: Project, stage: Stage) -> Artifact:
    """The files of a stage. Imports the application.

    Raises ConfigError, DefinitionError with every problem of the program on this stage, InvalidArgument (a provider
    that is not installed, a stage in memory), UnsupportedError (one that cannot compile yet).
    """
    chosen = provider_of(stage)
    application = compile_app(project.load_app(), entry=project.app, include=project.include, deployable=True)
    errors = [problem for problem in _problems(project, stage, chosen, application) if problem.severity == ERROR]
    if errors:
        raise DefinitionError(errors)
    definitions = definitions_of(application, stage.config)
    compiled = chosen.compile(stage, application, definitions)
    return Artifact({**compiled.files, IR: dump(application).encode()})


def folder_of(project: Project, stage: Stage) -> Path:
    """Where a stage is built, unless said otherwise."""
    return project.root / "build" / stage.name


def provider_of(stage: Stage) -> Provider:
    """The provider that a stage is built with; raises as `build` where it cannot be."""
    if stage.provider == "memory":
        text = f"stage {stage.name!r} is in memory, where nothing is built"
        raise InvalidArgument(f"{text}: use cloudless run or cloudless dev, or build it with --provider aws")
    chosen = provider(stage.provider)
    gap = chosen.gaps.get("compile")
    if gap is not None:
        raise gap.error(chosen.name)
    return chosen


def _problems(project: Project, stage: Stage, chosen: Provider, application: Application) -> Iterable[Diagnostic]:
    yield from limits(application, {chosen.name: chosen.limits})
    yield from gaps(application, {stage.name: (chosen.name, chosen.gaps)})
    if stage.name in project.stages:
        yield from project.check_values(application, [stage.name])
