"""Examples, built by the CLI, applied whole to the emulator, and driven over HTTP and by the CLI: as in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from providers.aws.tests.emulated import programs
from providers.aws.tests.emulated.emulator import Emulator
from providers.aws.tests.emulated.stage import REGION, Stage
from tests import tools
from tests.hosting.patches import PAGES, PRELOAD
from tests.hosting.web import Issuers
from tests.matrix import memory
from tests.matrix.memory import TRACE
from tests.matrix.program import Played, Program
from tests.matrix.programs import PAYLOADS
from tests.matrix.stage import RECORDER, STAGE, Player, built

pytestmark = pytest.mark.slow
_TICKED = {"repair", "report"}
_TOLD = {"provider": "aws", "region": REGION}
_WHOLE = {"02-orders"}
"""Built with what they require, and tried, as a user does; tests/test_matrix.py does so with all of them."""


class Patient(Player):
    """Waits until an execution has ended before it says how it stands."""

    def _show(self, orchestration: str, id: str) -> Any:
        stage: Any = self._target
        found: list[Any] = stage.eventually(lambda: self._ended(orchestration, id))
        return found

    def _ended(self, orchestration: str, id: str) -> list[Any] | None:
        found = super()._show(orchestration, id)
        return None if found[0] == "running" else found


def played(program: Program, folder: Path, emulator: Emulator) -> Played:
    """The answers and the trace of a program on the emulator."""
    folder.mkdir()
    project = built(program, folder, _TOLD, dependencies=program.example in _WHOLE)
    trace, pages = folder / "trace", folder / "pages"
    patches = {TRACE: str(trace), PRELOAD: str(RECORDER), PAGES: str(pages)}
    stage = Stage(project / "build" / STAGE, emulator, patches)
    try:
        _set_secrets(stage, program)
        player = Patient(stage, program, project, trace, Issuers(pages))
        answers = [player.play(step) for step in program.steps]
    finally:
        stage.close()
    return Played.of(answers, trace)


def _set_secrets(stage: Stage, program: Program) -> None:
    """As `aws secretsmanager put-secret-value` does."""
    for name, value in program.secrets.items():
        (secret,) = [one for one in stage.aws.secrets if one.endswith(f"/{STAGE}/{name}")]
        stage.clients("secretsmanager").put_secret_value(SecretId=secret, SecretString=value)


def _not_ticked(calls: Counter[str]) -> Counter[str]:
    """Without those of schedules: their time comes in memory, and on the emulator where a real hour strikes."""
    return Counter({call: times for call, times in calls.items() if json.loads(call)["handler"] not in _TICKED})


@pytest.mark.parametrize(
    "program",
    [programs.hello, programs.orders, programs.trips, programs.approvals, programs.webhooks],
    ids=lambda program: program.__name__,
)
def test_an_example_does_as_in_memory(program: Callable[[], Program], aws_emulator: Emulator, tmp_path: Path) -> None:
    tools.require("package-index")
    if program is programs.webhooks and not PAYLOADS.exists():
        pytest.skip(f"real deliveries are not here: {PAYLOADS}")
    told = program().without_faults()  # which end in minutes: the emulator lives in real time
    expected = memory.played(told, tmp_path / "memory")
    found = played(told, tmp_path / "emulated", aws_emulator)
    for step, one, other in zip(told.steps, expected.answers, found.answers, strict=True):
        assert other == one, step
    calls = _not_ticked(found.calls)
    assert calls == _not_ticked(expected.calls)
    assert calls
