"""The native runtime does what the language says of what CPython has no words for."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.conformance.orchestrations import WAITING, Observed, Reply, Sent, World
from tests.fuzz import rewrite

HEAD = """
from datetime import timedelta
from cloudless import App, Retry, fan_out, gather, saga, sleep
app = App("x")
go = app.event("go", int)
class Failure(Exception): pass
@app.function
def step(n: int) -> int: ...
"""


def failing(name: str = "Failure") -> dict[str, Any]:
    return {"type": name, "mro": [name, "Exception"], "message": "m", "data": {}}


def run(body: str, *replies: Reply, events: tuple[Sent, ...] = ()) -> Observed:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    source = f"{HEAD}\n@app.orchestration\ndef main() -> object:\n{lines}\n"
    return rewrite.run(rewrite.loaded(source), World({}, {"step": replies}, events))


def times(observed: Observed) -> list[tuple[str, float | None]]:
    return [(call.arguments, call.at_s) for call in observed.calls]


def test_branches_begin_together_and_join_at_the_latest_end() -> None:
    slow = Reply(1, takes_s=7, when={"n": 1})
    seen = run("a, b = gather(step(1), step(2))\nstep(3)\nreturn a + b", slow, Reply(2, takes_s=1))
    assert seen.outcome == {"v": 3}
    assert times(seen) == [('{"n": 1}', 0), ('{"n": 2}', 0), ('{"n": 3}', 7)]
    assert seen.end_s == 8


def test_the_lowest_index_is_raised_after_all_have_settled() -> None:
    late = Reply(error=failing(), takes_s=9, when={"n": 1})
    early = Reply(error=failing("Early"), when={"n": 2})
    seen = run("gather(step(1), step(2), step(3))", late, early, Reply(1, takes_s=20))
    assert seen.outcome["err"]["type"] == "Failure"
    assert (len(seen.calls), seen.end_s) == (3, 20)


def test_a_branch_beyond_the_limit_begins_when_one_ends() -> None:
    replies = [Reply(1, takes_s=takes_s, when={"n": n}) for n, takes_s in enumerate((5, 1, 1, 9))]
    seen = run("return fan_out((step(n) for n in [0, 1, 2, 3]), max_concurrency=2)", *replies)
    assert [at_s for _, at_s in times(seen)] == [0, 0, 1, 2]
    assert seen.end_s == 11


def test_arguments_of_gather_come_before_its_branches_and_items_of_fan_out_in_them() -> None:
    seen = run("try:\n    gather(step(1), step([][0]))\nexcept IndexError:\n    return 'none began'")
    assert (seen.outcome, seen.calls) == ({"v": "none began"}, ())
    seen = run(
        "try:\n    fan_out(step(6 // n) for n in [1, 0, 2])\nexcept ZeroDivisionError:\n    return 'two began'",
        Reply(1),
    )
    assert (seen.outcome, len(seen.calls)) == ({"v": "two began"}, 2)


def test_retries_wait_longer_each_time_and_time_outs_are_attempts() -> None:
    body = (
        "return step.options(retry=Retry(attempts=4, delay=timedelta(seconds=2), factor=3.0,"
        " max_delay=timedelta(seconds=10)), timeout=timedelta(seconds=4))(1)"
    )
    seen = run(body, Reply(error=failing()), Reply(1, takes_s=60), Reply(error=failing()), Reply(5))
    assert [at_s for _, at_s in times(seen)] == [0, 2, 12, 22]
    assert seen.outcome == {"v": 5}


def test_failures_of_the_platform_come_first_and_by_themselves() -> None:
    crash = Reply(error={**failing("Crashed"), "mro": ["Crashed", "PlatformError", "Exception"]})
    assert [at_s for _, at_s in times(run("return step(1)", crash, crash, Reply(1)))] == [0, 1, 3]
    seen = run("return step.options(retry=Retry(attempts=9))(1)", crash)
    assert (seen.outcome["err"]["type"], len(seen.calls)) == ("Crashed", 3)


def test_compensations_run_from_the_last_to_the_first_and_all_are_tried() -> None:
    body = "with saga() as undo:\n    undo.on_failure(step, 1)\n    undo.on_failure(step, 2)\n    raise Failure('x')"
    assert run(body, Reply(1)).outcome["err"]["type"] == "Failure"
    assert [text for text, _ in times(run(body, Reply(1)))] == ['{"n": 2}', '{"n": 1}']
    seen = run(body, Reply(error=failing()))
    assert (seen.outcome["err"]["type"], len(seen.calls)) == ("CompensationFailed", 6)


@pytest.mark.parametrize(("at_s", "value", "end_s"), [(1, 7, 5), (8, 7, 8), (20, -1, 15)])
def test_a_wait_takes_an_early_event_or_the_next_one_in_time(at_s: float, value: int, end_s: float) -> None:
    body = """
sleep(timedelta(seconds=5))
try:
    return go.wait(timeout=timedelta(seconds=10))
except TimeoutError:
    return -1
"""
    seen = run(body, events=(Sent(at_s, "go", 7),))
    assert (seen.outcome, seen.end_s) == ({"v": value}, end_s)


def test_who_waits_for_what_never_comes_does_nothing_more() -> None:
    seen = run("try:\n    go.wait()\nfinally:\n    step(1)\n    return 1")
    assert (seen.outcome, seen.calls) == (WAITING, ())


def test_values_are_copies_beyond_a_call() -> None:
    source = f"{HEAD}\n@app.orchestration\ndef part(xs: list[int]) -> list[int]:\n    xs.append(2)\n    return xs\n"
    source += "@app.orchestration\ndef main() -> object:\n    mine = [1]\n    return [part(mine), mine]\n"
    assert rewrite.run(rewrite.loaded(source), World({}, {})).outcome == {"v": [[1, 2], [1]]}
