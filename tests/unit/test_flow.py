"""What an orchestration's code says, run where it does not belong; and what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cloudless import App, Outcome, Retry, fan_out, gather, now, saga, sleep, uuid4
from cloudless.errors import InvalidArgument, UnknownOption, UnsupportedError
from cloudless.flow import Failed, Saga

app = App("shop")
approval = app.event("approval", dict[str, bool])


@app.function(retry=Retry(attempts=3), name="card")
def charge(order: str, tip: int = 0) -> str:
    return f"{order}+{tip}"


@app.function
async def look_up(order: str) -> int:
    return len(order)


@app.pure(name="cheapest")
def best(prices: list[int]) -> int:
    return min(prices)


@app.orchestration(name="order", timeout=timedelta(hours=2))
def fulfil(order: str) -> str:
    return charge(order)


@app.orchestration
def endless() -> None: ...


@pytest.mark.parametrize(
    "call",
    [
        lambda: gather(charge("a"), charge("b")),
        lambda: fan_out(charge(one) for one in "ab"),
        lambda: fan_out((charge(one) for one in "ab"), max_concurrency=3, collect=True),
        lambda: sleep(timedelta(seconds=1)),
        now,
        uuid4,
        saga,
        lambda: Saga().on_failure(charge, "a"),
        lambda: approval.wait(timeout=timedelta(days=1)),
    ],
    ids=["gather", "fan_out", "collect", "sleep", "now", "uuid4", "saga", "on_failure", "wait"],
)
def test_what_is_compiled_is_refused_where_python_runs_it(call: Callable[[], Any]) -> None:
    with pytest.raises(UnsupportedError, match=r"belongs into the code of an orchestration.*@app\.orchestration"):
        call()


def test_declared_things_are_kept_in_lists_of_their_own() -> None:
    assert [one.name for one in app.orchestrations] == ["order", "endless"]
    assert [one.name for one in app.pures] == ["cheapest"]
    assert app.declared == [approval]
    assert [one.name for one in app.registered] == ["card", "look_up"]


def test_an_orchestration_knows_its_function_and_its_time() -> None:
    assert (fulfil.name, fulfil.__name__, fulfil.__wrapped__) == ("order", "fulfil", fulfil.function)
    assert (fulfil.timeout_s, endless.timeout_s) == (7200.0, 0.0)
    assert fulfil.place.file == best.place.file == __file__


def test_a_pure_function_is_called_like_the_original() -> None:
    assert (best([3, 1, 2]), best.__name__, best.on) == (1, "best", ())


def test_a_step_retries_as_the_function_says_and_else_not() -> None:
    assert charge.step_retry is not None
    assert charge.step_retry.attempts == 3
    assert (look_up.step_retry, look_up.retry.attempts) == (None, 5)


def test_a_step_is_called_like_the_function_and_keeps_its_options() -> None:
    step = charge.options(retry=Retry(attempts=2), timeout=timedelta(seconds=9))
    assert step("a", tip=1) == "a+1"
    assert step.retry is not None
    assert (step.function, step.retry.attempts, step.timeout) == (charge, 2, timedelta(seconds=9))
    assert charge.options().retry is None


def test_a_step_of_an_async_function_is_for_orchestrations_only() -> None:
    with pytest.raises(UnsupportedError, match="look_up is async"):
        look_up.options(timeout=timedelta(seconds=1))("a")


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"retries": 3}, UnknownOption, "retry"),
        ({"retry": 3}, InvalidArgument, "give a Retry"),
        ({"timeout": 3}, InvalidArgument, "give a timedelta"),
    ],
)
def test_options_of_a_step_are_checked(options: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        charge.options(**options)


@pytest.mark.parametrize(
    ("method", "options", "error"),
    [
        ("orchestration", {"time_out": 1}, UnknownOption),
        ("orchestration", {"timeout": 60}, InvalidArgument),
        ("pure", {"name": 7}, InvalidArgument),
        ("event", {"name": 7}, InvalidArgument),
    ],
)
def test_options_of_declarations_are_checked(method: str, options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        getattr(App("shop"), method)(**options)


def test_outcomes_and_errors_are_plain_data() -> None:
    error = Failed("CardDeclined", "no funds", {"code": 7})
    assert (error.type, error.message, error.data) == ("CardDeclined", "no funds", {"code": 7})
    outcomes = [Outcome("box"), Outcome[str](error=error)]
    assert [(one.value, one.error) for one in outcomes] == [("box", None), (None, error)]
    assert repr(outcomes) == "[Outcome('box'), Outcome(Failed(CardDeclined: 'no funds'))]"
