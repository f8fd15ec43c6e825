"""A stage of the tests' own: an example, built as a user does, and played over HTTP and through the CLI.

What differs among providers is a `Target`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from cloudless import jwt
from cloudless.testing.http import Client
from tests.hosting.web import Issuers, client_of
from tests.matrix import faults, outside
from tests.matrix.program import EXAMPLES, ROOT, Filled, Program, Step

STAGE = "matrix"
RECORDER = ROOT / "tests" / "matrix" / "recorder.py"
_CLI = """
from cloudless.cli import main
main()
"""
_SEND = f"""
import json
import os
import sys
import cloudless
sys.path.insert(0, os.getcwd())
import app
with cloudless.connect({STAGE!r}):
    vars(app)[sys.argv[1]].send(json.loads(sys.argv[2]))
"""


class Target(Protocol):
    """What runs. begin: a program's first lines, which make it find what runs in place of the cloud."""

    begin: str

    def run(self) -> None: ...
    def advance(self, by: timedelta) -> None: ...
    def now_s(self) -> float: ...
    def http_url(self) -> str: ...

    def environment(self) -> Mapping[str, str]:
        """Variables of a program of whoever deployed."""
        ...


def built(program: Program, folder: Path, told: Mapping[str, str], *, dependencies: bool = True) -> Path:
    """A copy of an example in a folder, built for a stage of the tests' own. told: of that stage; gives the copy.

    dependencies: whether with what it requires, and tried.
    """
    project = folder / "project"
    shutil.copytree(EXAMPLES / program.example, project, ignore=shutil.ignore_patterns("build", "__pycache__"))
    _add_stage(project / "cloudless.toml", program, folder, told)
    _build(project, [] if dependencies else ["--no-dependencies"])
    return project


def _add_stage(toml: Path, program: Program, folder: Path, told: Mapping[str, str]) -> None:
    """Its Python is that of the workers, whose libraries are for that."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    pairs = [f"{name} = {json.dumps(value)}" for name, value in {**told, "python": python}.items()]
    config = ", ".join(f"{name} = {json.dumps(value)}" for name, value in program.config_in(folder).items())
    toml.write_text("\n".join([toml.read_text(), f"[stages.{STAGE}]", *pairs, f"config = {{ {config} }}", ""]))


def _build(project: Path, options: Sequence[str]) -> None:
    env = {**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = outside.run(_CLI, ["build", STAGE, *options], project, env)
    assert done.code == 0, f"{done.output}\n{done.complaints}"


class Player:
    """Does each step to what is running. project: where the CLI finds cloudless.toml."""

    def __init__(self, target: Target, program: Program, project: Path, trace: Path, issuers: Issuers) -> None:
        self._target = target
        self._program = program
        self._project = project
        self._trace = trace
        self._filled = Filled(trace)
        self._issuers = issuers

    def play(self, step: Step) -> Any:
        """The answer of a step; None where it has none."""
        told = dict(step)
        do: str = told.pop("do")
        return getattr(self, f"_{do}")(**told)

    def _request(self, method: str, path: str, token: Any = None, **sent: Any) -> Any:
        if token:
            issuer, claims = token
            auth: Any = jwt(**self._program.issuers[issuer])
            sent["token"] = self._issuers.token(auth, self._target.now_s(), timedelta(hours=1), claims)
        http = Client(client_of(self._target.http_url()))
        answer = http.request(method, self._filled.path(path), **sent)
        self._filled.answered(answer.text)
        return [answer.status, answer.text]

    def _send(self, queue: str, body: Any) -> None:
        self._outside(_SEND, queue, json.dumps(body))

    def _fault(self, kind: str, handler: str) -> None:
        faults.arm(self._trace, kind, handler)

    def _run(self) -> None:
        self._target.run()

    def _advance(self, seconds: float) -> None:
        self._target.advance(timedelta(seconds=seconds))

    def _show(self, orchestration: str, id: str) -> Any:
        found = json.loads(self._cli("executions", STAGE, "show", id, "--of", orchestration, "--json"))
        error: dict[str, Any] = found.get("error", {})
        return [found["status"], found.get("result") if found["status"] == "completed" else error.get("type")]

    def _invoke(self, function: str, arguments: dict[str, Any]) -> Any:
        return json.loads(self._cli("invoke", STAGE, function, "--args", json.dumps(arguments)))

    def _letters(self, queue: str) -> Any:
        found = json.loads(self._cli("dlq", STAGE, "peek", queue, "--json"))
        return [[one["body"], one["error"]["type"]] for one in found]

    def _redrive(self, queue: str) -> Any:
        return int(self._cli("dlq", STAGE, "redrive", queue).split()[0])

    def _cli(self, *arguments: str) -> str:
        """The output of a command."""
        return self._outside(_CLI, *arguments)

    def _outside(self, script: str, *arguments: str) -> str:
        """The output of a program of whoever deployed."""
        env = {
            **os.environ,
            **self._target.environment(),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
        }
        done = outside.run(self._target.begin + script, arguments, self._project, env)
        assert done.code == 0, f"{' '.join(arguments)}\n{done.output}\n{done.complaints}"
        return done.output
