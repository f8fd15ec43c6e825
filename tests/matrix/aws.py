"""Plays a program on AWS as it is deployed: built by `cloudless build`, with everything that it installs.

Requests go over HTTP to the API; everything else goes through the CLI, in a process that finds the stage on loopback
by the SDK's own variables. Functions import the copy of cloudless that their package brings, and libraries of this
machine where those of the layer are for another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from cloudless.conformance.harness import START
from providers.aws.tests.emulators import REGION
from providers.aws.tests.running import Ground, Running
from tests.hosting.patches import PAGES, PRELOAD
from tests.hosting.web import Issuers
from tests.matrix.memory import TRACE
from tests.matrix.program import Played, Program
from tests.matrix.stage import RECORDER, STAGE, Player, built

_TOLD = {"provider": "aws", "region": REGION}


def played(program: Program, folder: Path, ground: Ground) -> Played:
    """The answers and the trace of a program on AWS."""
    project = built(program, folder, _TOLD)
    trace, pages = folder / "trace", folder / "pages"
    env = {TRACE: str(trace), PRELOAD: str(RECORDER), PAGES: str(pages)}
    running = Running(project / "build" / STAGE, folder, ground, start=START, env=env)
    try:
        _set_secrets(running, program)
        player = Player(Deployed(running), program, project, trace, Issuers(pages))
        answers = [player.play(step) for step in program.steps]
    finally:
        running.close()
    return Played.of(answers, trace)


def _set_secrets(running: Running, program: Program) -> None:
    """As `aws secretsmanager put-secret-value` does, once the secrets are there."""
    for name, value in program.secrets.items():
        (secret,) = [one for one in running.aws.secrets if one.endswith(f"/{STAGE}/{name}")]
        running.store.put_secret(secret, value)


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
