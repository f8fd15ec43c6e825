"""`cloudless build`: the files that the cloud's own tools deploy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.collector import uncollected
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, stage_names

if TYPE_CHECKING:
    from cloudless.build import Built
    from cloudless.compiler.bundle import Bundle
    from cloudless.ir import Application

Stage = Annotated[
    str | None, typer.Argument(metavar="STAGE", help="A stage of cloudless.toml.", autocompletion=stage_names)
]
ProviderName = Annotated[
    str | None,
    typer.Option("--provider", metavar="NAME", help="This provider instead of the stage's.", show_default=False),
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

    Orchestrations that executions may still run are kept in cloudless.lock/STAGE.json: commit it. (A build for a
    provider alone has no stage that is deployed, and keeps nothing.)

    \b
        cloudless build prod
        cloudless build --provider aws --out /tmp/aws

    Exit codes: 0 built, 1 the program or the stage cannot be built, 2 wrong usage.
    """
    from cloudless import build as pipeline
    from cloudless.compiler.bundle import mebibytes
    from cloudless.config import load

    with told(), show.aside(as_json), show.progress("building"):
        project = load(config)
        chosen = pipeline.stage_of(project, stage, provider)
        built = pipeline.build(project, chosen, dependencies=dependencies)
        folder = out or pipeline.folder_of(project, chosen)
        changed = built.write(folder, lock=chosen.name in project.stages)
    if as_json:
        show.as_json(_plain(built, chosen.name, folder, changed))
        return
    show.console().print(Text(f"{built.application.name} on {chosen.name}: {_nouns(built.application)}"))
    text = Text().append(str(folder), "bold")
    text.append(f": {show.count(len(built.files), 'file')}, {mebibytes(built.size)}; ")
    show.console().print(text.append(f"{show.count(len(changed), 'change')}", "dim" if not changed else "green"))
    for one in filter(None, [built.bundle, built.layer]):
        packed, unpacked = mebibytes(one.size), mebibytes(one.unpacked)
        show.console().print(Text(f"{one.name}: {packed}, {unpacked} unpacked", "dim"))
    for warning in built.warnings:
        show.console().print(Text(f"warning: {warning}", "yellow"))


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
