"""`cloudless build`: the files that the cloud's own tools deploy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import provider_names
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, stage_names
from cloudless.collector import uncollected
from cloudless.errors import InvalidArgument

if TYPE_CHECKING:
    from cloudless.build import Built
    from cloudless.compiler.bundle import Bundle
    from cloudless.config import Project
    from cloudless.config import Stage as Named
    from cloudless.ir import Application

_Done = tuple["Built", str, Path, list[str]]
"""What was built, for which stage, where it was written, and which files changed there."""

Stage = Annotated[
    str | None, typer.Argument(metavar="STAGE", help="A stage of cloudless.toml.", autocompletion=stage_names)
]
ProviderName = Annotated[
    str | None,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="This provider instead of the stage's.",
        show_default=False,
        autocompletion=provider_names,
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where to write; build/STAGE otherwise.", show_default=False)
]

Dependencies = Annotated[
    bool,
    typer.Option(
        "--dependencies/--no-dependencies",
        help="Bundle what the functions require, and try to import them; without, the bundle is not for deployment.",
    ),
]


@uncollected()
def build(  # noqa: PLR0917  (one argument an option)
    stage: Stage = None,
    provider: ProviderName = None,
    out: Out = None,
    dependencies: Dependencies = True,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    r"""Compile the application for a stage's cloud.

    Writes build/STAGE: Terraform JSON, the bundle of the functions, the *.tf files of infra/PROVIDER, and
    application.json, the application as data. Files that are equal are not touched; what no build wrote is left alone.
    Nothing is written where the program does not fit the cloud.

    What the functions require is read from requirements.txt, else from pyproject.toml, beside cloudless.toml (or from
    what `requirements` there names), and resolved by uv for the cloud's Python. The bundle is then imported.

    Without STAGE: the only one of a cloud; where cloudless.toml has none yet, one for each installed provider, to be
    read.

    Orchestrations that executions may still run are kept in cloudless.lock/STAGE.json: commit it. (A build for a
    provider alone has no stage that is deployed, and keeps nothing.)

    \b
        cloudless build
        cloudless build prod
        cloudless build --provider aws --out /tmp/aws

    Exit codes: 0 built, 1 the program or the stage cannot be built, 2 wrong usage.
    """
    from cloudless import build as pipeline
    from cloudless.config import load

    with told(), show.aside(as_json), show.progress("building"):
        project = load(config)
        stages = pipeline.stages_of(project, stage, provider)
        _check_alone(stages, out, as_json)
        done = [_one(project, chosen, out, dependencies) for chosen in stages]
    for one in done:
        if as_json:
            show.as_json(_plain(*one))
        else:
            _tell(*one)


def _one(project: Project, stage: Named, out: Path | None, dependencies: bool) -> _Done:
    """Build a stage and write its files."""
    from cloudless import build as pipeline

    built = pipeline.build(project, stage, dependencies=dependencies)
    folder = out or pipeline.folder_of(project, stage)
    return built, stage.name, folder, built.write(folder, lock=stage.name in project.stages)


def _check_alone(stages: tuple[Named, ...], out: Path | None, as_json: bool) -> None:
    """Raise InvalidArgument where an option is for one stage, and there are several."""
    option = "--out" if out else "--json" if as_json else ""
    if option and len(stages) > 1:
        names = [one.name for one in stages]
        raise InvalidArgument(f"{option} is for one of {', '.join(names)}: add --provider {names[0]}")


def _tell(built: Built, stage: str, folder: Path, changed: list[str]) -> None:
    from cloudless.compiler.bundle import mebibytes

    out = show.console()
    out.print(Text(f"{built.application.name} on {stage}: {_nouns(built.application)}"))
    text = Text().append(str(folder), "bold")
    text.append(f": {show.count(len(built.files), 'file')}, {mebibytes(built.size)}; ")
    out.print(text.append(f"{show.count(len(changed), 'change')}", "dim" if not changed else "green"))
    for one in filter(None, [built.bundle, built.layer]):
        packed, unpacked = mebibytes(one.size), mebibytes(one.unpacked)
        out.print(Text(f"{one.name}: {packed}, {unpacked} unpacked", "dim"))
    for warning in built.warnings:
        out.print(Text(f"warning: {warning}", "yellow"))


def _nouns(application: Application) -> str:
    """What a program is made of, in its own words: "4 endpoints, 3 queues, 1 orchestration"."""
    from cloudless.ir import DEAD_LETTERS, INTERNAL

    queues = [one for one in application.queues if one.role not in {DEAD_LETTERS, INTERNAL}]
    counted = {
        "endpoint": application.endpoints, "queue": queues, "topic": application.topics,
        "subscription": application.subscriptions, "schedule": application.schedules,
        "function": application.functions, "orchestration": application.orchestrations, "event": application.events,
        "secret": application.secrets,
    }  # fmt: skip
    return ", ".join(show.count(len(found), word) for word, found in counted.items() if found) or "nothing"


def _plain(built: Built, stage: str, folder: Path, changed: list[str]) -> dict[str, Any]:
    return {
        "stage": stage, "folder": str(folder), "files": list(built.files), "changed": changed,
        "bundle": _zip(built.bundle), "layer": _zip(built.layer), "warnings": list(built.warnings),
    }  # fmt: skip


def _zip(one: Bundle | None) -> dict[str, Any] | None:
    return None if one is None else {"name": one.name, "bytes": one.size, "unpacked": one.unpacked}
