"""`cloudless graph`: who feeds and who calls whom, or the steps of an orchestration, as a picture."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import orchestration_names
from cloudless.cli.failure import told
from cloudless.cli.options import ConfigFile
from cloudless.cli.program import Program
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.ir import Application, Orchestration
from cloudless.options import nearest

if TYPE_CHECKING:
    from cloudless.cli.drawing.branches import Branch


class Format(StrEnum):
    """MERMAID: text that is drawn where it is shown. SVG: a picture of ours. TEXT: a tree, for the terminal."""

    MERMAID = "mermaid"
    SVG = "svg"
    TEXT = "text"


_SUFFIXES = {".svg": Format.SVG, ".txt": Format.TEXT}


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
    format: Annotated[
        Format | None,
        typer.Option("--format", help="How to write it; else as FILE ends, or text in a terminal.", show_default=False),
    ] = None,
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

    In a terminal it is a tree; a file that ends in .svg is a picture, for light pages and dark ones; everything else is
    Mermaid, which GitHub draws in a file named *.mmd, and between ```mermaid and ```.

    Exit codes: 0 fine, 1 the program has errors, has no ORCHESTRATION of that name, or FILE cannot be written, 2 wrong
    usage.
    """
    with told(), show.aside(True):
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
        chosen = _chosen(program.application, orchestration) if orchestration is not None else None
        form = format or _format(out)
        drawn = _flow(program.application, chosen, form) if chosen else _application(program.application, form)
        if out is not None:
            show.to_file(out, _plain(drawn))
    if out is not None:
        typer.echo(f"{orchestration or program.application.name}: drawn as {form} in {out}", err=True)
    elif isinstance(drawn, str):
        typer.echo(drawn, nl=False)
    else:
        show.console().print(*_lines(drawn), sep="\n")


def _format(out: Path | None) -> Format:
    """What suits the place that it goes to."""
    if out is None and sys.stdout.isatty():
        return Format.TEXT
    return _SUFFIXES.get(out.suffix.lower(), Format.MERMAID) if out else Format.MERMAID


def _plain(drawn: str | Branch) -> str:
    return drawn if isinstance(drawn, str) else "".join(f"{line.plain}\n" for line in _lines(drawn))


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


def _application(application: Application, format: Format) -> str | Branch:
    from cloudless.passes.graph import graph as graph_of

    drawn, title = graph_of(application), application.name
    if format == Format.SVG:
        from cloudless.cli.drawing.svg import svg

        return svg(drawn, title)
    if format == Format.MERMAID:
        from cloudless.cli.drawing.mermaid import mermaid

        return mermaid(drawn, title)
    from cloudless.cli.drawing.text import tree

    return tree(drawn, title)


def _flow(application: Application, orchestration: Orchestration, format: Format) -> str | Branch:
    from cloudless.passes.flow import chart_of

    drawn, title = chart_of(orchestration), f"{application.name}: {orchestration.name}"
    if format == Format.SVG:
        from cloudless.cli.drawing.flow_svg import flow_svg

        return flow_svg(drawn, title)
    if format == Format.MERMAID:
        from cloudless.cli.drawing.flow_mermaid import flow_mermaid

        return flow_mermaid(drawn, title)
    from cloudless.cli.drawing.flow_text import flow_tree

    return flow_tree(drawn, title)


def _lines(drawn: Branch) -> list[Text]:
    from cloudless.cli.drawing.branches import lines

    return list(lines(drawn))
