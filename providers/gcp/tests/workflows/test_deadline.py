"""An orchestration with a time-out ends there, whatever it is doing, and no handler and no compensation is asked."""

from __future__ import annotations

from textwrap import dedent

import pytest

from cloudless.conformance.orchestrations.module import loaded
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import Reply, Sent, World
from providers.gcp.tests.workflows.oracles import modelled
from providers.gcp.tests.workflows.oracles.emitted import text_of
from providers.gcp.tests.workflows.programs import HEAD

END_S = 60
WORLD = World({}, {"step": (Reply(1, takes_s=500),), "other": (Reply(2, takes_s=1),)})
LATE = {
    "a call": "step(1)",
    "a second call": "other(1)\nstep(1)",
    "a sleep": "other(1)\nsleep(timedelta(seconds=100))",
    "a sleep that is computed": "sleep(timedelta(seconds=other(1) * 50))",
    "a sleep of years": "sleep(timedelta(days=1000))",
    "a wait": "approval.wait()",
    "a wait with a time-out": "approval.wait(timeout=timedelta(hours=1))",
    "a branch": "gather(step(1), other(2))",
    "every branch": "fan_out((step(n) for n in [1, 2, 3]), max_concurrency=2)",
    "a branch of a branch": "gather(both(), other(2))",
    "another orchestration": "both()",
}
PROGRAM = """
@app.orchestration
def both() -> int:
    left, right = gather(step(1), other(2))
    return left + right
@app.orchestration(timeout=timedelta(seconds=60))
def main() -> str:
    try:
        with saga() as undo:
            undo.on_failure(other, n=7)
            {body}
    except Exception:
        other(8)
        return "handled"
    return "done"
"""


def ran(body: str, world: World = WORLD) -> Observed:
    inner = "\n            ".join(body.splitlines())
    with loaded(HEAD + dedent(PROGRAM).replace("{body}", inner)) as module:
        return modelled.run(text_of(module.application()), module, world)


@pytest.mark.parametrize("body", LATE.values(), ids=LATE)
def test_an_execution_ends_when_its_time_is_up(body: str) -> None:
    observed = ran(body)
    assert observed.outcome["err"]["type"] == "TimeoutError"
    assert observed.outcome["err"]["message"] == "the execution took longer than 60 s"
    assert observed.end_s == pytest.approx(END_S, abs=0.02)
    assert not {'{"n": 7}', '{"n": 8}'} & {call.arguments for call in observed.calls}


def test_one_that_ends_in_time_is_not_touched() -> None:
    world = World({}, {"other": (Reply(2, takes_s=1),)}, (Sent(5, "approval", True),))
    observed = ran("approval.wait()\nother(1)\nsleep(timedelta(seconds=10))", world)
    assert (observed.outcome, observed.end_s) == ({"v": "done"}, 16)
    assert [call.arguments for call in observed.calls] == ['{"n": 1}']


def test_an_attempt_that_is_late_by_its_own_time_out_is_tried_again_until_then() -> None:
    again = "step.options(timeout=timedelta(seconds=25), retry=Retry(attempts=9, on=(TimeoutError,)))(1)"
    observed = ran(again)
    assert [call.at_s for call in observed.calls] == [0, 26, 53]
    assert observed.end_s == pytest.approx(END_S, abs=0.02)
