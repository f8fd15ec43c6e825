"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="This cloudless.toml instead of the nearest one.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
StageName = Annotated[
    str | None, typer.Option("--stage", metavar="STAGE", help="This stage of cloudless.toml alone.", show_default=False)
]
