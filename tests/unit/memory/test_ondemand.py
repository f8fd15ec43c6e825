"""What a simulation makes of handlers when they are first called, and again when they get a double."""

from itertools import count

import pytest

from cloudless import App
from cloudless.errors import NotFound
from cloudless.memory.ondemand import OnDemand
from cloudless.testing import simulate

app = App("late")


@app.function
def double(number: int) -> int:
    return 2 * number


@app.orchestration
def doubled(number: int) -> int:
    return double(number)


@app.get("/doubles/{number}", public=True)
def get(number: int) -> int:
    return 2 * number


def triple(number: int) -> int:
    return 3 * number


def test_a_value_is_made_once_until_it_is_popped() -> None:
    numbers = count()
    values = OnDemand(lambda name: f"{name} {next(numbers)}")
    assert (values["a"], values["a"], values["b"]) == ("a 0", "a 0", "b 1")
    values.pop("a", None)
    assert (values["a"], values["b"]) == ("a 2", "b 1")


def test_a_function_that_was_called_takes_its_double_from_then_on() -> None:
    with simulate(app) as cloud:
        assert double.invoke(1) == 2
        cloud.replace(double, triple)
        assert double.invoke(1) == 3


def test_a_step_that_was_carried_out_takes_its_double_from_then_on() -> None:
    with simulate(app) as cloud:
        assert doubled(1) == 2
        cloud.replace(double, triple)
        assert doubled(1) == 3


def test_an_endpoint_that_was_asked_takes_its_double_from_then_on() -> None:
    with simulate(app) as cloud:
        assert cloud.http.get("/doubles/1").json() == 2
        cloud.replace(get, triple)
        assert cloud.http.get("/doubles/1").json() == 3


def test_a_double_that_was_there_before_the_first_call_is_taken_too() -> None:
    with simulate(app) as cloud:
        cloud.replace(double, triple)
        assert (double.invoke(1), doubled(1)) == (3, 3)


def test_there_is_no_answer_of_a_function_that_there_is_not() -> None:
    with simulate(app) as cloud, pytest.raises(NotFound, match="no function 'gone'"):
        cloud.cloud.functions.native("gone")
