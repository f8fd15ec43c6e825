"""A broker that does not answer for minutes: an execution waits for it, and means the same afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudless.conformance.orchestrations.module import loaded
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import Reply, Sent, World
from providers.gcp.tests.gcwsim import ConnectionFailed, Request, Response
from providers.gcp.tests.workflows.oracles import modelled
from providers.gcp.tests.workflows.oracles.emitted import BASE, BROKER, text_of
from providers.gcp.tests.workflows.programs import HEAD

AWAY_S = 240
PATIENCE_S = 511
"""1 + 2 + 4 + … + 256."""
PROGRAM = """
@app.orchestration{options}
def main() -> str:
    try:
        approval.wait(timeout=timedelta(seconds=30))
    except TimeoutError:
        return "late"
    return "came"
"""


def lost() -> Response:
    raise ConnectionFailed("ConnectionError", after_s=1)


FAILURES: dict[str, Callable[[], Response]] = {
    "throttled": lambda: Response(429, "Rate exceeded.", headers={"Content-Type": "text/html"}),
    "starting": lambda: Response(503, "Service Unavailable", headers={"Content-Type": "text/html"}),
    "not allowed yet": lambda: Response(403, "Forbidden", headers={"Content-Type": "text/html"}),
    "not there yet": lambda: Response(404, "Page not found", headers={"Content-Type": "text/html"}),
    "busy": lambda: Response(500, {"cloudless_error": {
        "type": "UnavailableError", "mro": ["UnavailableError", "PlatformError", "Exception"], "message": "the broker",
        "data": {},
    }}),
    "lost": lost,
    "silent": lambda: Response(200, {"v": {}}, after_s=1_000),
}  # fmt: skip


def ran(
    answer: Callable[[], Response], ops: set[str], *sent: Sent, for_s: float = AWAY_S, options: str = ""
) -> Observed:
    """An execution whose broker answers so what it is asked for, so long after it was asked first."""
    began_s: list[float] = []

    def front(now_s: float, request: Request) -> Response | None:
        if request.url != f"{BASE}{BROKER}" or request.body["op"] not in ops:
            return None
        began_s.append(now_s)
        return answer() if now_s - began_s[0] < for_s else None

    with loaded(HEAD + PROGRAM.replace("{options}", options)) as module:
        world = World({}, {"step": (Reply(1),)}, sent)
        return modelled.run(text_of(module.application()), module, world, front=front)


@pytest.mark.parametrize("op", ["begin", "wait", "leave"])
@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
def test_an_execution_outlasts_minutes_without_a_broker(answer: Callable[[], Response], op: str) -> None:
    observed = ran(answer, {op})
    assert observed.outcome == {"v": "late"}
    assert observed.end_s is not None
    assert AWAY_S < observed.end_s < 3 * AWAY_S


@pytest.mark.parametrize("op", ["begin", "wait"])
def test_an_event_of_these_minutes_is_taken_after_them(op: str) -> None:
    assert ran(FAILURES["starting"], {op}, Sent(100, "approval", True)).outcome == {"v": "came"}


@pytest.mark.parametrize("op", ["begin", "wait", "leave"])
def test_a_broker_that_stays_away_is_given_up(op: str) -> None:
    observed = ran(FAILURES["throttled"], {op}, for_s=modelled.EVER_S)
    assert observed.outcome["err"]["type"] == "ThrottledError"
    assert observed.end_s == PATIENCE_S + (30 if op == "leave" else 0)


@pytest.mark.parametrize("op", ["begin", "wait", "leave"])
def test_nobody_waits_for_a_broker_beyond_the_end_of_the_execution(op: str) -> None:
    observed = ran(FAILURES["lost"], {op}, options="(timeout=timedelta(seconds=60))")
    assert observed.outcome["err"]["message"] == "the execution took longer than 60 s"
    assert observed.end_s == pytest.approx(60, abs=0.02)
