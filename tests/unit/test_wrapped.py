"""Handlers below decorators that kept them: the signature is the function's own, the call is the decorator's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

import pytest

from cloudless import App
from cloudless.errors import InvalidArgument, InvalidBody
from cloudless.testing import simulate
from tests.unit.fake_cloud import fake_cloud

app = App("shop")
orders = app.queue("orders", str)
trail: list[str] = []


@dataclass
class Receipt:
    order: str
    cents: int


class CardDeclined(Exception): ...


@contextmanager
def traced() -> Generator[None]:
    """As a decorator: a wrapper in another module, which knows no type of this one."""
    trail.append("in")
    yield
    trail.append("out")


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a plain function of an async one."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        trail.append("awaited")
        return asyncio.run(function(*args, **kwargs))

    return wrapper


def delayed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make an async function of a plain one."""

    @wraps(function)
    async def wrapper(*args: Any) -> Any:
        trail.append("delayed")
        return function(*args)

    return wrapper


@app.function
@traced()
def charge(order: str, cents: int = 5, *, currency: str = "EUR") -> Receipt:
    if cents < 0:
        raise CardDeclined(currency)
    return Receipt(order, cents)


@app.function
@awaited
async def double(number: int) -> int:
    return number * 2


@orders.consumer
@delayed
def take(order: str) -> None:
    trail.append(order)


anyone: Any = charge  # a type checker sees the decorator's signature, or ours


@pytest.fixture(autouse=True)
def _forget() -> None:
    trail.clear()


def test_arguments_and_result_have_the_types_of_the_function_itself() -> None:
    with simulate(app) as cloud:
        assert charge.invoke("a") == Receipt("a", 5)
        assert charge.invoke("b", 7, currency="USD") == Receipt("b", 7)
        assert [call.body for call in cloud.calls(charge)] == [
            {"order": "a"}, {"order": "b", "cents": 7, "currency": "USD"},
        ]  # fmt: skip


def test_the_call_goes_through_the_decorator() -> None:
    with simulate(app):
        charge.invoke("a")
    assert trail == ["in", "out"]


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "text"),
    [
        (("a", 1, "EUR", 4), {}, InvalidArgument, "charge takes 3 arguments, 4 were given"),
        ((), {}, InvalidBody, r"missing \['order'\]"),
        (("a", "much"), {}, InvalidBody, "argument 'cents': expected int"),
        (("a",), {"curency": "EUR"}, InvalidBody, r"unknown \['curency'\]"),
    ],
    ids=["too many", "missing", "of another type", "unknown"],
)
def test_arguments_are_checked_against_the_function_itself(
    args: Any, kwargs: Any, error: type[Exception], text: str
) -> None:
    with fake_cloud() as cloud, pytest.raises(error, match=text):
        anyone.invoke(*args, **kwargs)
    assert cloud.functions.calls == []


def test_an_exception_of_the_functions_module_arrives_as_itself() -> None:
    with simulate(app), pytest.raises(CardDeclined, match=r"^EUR$"):
        charge.invoke("a", -1)


def test_a_decorator_may_have_awaited_an_async_function() -> None:
    assert (double(4), trail) == (8, ["awaited"])
    with simulate(app):
        assert double.invoke(21) == 42


def test_a_decorator_may_make_a_plain_function_async() -> None:
    with simulate(app) as cloud:
        orders.send("a")
        cloud.run()
    assert trail == ["delayed", "a"]


class Ship:
    def __call__(self, order: str) -> None: ...


@pytest.mark.parametrize("function", [partial(len, "x"), Ship()], ids=["partial", "instance"])
def test_what_has_no_name_is_no_handler(function: Any) -> None:
    mine = App("mine")
    queue, topic = mine.queue("queue", str), mine.topic("topic", str)
    registrations: list[Callable[[Any], Any]] = [
        queue.consumer,
        queue.consumer(name="named"),
        topic.subscriber,
        mine.function,
        mine.schedule("* * * * *"),
    ]
    for register in registrations:
        with pytest.raises(InvalidArgument, match="a handler is a function of a module"):
            register(function)
