"""Orchestrations are held to how deep and how wide a cloud nests them, before they are deployed."""

from textwrap import dedent

from cloudless.conformance.orchestrations.module import loaded
from cloudless.driver.limit import Limit
from cloudless.ir import Application, Diagnostic
from cloudless.passes.limits import limits

PRELUDE = """
from datetime import timedelta
from cloudless import App, gather, fan_out

app = App("shop")


@app.function
def f(n: int) -> int: ...


@app.orchestration
def inner(n: int) -> int:
    return f(n) + sum(fan_out(f(i) for i in [n]))


@app.orchestration
def middle(n: int) -> int:
    a, b = gather(inner(n), f(n))
    return a + b


"""


def problems(code: str, **most: float) -> list[str]:
    with loaded(PRELUDE + dedent(code)) as found:
        application: Application = found.application()
    table = {f"orchestration.{key}": Limit(value, "levels", "https://example.org") for key, value in most.items()}
    return [told(one) for one in limits(application, {"gcp": table})]


def told(problem: Diagnostic) -> str:
    return f"{problem.span.line - PRELUDE.count(chr(10))}: {problem.message}"


OUTER = """
    @app.orchestration(timeout=timedelta(days=3))
    def outer(n: int) -> int:
        f(n)
        if n > 3:
            a, b, c = gather(f(n), middle(n), f(n))
            return a + b + c
        return n
"""


def test_nesting_counts_the_orchestrations_that_are_called() -> None:
    assert problems(OUTER, nesting=3) == []
    assert problems(OUTER, nesting=2) == [
        "6: the nesting of gather and fan_out in orchestration 'outer' is 3 levels, gcp takes at most 2"
    ]


def test_branches_are_counted_for_each_gather() -> None:
    assert problems(OUTER, branches=3) == []
    assert problems(OUTER, branches=2) == ["6: a gather of orchestration 'outer' is 3 levels, gcp takes at most 2"]


def test_depth_counts_orchestrations_that_call_one_another() -> None:
    assert problems(OUTER, depth=3) == []
    assert problems(OUTER, depth=2) == [
        "2: the depth of calls of orchestration 'outer' is 3 levels, gcp takes at most 2"
    ]


def test_a_time_out_may_be_longer_than_a_cloud_keeps_executions() -> None:
    assert problems(OUTER, timeout=86_400) == [
        "2: the time-out of orchestration 'outer' is 259200 levels, gcp takes at most 86400"
    ]
