"""`cloudless graph`: who feeds and who calls whom, as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import ConfigFile
from cloudless.cli.program import Program
from cloudless.errors import DefinitionError
from cloudless.ir import Application


class Format(StrEnum):
    """MERMAID: text that is drawn where it is shown. SVG: a picture of ours."""

    MERMAID = "mermaid"
    SVG = "svg"


def graph(
    format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.MERMAID,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there, not to stdout.", show_default=False)
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Draw who feeds and who calls whom.

    Handlers with the endpoints, queues, topics and schedules that feed them, and what their code sends to, publishes
    on, invokes and reads. Dashed: dead letters, and what only looks or repairs. A dead-letter queue is shown where
    somebody consumes it or looks after it. GitHub draws Mermaid in a file named *.mmd, and between ```mermaid and ```.

    Exit codes: 0 fine, 1 the program has errors or FILE cannot be written, 2 wrong usage.
    """
    with told(), show.aside(True):
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
        text = _drawn(program.application, format)
        if out is not None:
            show.to_file(out, text)
    if out is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{program.application.name}: drawn as {format} in {out}", err=True)


def _drawn(application: Application, format: Format) -> str:
    """The picture as text. Nothing of it is loaded before: other commands start without."""
    from cloudless.passes.graph import graph as graph_of

    if format == Format.SVG:
        from cloudless.cli.drawing.svg import svg as write
    else:
        from cloudless.cli.drawing.mermaid import mermaid as write
    return write(graph_of(application), application.name)
