"""`cloudless check`: everything that is wrong with a program, before anything is built."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.comparison import compare
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import AsJson, ConfigFile, StageName
from cloudless.cli.program import Program, loaded
from cloudless.config import Stage
from cloudless.driver.limit import Limit
from cloudless.driver.provider import Provider
from cloudless.errors import ConfigError, DefinitionError, InvalidArgument
from cloudless.ir import ERROR, Diagnostic
from cloudless.node import replace
from cloudless.passes.fit import gaps
from cloudless.passes.limits import limits

Clouds = Annotated[
    str | None,
    typer.Option(
        "--compare", metavar="CLOUD,CLOUD", help="Say instead what differs between these.", show_default=False
    ),
]


def check(stage: StageName = None, compared: Clouds = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say what is wrong with the program.

    Every problem at once, with file, line, column and remedy. Types, names, options, permissions and loops are
    checked as every cloud wants them; then limits and gaps of the providers of the stages in cloudless.toml, as far as
    they are installed, and what their compilers refuse, e.g. of `native=` and `existing=`. A build looks further: at
    the package, and at executions that may still run.

    Exit codes: 0 fits (warnings at most), 1 there are errors, 2 wrong usage.
    """
    if compared is not None:
        compare(compared, stage, config, as_json=as_json)
        return
    with told(), show.aside(as_json), show.progress("checking"):
        try:
            name, found, checked = _found(stage, config)
        except (ConfigError, DefinitionError) as error:
            if not as_json:
                raise
            name, found, checked = "", list(error.problems), []
    errors = sum(problem.severity == ERROR for problem in found)
    if as_json:
        _json(name, found, checked, errors)
    else:
        show.problems(found)
        _summary(name, len(found), errors, checked)
    if errors:
        raise typer.Exit(FAILED)


def _found(stage: str | None, config: ConfigFile) -> tuple[str, list[Diagnostic], list[str]]:
    """Name of the application, all its problems, and what it was checked for."""
    program = Program(config, tolerant=True)
    stages = program.stages(stage)
    providers, checked = _providers(stages)
    tables: dict[str, Mapping[str, Limit]] = {one.name: one.limits for one in providers.values()}
    named = {name: (one.name, one.gaps) for name, one in providers.items()}
    found = [*program.problems, *program.project.strays(program.app)]
    found += program.project.check_values(program.app, [one.name for one in stages])
    found += map(_with_source, [*limits(program.application, tables), *gaps(program.application, named)])
    if not any(problem.severity == ERROR for problem in found):
        found += _refusals(program, stages, providers)
    if program.project.mistakes:
        checked = ["none before cloudless.toml is mended"]
    return program.application.name, found, checked


def _refusals(program: Program, stages: list[Stage], providers: Mapping[str, Provider]) -> list[Diagnostic]:
    """What compilers refuse, each once: their own limits, `existing=` and `native=`."""
    from cloudless.build import refusals

    deployed = [one for one in stages if one.name in providers and one.provider != "memory"]
    found = [refusals(program.application, one, providers[one.name]) for one in deployed]
    return list(dict.fromkeys(problem for some in found for problem in some))


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


def _summary(name: str, total: int, errors: int, checked: list[str]) -> None:
    text = Text().append(name, "bold")
    if total:
        found = f"{show.count(errors, 'error')}, {show.count(total - errors, 'warning')}"
        text.append(f": {found}", "red" if errors else "yellow")
    else:
        text.append(": fits", "green")
    stages = f"; stages: {', '.join(checked)}" if checked else "; there are no stages in cloudless.toml yet"
    show.console().print(text.append(stages, "dim"))


def _json(name: str, found: list[Diagnostic], checked: list[str], errors: int) -> None:
    problems = [show.as_data(problem) for problem in found]
    show.as_json(
        {"app": name, "stages": checked, "errors": errors, "warnings": len(found) - errors, "problems": problems}
    )
