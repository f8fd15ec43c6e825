"""`cloudless graph`: who feeds and who calls whom, or the steps of an orchestration, as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cloudless.cli import show
from cloudless.cli.completion import orchestration_names
from cloudless.cli.failure import told
from cloudless.cli.options import ConfigFile
from cloudless.cli.program import Program
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.ir import Application, Orchestration
from cloudless.options import nearest


class Format(StrEnum):
    """MERMAID: text that is drawn where it is shown. SVG: a picture of ours."""

    MERMAID = "mermaid"
    SVG = "svg"


def graph(
    orchestration: Annotated[
        str | None,
        typer.Argument(
            metavar="ORCHESTRATION",
            help="Draw the steps of this one.",
            show_default=False,
            autocompletion=orchestration_names,
        ),
    ] = None,
    *,
    format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.MERMAID,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there, not to stdout.", show_default=False)
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Draw who feeds and calls whom, or an orchestration's steps.

    Handlers with the endpoints, queues, topics and schedules that feed them, and what their code sends to, publishes
    on, invokes, starts and reads; orchestrations with what they call and the events that they wait for. Dashed: dead
    letters, and what only looks or repairs. A dead-letter queue is shown where somebody consumes it or looks after it.

    Of an orchestration: its steps with their retries and time-outs, conditions, loops, what runs in parallel, waits,
    handlers of errors, and what a saga undoes. What only computes is left out. For example: cloudless graph fulfil

    GitHub draws Mermaid in a file named *.mmd, and between ```mermaid and ```.

    Exit codes: 0 fine, 1 the program has errors, has no ORCHESTRATION of that name, or FILE cannot be written, 2 wrong
    usage.
    """
    with told(), show.aside(True):
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
        chosen = _chosen(program.application, orchestration) if orchestration is not None else None
        text = _flow(program.application, chosen, format) if chosen else _application(program.application, format)
        if out is not None:
            show.to_file(out, text)
    if out is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{orchestration or program.application.name}: drawn as {format} in {out}", err=True)


def _chosen(application: Application, name: str) -> Orchestration:
    """The orchestration of that name; InvalidArgument with the nearest one."""
    known = {one.name: one for one in application.orchestrations}
    if name in known:
        return known[name]
    guess = nearest(name, known)
    others = f"there are {', '.join(known)}" if known else "it has none"
    hint = f"did you mean {guess!r}?" if guess else others
    raise InvalidArgument(f"{application.name} has no orchestration {name!r}: {hint}")


# Nothing of a picture is loaded before it is drawn: other commands start without.


def _application(application: Application, format: Format) -> str:
    from cloudless.passes.graph import graph as graph_of

    if format == Format.SVG:
        from cloudless.cli.drawing.svg import svg as write
    else:
        from cloudless.cli.drawing.mermaid import mermaid as write
    return write(graph_of(application), application.name)


def _flow(application: Application, orchestration: Orchestration, format: Format) -> str:
    from cloudless.passes.flow import chart_of

    if format == Format.SVG:
        from cloudless.cli.drawing.flow_svg import flow_svg as write
    else:
        from cloudless.cli.drawing.flow_mermaid import flow_mermaid as write
    return write(chart_of(orchestration), f"{application.name}: {orchestration.name}")
