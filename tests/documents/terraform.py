"""The real terraform, with stand-ins for its providers, which answer from their schemas; and the tools for that."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.documents.applications import ROOT
from tests.documents.state import State

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


@contextmanager
def stand_ins() -> Generator[Mapping[str, str]]:
    """The environment in which terraform finds stand-ins for its providers, which serve inside."""
    with _stub().providers() as env:
        yield {**env, **_WASTEFUL}


@cache
def _stub() -> Any:
    """Their tool. Each says its schema once for all who ask: that takes longer than all else that they do."""
    found: Any = tool("tfstub")
    said: dict[str, bytes] = {}
    put_together = found.Provider.GetProviderSchema

    def schema(provider: Any, request: Any) -> bytes:
        source: str = provider.schema["source"]
        if source not in said:
            said[source] = put_together(provider, request)
        return said[source]

    found.Provider.GetProviderSchema = schema
    return found


_planned: dict[str, bytes] = {}


def plan(folder: Path) -> bytes:
    """What terraform plans for a build and an empty state, as `terraform show -json` says it; once for equal builds."""
    digest = _digest(folder)
    if digest not in _planned:
        with stand_ins() as env:
            for words in (["init", "-input=false"], ["plan", "-input=false", "-out=plan"]):
                _terraform(folder, env, *words, "-no-color")
            _planned[digest] = _terraform(folder, env, "show", "-json", "plan")
    return _planned[digest]


def _digest(folder: Path) -> str:
    return sha256(b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())).hexdigest()


Made = tuple[bytes, list[str]]
"""The state after a build was applied where nothing was, and the lines of what was done."""
_made: dict[str, Made] = {}


class Applied:
    """Builds of one stage, applied one after the other: `apply` returns what was done, in order."""

    def __init__(self, folder: Path, env: Mapping[str, str], state: State) -> None:
        self._folder = folder
        self._env = env
        self._state = state

    def apply(self, *options: str) -> list[str]:
        """The lines of what was begun and what was done, e.g. "acme_queue.a: Destroying"."""
        return self._apply(*options) if options or self._state.content else self._first()

    def _first(self) -> list[str]:
        """Begin with what a build makes where nothing is, which is made once for equal builds."""
        digest = _digest(self._folder)
        if digest not in _made:
            done = self._apply()
            _made[digest] = self._state.content, done
        self._state.content, done = _made[digest]
        return done

    def _apply(self, *options: str) -> list[str]:
        self._initialise()
        words = ["apply", "-input=false", "-auto-approve", "-no-color", "-refresh=false"]
        said = _terraform(self._folder, self._env, *words, *options)
        return [f"{address}: {what}" for address, what in _STEP.findall(said.decode())]

    def _initialise(self) -> None:
        """Keep the state elsewhere: in a file, terraform writes it anew for everything that it makes."""
        if not (self._folder / ".terraform").exists():
            backend = {"terraform": {"backend": {"http": self._state.backend}}}
            (self._folder / "elsewhere_override.tf.json").write_text(json.dumps(backend))
            _terraform(self._folder, self._env, "init", "-input=false", "-no-color")

    def state(self) -> bytes:
        """What there is, as `terraform show -json` says it."""
        self._initialise()
        return _terraform(self._folder, self._env, "show", "-json")


@contextmanager
def applied(folder: Path) -> Generator[Applied]:
    """Where builds are applied to stand-ins: `folder` has the build of the moment."""
    with stand_ins() as env, State() as state:
        yield Applied(folder, env, state)


def _terraform(folder: Path, env: Mapping[str, str], *words: str) -> bytes:
    done = subprocess.run(["terraform", *words], cwd=folder, env=env, check=False, capture_output=True)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout
