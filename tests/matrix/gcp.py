"""Plays a program on Google Cloud as it is deployed: built by `cloudless build`, with everything that it installs.

Requests go over HTTP to the gateway of the API; everything else goes through the CLI, in a process that finds the stage
on loopback by variables, and is whoever deployed by a key. Functions import the copy of cloudless that their package
brings, and libraries of this machine where those of the package are for another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from cloudless.conformance.harness import START
from providers.gcp.tests.broker import new_project
from providers.gcp.tests.running import REGION, Ground, Running
from tests.hosting.patches import PAGES, PRELOAD
from tests.hosting.web import Issuers
from tests.matrix.memory import TRACE
from tests.matrix.program import Played, Program
from tests.matrix.stage import RECORDER, STAGE, Player, built


def played(program: Program, folder: Path, ground: Ground) -> Played:
    """The answers and the trace of a program on Google Cloud."""
    gcp_project = new_project()
    project = built(program, folder, {"provider": "gcp", "region": REGION, "project": gcp_project})
    trace, pages = folder / "trace", folder / "pages"
    env = {TRACE: str(trace), PRELOAD: str(RECORDER), PAGES: str(pages)}
    build = project / "build" / STAGE
    running = Running(build, folder, ground, start=START, env=env, project=gcp_project)
    try:
        _set_secrets(running, program)
        player = Player(Deployed(running), program, project, trace, Issuers(pages))
        answers = [player.play(step) for step in program.steps]
    finally:
        running.close()
    return Played.of(answers, trace)


def _set_secrets(running: Running, program: Program) -> None:
    """As `gcloud secrets versions add` does, once the secrets are there."""
    for name, value in program.secrets.items():
        (secret,) = [one for one in running.google.secrets.names if one.endswith(f"-{STAGE}-{name}")]
        running.google.secrets.put(secret, value.encode())


class Deployed:
    """See `tests.matrix.stage.Target`."""

    begin = """
from tests.hosting.patches import patch
patch()
"""

    def __init__(self, running: Running) -> None:
        self._running = running

    def run(self) -> None:
        self._running.run()

    def advance(self, by: timedelta) -> None:
        self._running.advance(by)

    def now_s(self) -> float:
        return self._running.now_s()

    def http_url(self) -> str:
        url: str = self._running.output("http_url")
        return url

    def environment(self) -> Mapping[str, str]:
        return self._running.environment()
