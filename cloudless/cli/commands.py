"""Every command, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from cloudless._version import __version__
from cloudless.cli.check import check
from cloudless.cli.doctor import doctor
from cloudless.cli.new import new
from cloudless.cli.permissions import permissions
from cloudless.cli.providers import providers
from cloudless.cli.run import run

HELP = """Write serverless Python once. Test it in milliseconds. Compile it to AWS, Google Cloud or Azure.

Commands read cloudless.toml, from the working directory or the nearest one above it. The least that it can say:

    app = "shop.app:app"

Exit codes: 0 fine, 1 something is wrong with the program, 2 wrong usage.
"""

cli = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
cli.command()(new)
cli.command()(check)
cli.add_typer(run, name="run")
cli.command()(permissions)
cli.command()(providers)
cli.command()(doctor)


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
