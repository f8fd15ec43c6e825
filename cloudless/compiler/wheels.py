"""Wheels: what an application requires, as its cloud's Python would install it; by uv, without Docker.

    requirements.txt + ours ──uv pip compile──► pins with hashes ──uv pip install──► a folder, kept for equal pins

Nothing is built from source: a package without a wheel for the cloud is a problem, and no bundle is made. What is
resolved is what the index has today: pin in requirements.txt what must stay as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cloudless.compiler.cache import cache_folder, kept
from cloudless.compiler.sources import Files
from cloudless.config import codes
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.ir import Diagnostic, Span
from cloudless.node import node, replace

_VERSION = "2"
"""Of what is kept: another one is another folder."""

_MOST = 10
"""uv names one package at a time: so many are told at once."""

_UNIVERSAL = ["--no-progress", "--color", "never", "--only-binary", ":all:"]
_NO_WHEEL = re.compile(
    r"^hint: .*(?:Wheels are required|Wheels are available|only found wheels) for `([^`]+)`", re.MULTILINE
)
_VOLATILE = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"})
"""Files of installed metadata that say how and when, not what."""

_BYTECODE = "__pycache__"

_INSTALL = "wheels are resolved by uv, which is not installed: pip install uv, or build with --no-dependencies"


@node(kw_only=True)
class Wanted:
    """file: requirements.txt or pyproject.toml, None for neither. ours: what our runtime needs.

    platform: in the words of uv, "" for that of this machine. python: "3.12". without: distributions that come from
    elsewhere, ours. interpreter: of which uv takes what the other two do not say, "" for the one that runs.
    """

    file: Path | None
    ours: tuple[str, ...]
    platform: str
    python: str
    without: tuple[str, ...] = ()
    interpreter: str = ""


@node(kw_only=True)
class Installed:
    """Everything that is wanted. pins: each package with version and hashes.

    folder: where it is; not to be changed, except that a Python which imports it leaves bytecode there.
    """

    wanted: Wanted
    pins: str
    folder: Path


def wheels(wanted: Wanted, cache: Path | None = None, uv: str = "") -> Installed:
    """Everything that is wanted, installed into a folder. cache: where such folders are kept.

    Raises DefinitionError with each package that the cloud cannot have, InvalidArgument where uv is missing or fails.
    """
    uv = uv or find_uv()
    pins = _compiled(uv, wanted)
    return Installed(wanted=wanted, pins=pins, folder=_kept(uv, wanted, pins, cache))


def twins(installed: Installed, interpreter: str, python: str, cache: Path | None = None, uv: str = "") -> Path:
    """The same versions in another folder, for a Python of this machine. interpreter: it. python: its version, "3.12".

    Raises as `wheels`, where this machine cannot have one of them.
    """
    here = replace(installed.wanted, platform="", python=python, interpreter=interpreter)
    return _kept(uv or find_uv(), here, installed.pins, cache)


def _kept(uv: str, wanted: Wanted, pins: str, cache: Path | None) -> Path:
    place = wanted.platform or f"{sysconfig.get_platform()} {wanted.interpreter}"
    parts = (_VERSION, place, wanted.python, pins)
    return kept(parts, lambda folder: _install(uv, wanted, pins, folder), cache or cache_folder("wheels"))


def wheel_files(folder: Path, site: str) -> Files:
    """Where each file of such a folder goes in a bundle, with `site` as the place of packages; bytecode stays."""
    lead = f"{site}/" if site else ""
    found = sorted(file for file in folder.rglob("*") if _BYTECODE not in file.parts and file.is_file())
    return {f"{lead}{file.relative_to(folder).as_posix()}": file for file in found}


def requirements_file(root: Path, named: str | None) -> Path | None:
    """The file that says what an application requires: the one of cloudless.toml, else the first that is there."""
    if named is not None:
        return root / named
    plain, project = root / "requirements.txt", root / "pyproject.toml"
    if plain.is_file():
        return plain
    return project if project.is_file() and "project" in tomllib.loads(project.read_text("utf-8")) else None


def find_uv() -> str:
    """The program; raises InvalidArgument with the command that installs it."""
    try:
        from uv import find_uv_bin
    except ImportError:
        found = shutil.which("uv")
    else:
        found = os.fsdecode(find_uv_bin())
    if found is None:
        raise InvalidArgument(_INSTALL)
    return found


def _compiled(uv: str, wanted: Wanted) -> str:
    """Every package with version and hashes, as a requirements.txt."""
    if wanted.file is None and not wanted.ours:
        return ""
    done = _compile(uv, wanted, wanted.without)
    if done.returncode == 0:
        return done.stdout
    missing: dict[str, str] = {}
    while (name := _named(done.stderr)) is not None and name not in missing and len(missing) < _MOST:
        missing[name] = done.stderr
        done = _compile(uv, wanted, [*wanted.without, *missing])  # what else there is none of
    if not missing:
        raise InvalidArgument(_failure(wanted, done.stderr))
    raise DefinitionError([_problem(wanted, name, text) for name, text in missing.items()])


def _compile(uv: str, wanted: Wanted, without: Iterable[str]) -> subprocess.CompletedProcess[str]:
    with TemporaryDirectory() as name:
        overrides = Path(name) / "overrides.txt"
        overrides.write_text("".join(f'{one} ; python_version < "0"\n' for one in without))  # never holds: left out
        sources = [] if wanted.file is None else [str(wanted.file)]
        words = [*sources, "-", "--overrides", str(overrides), "--generate-hashes", "--no-header", "--no-annotate"]
        words += ["--emit-index-url", "--emit-find-links", "--quiet"]
        return _run([uv, "pip", "compile", *words, *_target(wanted)], wanted, "\n".join(wanted.ours))


def _install(uv: str, wanted: Wanted, pins: str, folder: Path) -> None:
    words = ["--target", str(folder), "--no-deps", "--require-hashes", "--link-mode", "copy", "-r", "-"]
    if any("--hash" in line for line in _lines(wanted.file)):  # which `compile` does not compare
        words += ["--constraints", str(wanted.file)]
    if pins.strip():
        done = _run([uv, "pip", "install", *words, *_target(wanted)], wanted, pins)
        if done.returncode:
            raise InvalidArgument(_failure(wanted, done.stderr))
    _tidy(folder)


def _target(wanted: Wanted) -> list[str]:
    words = ["--python", wanted.interpreter or sys.executable, "--python-version", wanted.python]
    return [*words, *(["--python-platform", wanted.platform] if wanted.platform else []), *_UNIVERSAL]


def _run(words: Sequence[str], wanted: Wanted, text: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    place = None if wanted.file is None else wanted.file.parent
    return subprocess.run(words, input=text, capture_output=True, text=True, check=False, env=environment, cwd=place)


def _tidy(folder: Path) -> None:
    """Leave only what would be the same on any machine, and is used in a cloud."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    for room in [*folder.rglob(_BYTECODE)]:
        shutil.rmtree(room)
    for information in folder.glob("*.dist-info"):
        for name in _VOLATILE:
            (information / name).unlink(missing_ok=True)


