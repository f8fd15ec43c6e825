"""The real terraform, with stand-ins for its providers, which answer from their schemas; and the tools for that."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.documents.applications import ROOT

TOOLS = ROOT.parent / "shared" / "tools"
_WASTEFUL = {"GOGC": "400"}
"""Terraform collects its garbage a quarter as often: that is a third of what a plan takes.

https://pkg.go.dev/runtime#hdr-Environment_Variables
"""
_STEP = re.compile(
    r"^(\S+)(?: \(deposed object \w+\))?: "
    r"(Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete)",
    re.MULTILINE,
)


def tool(name: str) -> ModuleType:
    """A tool that checks Terraform documents offline."""
    if not (TOOLS / f"{name}.py").is_file():
        pytest.skip(f"{TOOLS / name}.py is missing: it checks documents against the schemas of Terraform's providers")
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    return import_module(name)


_planned: dict[str, bytes] = {}


def plan(folder: Path) -> bytes:
    """What terraform plans for a build and an empty state, as `terraform show -json` says it; once for equal builds."""
    digest = sha256(b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())).hexdigest()
    if digest not in _planned:
        with tool("tfstub").providers() as env:
            for words in (["init", "-input=false"], ["plan", "-input=false", "-out=plan"]):
                _terraform(folder, env, *words, "-no-color")
            _planned[digest] = _terraform(folder, env, "show", "-json", "plan")
    return _planned[digest]


class Applied:
    """Builds of one stage, applied one after the other: `apply` returns what was done, in order."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = env
        self._is_initialised = False

    def apply(self, *options: str) -> list[str]:
        """The lines of what was begun and what was done, e.g. "acme_queue.a: Destroying"."""
        if not self._is_initialised:
            _terraform(self._folder, self._env, "init", "-input=false", "-no-color")
            self._is_initialised = True
        said = _terraform(self._folder, self._env, "apply", "-input=false", "-auto-approve", "-no-color", *options)
        return [f"{address}: {what}" for address, what in _STEP.findall(said.decode())]

    def state(self) -> bytes:
        """What there is, as `terraform show -json` says it."""
        return _terraform(self._folder, self._env, "show", "-json")


@contextmanager
def applied(folder: Path) -> Generator[Applied]:
    """Where builds are applied to stand-ins: `folder` has the build of the moment."""
    with tool("tfstub").providers() as env:
        yield Applied(folder, env)


def _terraform(folder: Path, env: Mapping[str, str], *words: str) -> bytes:
    done = subprocess.run(["terraform", *words], cwd=folder, env={**env, **_WASTEFUL}, check=False, capture_output=True)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout
