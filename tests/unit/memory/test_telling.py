"""A handler that raises is told of where a test can see it: with the line, and without what the test asked for."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from cloudless import App, HttpError, Reject, Retry
from cloudless.memory.telling import MOST
from cloudless.testing import Fault, Simulation, explore, simulate

app = App("shop")
orders = app.queue("orders", str, retry=Retry(attempts=2))


PROGRAM = """\
from cloudless import App
from cloudless.testing import simulate

app = App("shop")
orders = app.queue("orders", str)


@orders.consumer
def take(order: str) -> None:
    raise KeyError(order)


with simulate(app) as cloud:
    orders.send("a")
    cloud.run()
    print(cloud.calls(take)[-1].outcome)
"""


def price(order: str) -> int:
    return {"lamp": 3}[order]


@orders.consumer
def take(order: str) -> None:
    if order == "none":
        raise Reject("there is none")
    price(order)


@app.post("/orders/{order}", public=True)
async def create(order: str) -> int:
    if order == "late":
        raise HttpError(409, "closed")
    return price(order)


@app.function
def ask(order: str) -> int:
    return price(order)


@app.orchestration
def flow(order: str) -> int:
    return ask.options(retry=Retry(attempts=1))(order)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(caplog.handler, "formatter", logging.Formatter())  # a cloud's runtime gives every handler JSON
    caplog.set_level(logging.WARNING)
    return caplog


def test_a_delivery_that_fails_is_told_with_the_line_and_the_programs_frames_alone(
    told: pytest.LogCaptureFixture,
) -> None:
    with simulate(app) as cloud:
        orders.send("chair")
        cloud.run()
    assert [(one.name, one.levelname, one.getMessage()) for one in told.records] == [
        ("cloudless.take", "WARNING", "take failed in attempt 1: KeyError"),
        ("cloudless.take", "WARNING", "take failed in attempt 2 like before: KeyError"),
    ]
    assert told.text.count('return {"lamp": 3}[order]') == 1
    assert "cloudless/runtime" not in told.text.replace("\\", "/")


def test_requests_steps_and_functions_are_told_of(told: pytest.LogCaptureFixture) -> None:
    with simulate(app) as cloud:
        assert cloud.http.post("/orders/chair").status == 500
        assert flow.start("chair").status() == "running"
        cloud.run()
    assert [one.getMessage() for one in told.records] == [
        "POST /orders/{order} failed: KeyError",
        "ask failed in attempt 1: KeyError",
    ]


def test_what_the_program_means_and_what_the_test_asked_for_is_not_told(told: pytest.LogCaptureFixture) -> None:
    with simulate(app, faults=[Fault("crash", take, 1)]) as cloud:
        cloud.fail(ask, ConnectionError("away"))
        orders.send("none")
        assert cloud.http.post("/orders/late").status == 409
        flow.start("lamp")
        cloud.run()
    assert told.records == []


def test_what_fails_again_and_again_is_told_a_few_times(told: pytest.LogCaptureFixture) -> None:
    with simulate(app) as cloud:
        for _ in range(MOST):
            orders.send("chair")
        cloud.run()
    assert len(told.records) == MOST
    assert told.records[-1].getMessage().endswith("like before: KeyError; further failures are not told")


def test_an_exploration_tells_nothing_of_its_hundred_runs(told: pytest.LogCaptureFixture) -> None:
    @explore(app, examples=10)
    def check(cloud: Simulation) -> None:
        orders.send("chair")
        cloud.run()

    check()
    assert told.records == []


def test_nothing_is_printed_where_nobody_listens(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("dead\n", "")
