"""`cloudless build`: the files that the cloud's own tools deploy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, stage_names

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


def build(
    stage: Stage = None,
    provider: ProviderName = None,
    out: Out = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    r"""Compile the application for a stage's cloud.

    Writes build/STAGE: Terraform JSON, what belongs to it, and application.json, the application as data. Files that
    are equal are not touched; what no build wrote is left alone. Nothing is written where the program does not fit
    the cloud.

    \b
        cloudless build prod
        cloudless build --provider aws --out /tmp/aws

    Exit codes: 0 built, 1 the program or the stage cannot be built, 2 wrong usage.
    """
    from cloudless import build as pipeline
    from cloudless.config import load

    with told(), show.aside(as_json), show.progress("building"):
        project = load(config)
        chosen = pipeline.stage_of(project, stage, provider)
        artifact = pipeline.build(project, chosen)
        folder = out or pipeline.folder_of(project, chosen)
        changed = artifact.write(folder)
    if as_json:
        show.as_json({"stage": chosen.name, "folder": str(folder), "files": list(artifact.files), "changed": changed})
        return
    text = Text().append(str(folder), "bold")
    text.append(f": {show.count(len(artifact.files), 'file')}, {artifact.size / 1024:,.1f} KiB; ")
    show.console().print(text.append(f"{show.count(len(changed), 'change')}", "dim" if not changed else "green"))
