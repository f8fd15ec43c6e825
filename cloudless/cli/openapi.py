"""`cloudless openapi`: what the endpoints take and answer, for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cloudless.app import App
from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import ConfigFile
from cloudless.cli.program import Program
from cloudless.errors import DefinitionError


def openapi(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there, not to stdout.", show_default=False)
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Print an OpenAPI document of the endpoints.

    Version 3.1, as JSON, from the types of the application: parameters, bodies and results as the code declares them,
    who may call, and every status that a caller should expect. Equal applications give equal documents.

    Exit codes: 0 fine, 1 the program has errors or FILE cannot be written, 2 wrong usage.
    """
    with told(), show.aside(True):
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
        text = _document(program.app)
        if out is not None:
            show.to_file(out, text)
    if out is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{program.app.name}: described in {out}", err=True)


def _document(app: App) -> str:
    """The document as text. Pydantic's schemas are not loaded before: `--help` starts without."""
    from cloudless.frontend.openapi import document

    return f"{json.dumps(document(app), indent=2, ensure_ascii=False)}\n"
