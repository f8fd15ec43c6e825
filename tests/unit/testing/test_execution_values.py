"""What travels through executions in a simulation: messages, values that are no JSON, errors, and history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

import pytest
from pydantic import BaseModel

from cloudless import App
from cloudless.errors import RemoteError
from cloudless.testing import Fault, simulate

app = App("values")


class Order(BaseModel):
    region: str
    rank: int = 0


class Strict(Exception):
    code: int

    def __new__(cls, code: int, other: int) -> Self:
        return super().__new__(cls, code, other)

    def __init__(self, code: int, other: int) -> None:
        super().__init__(f"{code} {other}")
        self.code = code


class Wordy(Exception):
    detail: str

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


placed = app.topic("placed", Order, attributes=["region", "rank"])
lines = app.ordered_queue("lines", str)
words = app.queue("words", str)
european: list[int] = []


@placed.subscriber(where={"region": "eu"})
def take(order: Order) -> None:
    european.append(order.rank)


@app.function
def echo(value: Any) -> Any:
    return value


@app.function
def refuse() -> None:
    raise Strict(1, 2)


@app.orchestration
def place(order: Order, note: str) -> str:
    return placed.publish(order, attributes={"note": note})


@app.orchestration
def line(group: str) -> str:
    try:
        return lines.send("a", group=group)
    except ValueError as problem:
        return f"{type(problem).__name__} {problem}"


@app.orchestration
def tell(note: str) -> str:
    return words.send("a", attributes={"note": note})


@app.orchestration
def broken() -> str:
    return "\ud800"


@app.orchestration
def broken_step() -> Any:
    try:
        return echo("\ud800")
    except ValueError as problem:
        return type(problem).__name__


@app.orchestration
def strict() -> None:
    refuse()


@app.orchestration
def wordy(text: str) -> None:
    raise Wordy(text, detail=text)


@app.orchestration
def pair(value: Any) -> Any:
    return echo(value)


def test_what_an_orchestration_publishes_has_the_attributes_that_its_body_fills() -> None:
    european.clear()
    with simulate(app) as cloud:
        place(Order(region="eu", rank=7), "n")
        cloud.run()
        (event,) = [event for event in cloud.trace if event.kind == "publish"]
        assert event.attributes == {"region": "eu", "rank": "7", "note": "n"}
    assert european == [7]


@pytest.mark.parametrize("note", ["", "x" * 257, "\0"])
def test_an_attribute_that_some_cloud_refuses_fails_the_step(note: str) -> None:
    with simulate(app) as cloud:
        for execution in (place.start(Order(region="eu"), note), tell.start(note)):
            cloud.run()
            assert execution.error is not None
            assert execution.error.type == "InvalidArgument"
            assert "attribute 'note'" in execution.error.message
        assert [event for event in cloud.trace if event.kind in ("send", "publish")] == []


def test_a_group_that_some_cloud_refuses_fails_the_step() -> None:
    with simulate(app):
        assert line("") == "InvalidArgument group='': 1 to 128 printable characters"


def test_a_value_that_is_no_json_is_an_error_of_the_step_or_of_the_execution() -> None:
    with simulate(app):
        assert broken_step() == "InvalidBody"
        execution = broken.start()
        with pytest.raises(RemoteError, match="lone surrogate"):
            execution.result()
        assert execution.status() == "failed"


def test_an_error_whose_class_cannot_be_made_is_told_all_the_same() -> None:
    with simulate(app), pytest.raises(RemoteError, match="1 2") as problem:
        strict()
    assert problem.value.type == "Strict"


def test_an_error_that_a_program_raises_is_within_the_limits() -> None:
    with simulate(app) as cloud:
        execution = wordy.start("é" * 10_000)
        cloud.run()
        assert execution.error is not None
        assert len(execution.error.message.encode()) <= 2_048
        assert execution.error.data == {}


def test_a_test_that_changes_what_history_tells_changes_no_execution() -> None:
    with simulate(app, faults=[Fault("crash", pair, 1)]) as cloud:
        cloud.takes(echo, timedelta(seconds=1))
        execution = pair.start([1])
        execution.history()[0].value["value"].append(2)
        cloud.run()
        assert execution.result() == [1]


@app.orchestration
def tell_twice(note: str) -> list[str]:
    first = tell(note)
    return [first, tell_in_turn(note)]


@app.orchestration
def tell_in_turn(note: str) -> str:
    return tell(note)


def test_an_orchestration_that_another_one_calls_may_send() -> None:
    with simulate(app) as cloud:
        ids = tell_twice("n")
        assert [event.message for event in cloud.trace if event.kind == "send"] == ids
        assert cloud.sent(words) == ["a", "a"]
