"""What may end an execution before its end is told with the build."""

from __future__ import annotations

from textwrap import indent

from providers.aws.tests.asl.programs import emitted


def warnings(body: str) -> tuple[str, ...]:
    lines = indent(body, "        ")
    return emitted(f"""
    @app.orchestration
    def part(n: int) -> int:
        for i in range(100):
            step(i)
        return n
    @app.orchestration
    def main(n: int) -> None:
{lines}
""").machine.warnings


def test_a_range_that_is_too_long_is_told() -> None:
    (told,) = warnings("for i in range(4000):\n    step(i)")
    assert "an execution of 'main' may take 28,000 events of history" in told
    assert "Step Functions ends it after 25,000" in told
    assert warnings("for i in range(3000):\n    step(i)") == ()


def test_callees_and_loops_in_loops_count() -> None:
    assert warnings("for i in range(30):\n    part(i)") == ()
    (told,) = warnings("for i in range(6):\n    for j in range(6):\n        part(i)")
    assert "may take 25,284 events" in told


def test_the_longer_way_counts() -> None:
    (told,) = warnings("if n > 0:\n    for i in range(5000):\n        step(i)\nelse:\n    step(n)")
    assert "35,002 events" in told


def test_a_loop_without_a_test_tells_how_often_it_may_go() -> None:
    (told,) = warnings("while True:\n    if step(n) > 0:\n        return None\n    sleep(timedelta(minutes=1))")
    assert "may go 2,272 times through this loop" in told


def test_a_list_of_unknown_length_and_a_loop_with_a_test_are_not_told() -> None:
    assert warnings("while n > 0:\n    n = step(n)\nfor i in range(n):\n    step(i)") == ()
