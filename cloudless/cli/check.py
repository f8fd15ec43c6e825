"""`cloudless check`: everything that is wrong with a program, before anything is built."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.comparison import compare
from cloudless.cli.completion import cloud_lists
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import AsJson, ConfigFile, StageName
from cloudless.cli.program import Program, loaded
from cloudless.collector import uncollected
from cloudless.config import Stage
from cloudless.driver.limit import Limit
from cloudless.driver.provider import Provider
from cloudless.errors import ConfigError, DefinitionError, InvalidArgument
from cloudless.ir import ERROR, WARNING, Diagnostic
from cloudless.node import replace
from cloudless.passes.fit import gaps
from cloudless.passes.limits import limits

Clouds = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="CLOUD,CLOUD",
        help="Say instead what differs between these.",
        show_default=False,
        autocompletion=cloud_lists,
    ),
]


@uncollected()
def check(stage: StageName = None, compared: Clouds = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say what is wrong with the program.

    Every problem at once, with file, line, column and remedy. Types, names, options, permissions and loops are
    checked as every cloud wants them; then limits and gaps of the providers of the stages in cloudless.toml, as far as
    they are installed, and what their compilers refuse, e.g. of `native=` and `existing=`. Where no stage is of a cloud
    yet, every provider that is installed is looked at, and warned of. A build looks further: at the package, and at
    executions that may still run.

    Exit codes: 0 fits (warnings at most), 1 there are errors, 2 wrong usage.
    """
    if compared is not None:
        compare(compared, stage, config, as_json=as_json)
        return
    with told(), show.aside(as_json), show.progress("checking"):
        try:
            found = _found(stage, config)
        except (ConfigError, DefinitionError) as error:
            if not as_json:
                raise
            found = _Found("", list(error.problems), [], [])
    if as_json:
        _json(found)
    else:
        show.problems(found.problems)
        for line in found.notes:
            show.console().print(Text(f"warning: {line}\n", "yellow"))
        _summary(found)
    if found.errors:
        raise typer.Exit(FAILED)


class _Found:
    """All problems of a program. stages: what it was checked for. clouds: the same, of those that no stage chose.

    notes: of compilers, which have no place, e.g. that they know no such region. chose: whether a stage of a cloud is
    in cloudless.toml, or somebody asked for one.
    """

    def __init__(self, name: str, problems: list[Diagnostic], stages: list[str], drafts: list[Stage]) -> None:
        self.name = name
        self.problems = problems
        self.stages = stages
        self.clouds = [one.provider for one in drafts]
        self.notes: list[str] = []
        self.chose = True

    @property
    def errors(self) -> int:
        return sum(problem.severity == ERROR for problem in self.problems)


def _found(stage: str | None, config: ConfigFile) -> _Found:
    """What is wrong, and what was looked at."""
    program = Program(config, tolerant=True)
    stages = program.stages(stage)
    chose = stage is not None or bool(program.project.mistakes) or any(map(_is_of_a_cloud, stages))
    drafts = [] if chose else _drafts(program)
    problems = [*program.problems, *program.project.strays(program.app)]
    problems += program.project.check_values(program.app, [one.name for one in stages])
    of_stages, checked, notes = _of_stages(program, stages, problems)
    of_drafts, _, _ = _of_stages(program, drafts, problems)
    problems += of_stages
    problems += [replace(one, severity=WARNING) for one in of_drafts if one not in of_stages]
    if program.project.mistakes:
        checked = ["none before cloudless.toml is mended"]
    found = _Found(program.application.name, problems, checked, drafts)
    found.chose = chose
    found.notes = notes
    return found


def _is_of_a_cloud(stage: Stage) -> bool:
    return stage.provider != "memory" or stage.like is not None


def _of_stages(
    program: Program, stages: list[Stage], known: list[Diagnostic]
) -> tuple[list[Diagnostic], list[str], list[str]]:
    """What does not fit the clouds of some stages, what to say of each, and notes. known: what fits none."""
    providers, said = _providers(stages)
    tables: dict[str, Mapping[str, Limit]] = {one.name: one.limits for one in providers.values()}
    named = {name: (one.name, one.gaps) for name, one in providers.items()}
    found = list(map(_with_source, [*limits(program.application, tables), *gaps(program.application, named)]))
    if any(problem.severity == ERROR for problem in (*known, *found)):
        return found, said, []
    refused, notes = _objections(program, stages, providers)
    return [*found, *refused], said, notes


def _drafts(program: Program) -> list[Stage]:
    """A stage of each installed provider, as `cloudless build` makes them where the project has none of a cloud."""
    from cloudless.build import stages_of
    from cloudless.driver.provider import installed

    return list(stages_of(program.project, None, None)) if installed() else []


def _objections(
    program: Program, stages: list[Stage], providers: Mapping[str, Provider]
) -> tuple[list[Diagnostic], list[str]]:
    """What compilers refuse, each once: their own limits, `existing=` and `native=`; what they warn of, by stage."""
    from cloudless.build import objections

    refused: dict[Diagnostic, None] = {}
    notes: list[str] = []
    for one in stages:
        if one.name in providers and one.provider != "memory":
            problems, lines = objections(program.application, one, providers[one.name])
            refused |= dict.fromkeys(problems)
            notes += [f"stage {one.name!r}: {line}" for line in lines]
    return list(refused), notes


def _providers(stages: list[Stage]) -> tuple[dict[str, Provider], list[str]]:
    """The provider of each stage that is installed, by stage; and what to say of every stage."""
    found: dict[str, Provider] = {}
    said: list[str] = []
    for stage in stages:
        name = stage.like if stage.provider == "memory" else stage.provider
        said.append(f"{stage.name} ({f'memory, like {name}' if stage.like else stage.provider})")
        if name is None:
            continue
        try:
            found[stage.name] = loaded(name)
        except InvalidArgument as missing:
            said[-1] += f" without its limits: {missing}"
    return found, said


def _with_source(problem: Diagnostic) -> Diagnostic:
    """With its line of source, which a pass over the IR does not know."""
    return replace(problem, source=linecache.getline(problem.span.file, problem.span.line).rstrip("\n"))


def _summary(found: _Found) -> None:
    text = Text().append(found.name, "bold")
    total, errors = len(found.problems) + len(found.notes), found.errors
    if total:
        told = f"{show.count(errors, 'error')}, {show.count(total - errors, 'warning')}"
        text.append(f": {told}", "red" if errors else "yellow")
    else:
        text.append(": fits", "green")
    stages = f"; stages: {', '.join(found.stages)}" if found.stages else "; there are no stages in cloudless.toml yet"
    show.console().print(text.append(stages, "dim").append(_unchosen(found), "dim"))


def _unchosen(found: _Found) -> str:
    """What was looked at in place of a stage of a cloud."""
    if found.chose:
        return ""
    if found.clouds:
        return f"; none is of a cloud, so checked for those installed: {', '.join(found.clouds)}"
    return "; no cloud's limits were checked, as no provider is installed: pip install 'cloudless-sdk[aws]'"


def _json(found: _Found) -> None:
    errors = found.errors
    show.as_json({
        "app": found.name,
        "stages": found.stages,
        "clouds": found.clouds,
        "errors": errors,
        "warnings": len(found.problems) + len(found.notes) - errors,
        "notes": found.notes,
        "problems": [show.as_data(problem) for problem in found.problems],
    })  # fmt: skip
