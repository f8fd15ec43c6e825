"""What may end an execution before its end is told with the build."""

from __future__ import annotations

from textwrap import indent

from providers.gcp.tests.workflows.programs import emitted


def warnings(body: str) -> tuple[str, ...]:
    lines = indent(body, "        ")
    return emitted(f"""
    @app.orchestration
    def main(n: int) -> None:
{lines}
""").workflow.warnings


def test_a_range_that_is_too_long_is_told() -> None:
    (told,) = warnings("for i in range(9000):\n    step(i)")
    assert "an execution of 'main' may take 108,000 steps, Workflows ends it after 100,000 steps" in told
    assert warnings("for i in range(8000):\n    step(i)") == ()


def test_a_loop_without_a_test_tells_how_often_it_may_go() -> None:
    (told,) = warnings("while True:\n    step(n)\n    sleep(timedelta(minutes=1))")
    assert "may go 7,692 times through this loop" in told
