"""How things look in a terminal: problems with colours, and plain text where it is none."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from cloudless.errors import InvalidArgument
from cloudless.ir import ERROR, Diagnostic
from cloudless.wording import body, count, printable

__all__ = [
    "as_data", "as_json", "aside", "body", "console", "count", "printable", "problem", "problems", "progress",
    "to_file",
]  # fmt: skip

_COLOURS = {ERROR: "bold red"}


def console(*, stderr: bool = False) -> Console:
    """Where to write. Lines are never broken: a place must stay one word for whoever clicks or greps."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def problem(one: Diagnostic) -> Text:
    """A problem as `Diagnostic.render` writes it, in colours."""
    colour = _COLOURS.get(one.severity, "bold yellow")
    text = Text()
    for line in one.render().splitlines():
        if not text:
            place, code, message = line.split("  ", 2)
            text.append(place, "bold").append("  ").append(code, colour).append("  ").append(_severity(one))
            text.append(f"{message}\n")
        elif line.strip(" \t^") == "" and "^" in line:
            text.append(f"{line}\n", colour)
        elif line.startswith("    instead: "):
            text.append("    instead: ", "green").append(f"{line.removeprefix('    instead: ')}\n")
        else:
            text.append(f"{line}\n")
    return text


def problems(found: Iterable[Diagnostic], *, stderr: bool = False) -> None:
    """Write all problems, an empty line behind each."""
    out = console(stderr=stderr)
    for one in found:
        out.print(problem(one))


def as_json(value: Any) -> None:
    """Write a value as indented JSON."""
    console().print(json.dumps(value, indent=2, ensure_ascii=False), markup=False)


def to_file(path: Path, text: str) -> None:
    """Write a file; InvalidArgument where that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise InvalidArgument(f"cannot write {str(path)!r}: {problem.strerror}") from problem


def as_data(one: Diagnostic) -> dict[str, Any]:
    """A problem as JSON shows it. Lines and columns count from 1; line 0: of no line."""
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "remedy": one.remedy,
        "file": one.span.file,
        "line": one.span.line,
        "column": one.span.column,
        "end_column": one.span.end_column,
        "source": one.source,
    }


@contextmanager
def aside(as_json: bool) -> Generator[None]:
    """Send what the user's code prints to stderr, where stdout is to be JSON."""
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        yield


@contextmanager
def progress(what: str) -> Generator[None]:
    """Show that something goes on, where people watch; a spinner is not imported for anybody else."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(f"{what} …"):
        yield


def _severity(one: Diagnostic) -> str:
    return "" if one.severity == ERROR else f"{one.severity}: "
