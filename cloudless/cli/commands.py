"""Every command, by name.

Its module is imported when it is used or its help is asked for: `cloudless --help`, a press of the tab key and each
other command do not pay for it.
"""

from __future__ import annotations

from importlib import import_module
from inspect import cleandoc
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_group

from cloudless._version import __version__
from cloudless.collector import uncollected

HELP = """Write serverless Python once. Test it in milliseconds. Compile it to AWS, Google Cloud or Azure.

Commands read cloudless.toml, from the working directory or the nearest one above it. The least that it can say:

    app = "shop.app:app"

Exit codes: 0 fine, 1 something is wrong with the program, 2 wrong usage.
"""
COMMANDS = {
    "new": "Make a new project.",
    "check": "Say what is wrong with the program.",
    "run": "Run the application in the in-memory cloud.",
    "dev": "Run the application on localhost, and again when it changes.",
    "build": "Compile the application for a stage's cloud.",
    "plan": "Say what a deployment would change, and change nothing.",
    "deploy": "Build a stage, show what would change, ask, and deploy it.",
    "destroy": "Remove everything that a stage deployed.",
    "outputs": "Print what a deployed stage gives for others to use.",
    "invoke": "Call a function of a deployed stage, and print its result.",
    "executions": "List, start, look into and end executions of a deployed stage.",
    "dlq": "Look at the dead letters of a deployed stage, and send them back.",
    "graph": "Draw who feeds and calls whom, or an orchestration's steps.",
    "openapi": "Print an OpenAPI document of the endpoints.",
    "permissions": "Print what each handler and orchestration may do.",
    "providers": "Print what each installed provider can do.",
    "matrix": "Print what of this program each cloud supports.",
    "doctor": "Say what is installed and what is missing.",
}
"""Name → first line of its help. The command is what its module has of the same name: a function, or a Typer."""


class Deferred(TyperCommand):
    """A command that is imported when it is used. Until then, name and first line are all that is known of it."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Begin the command itself: what click goes on with is in the context, not this."""
        return command(str(self.name)).make_context(info_name, args, parent, **extra)


def command(name: str) -> Any:
    """Import a command, and put it together. Typed Any: click's, or Typer's own copy of it, by Typer's version."""
    with uncollected():
        found = getattr(import_module(f"cloudless.cli.{name}"), name)
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name, help=_help(found))(found)
    return get_group(alone).commands[name]


def _help(found: Any) -> str:
    r"""What a command says of itself, where `\b` before lines that are to stay is written as such."""
    return cleandoc(found.__doc__).replace("\\b\n", "\b\n")


cli = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
for _name, _line in COMMANDS.items():
    cli.command(_name, cls=Deferred, short_help=_line)(lambda: None)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cloudless {__version__}")
        raise typer.Exit


@cli.callback()
def _cloudless(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What stands before a command."""
