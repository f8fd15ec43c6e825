"""The build: a project and a stage ──► files that the cloud's own tools deploy.

    cloudless.toml ──load──► App ──frontend──► IR ──does it fit?──► provider.compile(IR, stage) ──► Compiled
    Compiled.files, infra/<provider>/*.tf, application.json ──┐
    Compiled.package ──compiler.packing──► bundle, tried ─────┴──► Built ──write──► build/<stage>, cloudless.lock

Every problem is collected before anything is compiled; nothing is written where there is one.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cloudless.compiler import Artifact, Definitions, record
from cloudless.compiler.bundle import Bundle
from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.infra import infra_files
from cloudless.compiler.lock import Lock
from cloudless.compiler.packing import Packed, packed
from cloudless.compiler.pretty import pretty
from cloudless.config import Project, Stage
from cloudless.driver.provider import Compiled, Provider, installed, provider
from cloudless.errors import ConfigError, DefinitionError, InvalidArgument
from cloudless.frontend import compile as compile_app
from cloudless.frontend.shape import shapes
from cloudless.ir import ERROR, Application, Diagnostic
from cloudless.ir.serial import to_plain
from cloudless.node import replace
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
    found = _of_clouds(project)
    if len(found) == 1:
        return found[0]
    known = (
        f"one of {', '.join(stage.name for stage in found)}"
        if found
        else "there is none but of memory in cloudless.toml"
    )
    raise InvalidArgument(f"which stage? {known}: cloudless build STAGE, or --provider aws")


def stages_of(project: Project, name: str | None, provider_name: str | None) -> tuple[Stage, ...]:
    """The stage to build, as `stage_of` says; one for each installed provider where the project has none of a cloud.

    Raises InvalidArgument where no provider is installed, either.
    """
    if name is not None or provider_name is not None or _of_clouds(project):
        return (stage_of(project, name, provider_name),)
    if found := installed():
        return tuple(stage_of(project, None, one) for one in found)
    raise InvalidArgument(
        "no stage of a cloud is in cloudless.toml, and no provider is installed to build for: "
        "pip install 'cloudless-sdk[aws]' (or gcp, azure)"
    )


def _of_clouds(project: Project) -> list[Stage]:
    return [stage for stage in project.stages.values() if stage.provider != "memory"]


class Built(Artifact):
    """The files of a stage, and what was found out on the way.

    bundle: None where nothing is bundled. layer: None where no wheels stand apart.
    lock: what is to be committed, once `write` wrote it. warnings: lines.
    """

    application: Application
    definitions: Definitions
    lock: Lock
    bundle: Bundle | None = None
    layer: Bundle | None = None
    warnings: tuple[str, ...] = ()

    def write(self, folder: Path, *, lock: bool = True) -> list[str]:
        """As `Artifact.write`; and the lock of the stage, beside cloudless.toml, unless that is said to wait."""
        changed = super().write(folder)
        if lock:
            self.lock.write()
        return changed


def build(project: Project, stage: Stage, *, dependencies: bool = True, lock: Lock | None = None) -> Built:
    """The files of a stage. Imports the application.

    dependencies: False leaves out what would be installed, and the trial of the bundle: not to be deployed.
    lock: which definitions still run, in place of what the file of the stage says.

    Raises ConfigError, DefinitionError with every problem of the program on this stage, InvalidArgument (a provider
    that is not installed, a stage in memory), UnsupportedError (one that cannot compile yet).
    """
    chosen = provider_of(stage)
    app = project.load_app()
    application = compile_app(app, entry=project.app, include=project.include, deployable=True)
    kept = Lock.load(project.root, stage.name).without_drafts() if lock is None else lock
    known = shapes(app) if application.orchestrations or kept.kept else {}
    values = project.check_values(app, [stage.name] if stage.name in project.stages else [])
    _check(project, stage, chosen, application, [*values, *kept.problems(application, known)])
    definitions = definitions_of(application, stage.config, kept.texts)
    compiled = _compiled(chosen, stage, application, definitions)
    made = {**compiled.files, IR: pretty(to_plain(application))}
    made[record.FILE] = record.file_of(record.record_of(application, definitions), compiled.published)
    result: Packed | None = None
    if compiled.package is not None:
        result = packed(project, application, compiled.package, dependencies=dependencies)
        made |= result.files
    built = Built({**made, **infra_files(project.root, chosen.name, made)})
    built.application, built.definitions = application, definitions
    built.lock = kept.with_current(application, definitions, known)
    built.warnings = (*_of_no_stage(project, stage, chosen), *compiled.warnings)
    if result is not None:
        built.bundle, built.layer = result.bundle, result.layer
        built.warnings += result.warnings
    return built


def _of_no_stage(project: Project, stage: Stage, chosen: Provider) -> Iterator[str]:
    """What to say of a build for a provider alone."""
    if stage.name not in project.stages:
        needed = [str(one) for one in getattr(chosen, "settings", ()) if one.needed]
        yield (
            "this is for no stage of cloudless.toml: to be read, not deployed; to deploy, add a stage with "
            + ", ".join([f'provider = "{chosen.name}"', *needed])
        )


def objections(
    application: Application, stage: Stage, chosen: Provider
) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    """What the provider's compiler refuses on a stage, e.g. of `native=` and `existing=`; lines that it warns of.

    Nothing is packed or written. Definitions of executions that may still run are not looked at.
    """
    if "compile" in chosen.gaps or not hasattr(chosen, "compile"):
        return (), ()
    try:
        return (), _examined(chosen, stage, application, definitions_of(application, stage.config, {}))
    except DefinitionError as error:
        return tuple(map(_with_source, error.problems)), ()


def _examined(chosen: Provider, stage: Stage, application: Application, definitions: Definitions) -> tuple[str, ...]:
    """What the compiler warns of, by the shortest way that the provider has."""
    examine: Callable[..., tuple[str, ...]] | None = getattr(chosen, "examine", None)
    given = stage, application, definitions
    return examine(*given) if examine else chosen.compile(*given).warnings


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


def _compiled(chosen: Provider, stage: Stage, application: Application, definitions: Definitions) -> Compiled:
    try:
        return chosen.compile(stage, application, definitions)
    except DefinitionError as error:
        raise DefinitionError(map(_with_source, error.problems)) from None


def _check(
    project: Project, stage: Stage, chosen: Provider, application: Application, others: Iterable[Diagnostic]
) -> None:
    """Raise every problem of the program on this stage. others: of its configuration, and of executions."""
    paths = project.check_paths()
    found = [*_problems(stage, chosen, application), *others]
    errors = [problem for problem in found if problem.severity == ERROR]
    if errors:
        raise DefinitionError([*paths, *map(_with_source, errors)])
    if paths:
        raise ConfigError(paths)


def _problems(stage: Stage, chosen: Provider, application: Application) -> Iterable[Diagnostic]:
    yield from limits(application, {chosen.name: chosen.limits})
    yield from gaps(application, {stage.name: (chosen.name, chosen.gaps)})


def _with_source(problem: Diagnostic) -> Diagnostic:
    """With its line of source, which passes and compilers do not know."""
    if problem.source:
        return problem
    return replace(problem, source=linecache.getline(problem.span.file, problem.span.line).rstrip("\n"))
