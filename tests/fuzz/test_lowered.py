"""What the front end makes of programs means the same when a backend's table has lowered it."""

import pytest

from cloudless import ir
from cloudless.app import App
from cloudless.conformance.orchestrations.observed import differences
from cloudless.frontend.orchestration import compile_orchestrations
from cloudless.frontend.report import Report
from cloudless.passes.lowering import lower
from cloudless_gcp.compile.workflows.capability import WORKFLOWS
from tests.fuzz import runners
from tests.fuzz.choices import Choices
from tests.fuzz.trial import made
from tests.unit.passes.printable import problems
from tests.unit.passes.same import eager

pytestmark = pytest.mark.fuzz
PROGRAMS = 40


def lowered(app: App, report: Report) -> tuple[ir.Orchestration, ...]:
    """What is compiled, and then lowered for Workflows."""
    found = tuple([lower(one, WORKFLOWS) for one in compile_orchestrations(app, report)])
    assert [problem for one in found for problem in problems(one, WORKFLOWS)] == []
    return found


def test_lowered_programs_do_what_they_did(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(PROGRAMS):
        program, world = made(Choices(f"lowered:{number}"))
        expected = runners.ENGINE.run(program, world)
        with monkeypatch.context() as patched, eager(WORKFLOWS):
            patched.setattr(runners, "compile_orchestrations", lowered)
            observed = runners.ENGINE.run(program, world)
        assert differences(expected, observed) == [], f"program {number}:\n{program.text}"
