"""Plays a program on Azure as it is deployed: built by `cloudless build`, with everything that it installs.

Requests go over HTTP to the app of endpoints; everything else goes through the CLI, in a process that finds the stage
on loopback by the settings that a function app has.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from cloudless import jwt
from cloudless.conformance.harness import START
from cloudless.testing.http import Client
from providers.azure.tests.bridge import Azure
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.functionshost.patches import PAGES, PLAIN_AMQP, PRELOAD
from providers.azure.tests.functionshost.timefile import VARIABLE as TIME
from providers.azure.tests.running import Running
from providers.azure.tests.web import Issuers, client_of
from tests.matrix.memory import TRACE
from tests.matrix.program import EXAMPLES, ROOT, Filled, Played, Program, Step

STAGE = "matrix"
RECORDER = ROOT / "tests" / "matrix" / "recorder.py"
BIN = Path(sys.executable).parent
_BEGIN = """
import os, sys
from pathlib import Path
from cloudless.driver.deployed import Deployed
from providers.azure.tests.functionshost.patches import patch
from providers.azure.tests.functionshost.timefile import VARIABLE, time_in
patch()
Deployed.__init__.__defaults__ = (lambda: time_in(Path(os.environ[VARIABLE])),)
"""
_CLI = """
from cloudless.cli import main
main()
"""
_SEND = f"""
import json
import cloudless
sys.path.insert(0, os.getcwd())
import app
with cloudless.connect({STAGE!r}):
    vars(app)[sys.argv[1]].send(json.loads(sys.argv[2]))
"""
_SETTINGS = {
    "service_bus": "CLOUDLESS_SERVICE_BUS__fullyQualifiedNamespace",
    "vault": "CLOUDLESS_VAULT",
    "steps_url": "CLOUDLESS_STEPS",
}
"""Settings by which a client finds a service that is not where its name says, by output."""


def played(program: Program, folder: Path, azurite: str, launcher: Launcher) -> Played:
    """The answers and the trace of a program on Azure."""
    project = folder / "project"
    shutil.copytree(EXAMPLES / program.example, project, ignore=shutil.ignore_patterns("build", "__pycache__"))
    _add_stage(project / "cloudless.toml", program, folder)
    build(project)
    trace, pages = folder / "trace", folder / "pages"
    env = {TRACE: str(trace), PRELOAD: str(RECORDER), PAGES: str(pages)}
    running = Running(project / "build" / STAGE, folder, azurite, launcher, start=START, env=env)
    try:
        _set_secrets(running, program)
        running.start()
        player = Player(running, program, project, trace, Issuers(pages))
        answers = [player.play(step) for step in program.steps]
    finally:
        running.close()
    return Played.of(answers, trace)


def build(project: Path) -> None:
    """As a user does."""
    env = {**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [BIN / "cloudless", "build", STAGE], cwd=project, env=env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def _add_stage(toml: Path, program: Program, folder: Path) -> None:
    """A stage of the tests' own; its Python is that of the workers, whose libraries are for that."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    told = {"provider": "azure", "region": "westeurope", "subscription": Azure.subscription, "python": python}
    pairs = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    config = ", ".join(f"{name} = {json.dumps(value)}" for name, value in program.config_in(folder).items())
    toml.write_text("\n".join([toml.read_text(), f"[stages.{STAGE}]", *pairs, f"config = {{ {config} }}", ""]))


def _set_secrets(running: Running, program: Program) -> None:
    """As `az keyvault secret set` does, once the vault is there."""
    for name, value in program.secrets.items():
        (vault,) = running.azure.vaults.names()
        running.azure.vaults.put(vault, name, value)


class Player:
    """Does each step to what is running. project: where the CLI finds cloudless.toml."""

    def __init__(self, running: Running, program: Program, project: Path, trace: Path, issuers: Issuers) -> None:
        self._running = running
        self._program = program
        self._project = project
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
            sent["token"] = self._issuers.token(auth, self._running.clock.now_s(), timedelta(hours=1), claims)
        http = Client(client_of(self._running.output("http_url")))
        answer = http.request(method, self._filled.path(path), **sent)
        self._filled.answered(answer.text)
        return [answer.status, answer.text]

    def _send(self, queue: str, body: Any) -> None:
        self._outside(_SEND, queue, json.dumps(body))

    def _run(self) -> None:
        self._running.run()

    def _advance(self, seconds: float) -> None:
        self._running.advance(timedelta(seconds=seconds))

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
        """The output of a program of the principal that deployed."""
        azure = self._running.azure
        found = {_SETTINGS[name]: self._running.output(name) for name in _SETTINGS.keys() & self._running.outputs()}
        env = {
            **os.environ,
            **azure.environment(azure.deployer),
            **found,
            "AZURE_CLIENT_ID": azure.deployer.client,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
            PLAIN_AMQP: "1",
            TIME: str(self._running.time_file.path),
        }
        command = [sys.executable, "-c", _BEGIN + script, *arguments]
        done = subprocess.run(command, cwd=self._project, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout
