"""`cloudless new`: a project to start from, with its tests.

Its files lie in `starter/`, with `.txt` behind their names: linters and test runners would take them for ours.
"""

from __future__ import annotations

import keyword
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.errors import InvalidArgument
from cloudless.frontend.checks.names import APP, APP_LONGEST, APP_RULE

_STARTER = {
    "README.md": "README.md",
    "cloudless.toml": "cloudless.toml",
    "events.jsonl": "events.jsonl",
    "pyproject.toml": "pyproject.toml",
    ".gitignore": "gitignore",
    "{{package}}/__init__.py": "",
    "{{package}}/app.py": "app.py",
    "tests/test_app.py": "test_app.py",
}
"""Path in the project → file of the starter; "" where the file is empty."""
_NEXT = ("python -m pytest", "cloudless run --events events.jsonl", "cloudless dev", "cloudless build")
_ACTIVATE = r".venv\Scripts\activate" if os.name == "nt" else ". .venv/bin/activate"
_ENVIRONMENT = ("python3 -m venv .venv", _ACTIVATE, "pip install 'cloudless-sdk[cli]'")

_OURS = frozenset({"cloudless", "cloudless_aws", "cloudless_azure", "cloudless_gcp", "tests"})
_THEIRS = frozenset({"azure", "boto3", "botocore", "click", "cronsim", "google", "hypothesis", "jwt", "pydantic"})
_IMPORTED = sys.stdlib_module_names | _OURS | _THEIRS | {"pytest", "rich", "typer", "uvicorn"}
"""What a project, its tests and its providers import: a package of that name beside them would hide it."""


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the app, e.g. shop or web-shop.")],
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="Make its folder in there.", show_default=False)
    ] = Path(),
) -> None:
    """Make a new project.

    A folder NAME with an app (an endpoint, a queue, a topic, a schedule), its tests, and events to play; then the
    commands that come next. Nothing is written where the folder exists and is not empty.

    Exit codes: 0 made, 1 the name or the folder cannot be taken, 2 wrong usage.
    """
    with told():
        _check_name(name)
        folder = into / name
        _check_free(folder)
        project = _project(name)
        _write(folder, project)
    _tell(folder, project)


def _check_name(name: str) -> None:
    """Raise InvalidArgument where an app cannot have the name, or its package would hide another."""
    if not APP.match(name) or len(name) > APP_LONGEST:
        rule = f"it has at most {APP_LONGEST} characters: {APP_RULE}"
        raise InvalidArgument(f"{name!r} is no name of an app: {rule}; {_instead(name)}")
    package = _package(name)
    if keyword.iskeyword(package):
        raise InvalidArgument(f"{name!r} is a word of Python, and no name of a package; {_instead(f'{name}-app')}")
    if package in _IMPORTED:
        why = f"the package of the app would hide the module {package!r} that Python or cloudless needs"
        raise InvalidArgument(f"{name!r} is taken: {why}; {_instead(f'{name}-app')}")


def _instead(text: str) -> str:
    """What to say of a name that is meant: the nearest that an app can have, and where folders are given."""
    folder, _, last = text.replace("\\", "/").rstrip("/").rpartition("/")
    name = re.sub(r"[^a-z0-9]+", "-", last.lower()).lstrip("-0123456789")[:APP_LONGEST].rstrip("-") or "shop"
    where = f" --into {shlex.quote(folder)}" if folder else ""
    return f"instead: cloudless new {name}{where}"


def _package(name: str) -> str:
    return name.replace("-", "_")


def _check_free(folder: Path) -> None:
    """Raise InvalidArgument where the folder has something in it, or something else has its name."""
    try:
        taken = any(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as problem:
        raise InvalidArgument(
            f"{folder} cannot be made: {problem.strerror}; choose another name, or --into"
        ) from problem
    if taken:
        raise InvalidArgument(f"{folder} exists and is not empty: choose another name, or another place: --into DIR")


def _project(name: str) -> Mapping[str, str]:
    """Path → text of each file of the new project."""
    starter = files("cloudless.cli") / "starter"
    texts = {
        path: (starter / f"{file}.txt").read_text(encoding="utf-8") if file else "" for path, file in _STARTER.items()
    }
    return {_filled(path, name): _filled(text, name) for path, text in texts.items()}


def _filled(text: str, name: str) -> str:
    return text.replace("{{name}}", name).replace("{{package}}", _package(name))


def _write(folder: Path, project: Mapping[str, str]) -> None:
    try:
        for path, text in project.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise InvalidArgument(
            f"{problem.filename} cannot be written: {problem.strerror}; choose --into DIR"
        ) from problem


def _tell(folder: Path, project: Mapping[str, str]) -> None:
    out = show.console()
    out.print(Text("made ").append(str(folder), "bold"))
    for path in project:
        out.print(Text(f"    {path}"))
    out.print(Text("next"))
    for command in (f"cd {shlex.quote(str(folder))}", *_next()):
        out.print(Text(f"    {command}", "cyan"))


def _next() -> Iterable[str]:
    """What to type in the project's folder: below uvx and pipx, cloudless is in an environment that is not its own."""
    if "UV" in os.environ and "VIRTUAL_ENV" not in os.environ:  # https://docs.astral.sh/uv/reference/environment/#uv
        return [f"uv run {command}" for command in _NEXT]
    return _NEXT if _is_on_the_path() else (*_ENVIRONMENT, *_NEXT)


def _is_on_the_path() -> bool:
    """Whether `python`, as typed, has cloudless: no virtual environment, or one that is active."""
    found = shutil.which("python")
    return sys.prefix == sys.base_prefix or (found is not None and Path(found).parent == Path(sys.executable).parent)
