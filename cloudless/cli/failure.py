"""Errors of ours → what people read, and exit code 1. Anything else is a traceback."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.errors import CloudlessError, ConfigError, DefinitionError, InternalError, TerraformError

FAILED = 1


@contextmanager
def told() -> Generator[None]:
    """Tell errors of the block on stderr, and exit with 1."""
    try:
        yield
    except (ConfigError, DefinitionError) as error:
        show.problems(error.problems, stderr=True)
        raise typer.Exit(FAILED) from error
    except InternalError:
        raise
    except CloudlessError as error:
        if isinstance(error, TerraformError) and error.text:
            show.console(stderr=True).print(f"{error.text}\n", markup=False)
        text = Text().append("error", "bold red").append(f": {error}")
        show.console(stderr=True).print(text)
        raise typer.Exit(FAILED) from error