# --- what uv says


def _named(text: str) -> str | None:
    """The package that uv found no wheel of."""
    found = _NO_WHEEL.search(text)
    return None if found is None else found[1]


def _problem(wanted: Wanted, name: str, text: str) -> Diagnostic:
    message = f"{name} has no wheel for Python {wanted.python} on {wanted.platform}"
    platforms = re.search(r"on the following platforms?: (.+)", text)
    if platforms:
        message += f" (there are wheels for {platforms[1].replace('`', '')})"
    remedy = (
        f"nothing is built from source: take another version of {name}, or another package; or give a wheel of yours"
    )
    line, source = _line(wanted.file, name)
    return Diagnostic(codes.NO_WHEEL, message, Span(_title(wanted), line), remedy, source=source)


def _line(file: Path | None, name: str) -> tuple[int, str]:
    """Where a file names a package; 0 where it comes along with another."""
    spelt = "[-_.]".join(map(re.escape, re.split(r"[-_.]", name)))
    pattern = re.compile(rf"(?<![\w.-]){spelt}(?![\w-])", re.IGNORECASE)
    for number, line in enumerate(_lines(file), 1):
        if pattern.search(line.partition("#")[0]):
            return number, line
    return 0, ""


def _lines(file: Path | None) -> Iterator[str]:
    yield from () if file is None else file.read_text(encoding="utf-8", errors="replace").splitlines()


def _title(wanted: Wanted) -> str:
    if wanted.file is None:
        return "requirements"
    return str(wanted.file).removeprefix(f"{Path.cwd()}{os.sep}")


def _failure(wanted: Wanted, text: str) -> str:
    """What uv said, without its hints about options that we give."""
    lines = [line for line in text.strip().splitlines() if not line.startswith(("warning:", "hint:"))]
    return "\n".join([f"{_title(wanted)} cannot be resolved for Python {wanted.python} on {wanted.platform}:", *lines])
