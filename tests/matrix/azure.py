"""Plays a program on Azure as it is deployed: built by `cloudless build`, with everything that it installs.

Requests go over HTTP to the app of endpoints; everything else goes through the CLI, in a process that finds the stage
on loopback by the settings that a function app has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from cloudless.conformance.harness import START
from providers.azure.tests.bridge import Azure
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.functionshost.patches import PLAIN_AMQP
from providers.azure.tests.running import Running
from tests.hosting.patches import PAGES, PRELOAD
from tests.hosting.timefile import VARIABLE as TIME
from tests.hosting.web import Issuers
from tests.matrix.memory import TRACE
from tests.matrix.program import Played, Program
from tests.matrix.stage import RECORDER, STAGE, Player, built

_TOLD = {"provider": "azure", "region": "westeurope", "subscription": Azure.subscription}
_SETTINGS = {
    "service_bus": "CLOUDLESS_SERVICE_BUS__fullyQualifiedNamespace",
    "vault": "CLOUDLESS_VAULT",
    "steps_url": "CLOUDLESS_STEPS",
}
"""Settings by which a client finds a service that is not where its name says, by output."""


def played(program: Program, folder: Path, azurite: str, launcher: Launcher) -> Played:
    """The answers and the trace of a program on Azure."""
    project = built(program, folder, _TOLD)
    trace, pages = folder / "trace", folder / "pages"
    env = {TRACE: str(trace), PRELOAD: str(RECORDER), PAGES: str(pages)}
    running = Running(project / "build" / STAGE, folder, azurite, launcher, start=START, env=env)
    try:
        _set_secrets(running, program)
        running.start()
        player = Player(Deployed(running), program, project, trace, Issuers(pages))
        answers = [player.play(step) for step in program.steps]
    finally:
        running.close()
    return Played.of(answers, trace)


def _set_secrets(running: Running, program: Program) -> None:
    """As `az keyvault secret set` does, once the vault is there."""
    for name, value in program.secrets.items():
        (vault,) = running.azure.vaults.names()
        running.azure.vaults.put(vault, name, value)


class Deployed:
    """See `tests.matrix.stage.Target`."""

    begin = """
from providers.azure.tests.functionshost.patches import patch
patch()
"""

    def __init__(self, running: Running) -> None:
        self._running = running

    def run(self) -> None:
        self._running.run()

    def advance(self, by: timedelta) -> None:
        self._running.advance(by)

    def now_s(self) -> float:
        return self._running.clock.now_s()

    def http_url(self) -> str:
        url: str = self._running.output("http_url")
        return url

    def environment(self) -> Mapping[str, str]:
        azure = self._running.azure
        found = {_SETTINGS[name]: self._running.output(name) for name in _SETTINGS.keys() & self._running.outputs()}
        return {
            **azure.environment(azure.deployer),
            **found,
            "AZURE_CLIENT_ID": azure.deployer.client,
            PLAIN_AMQP: "1",
            TIME: str(self._running.time_file.path),
        }
