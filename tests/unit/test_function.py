"""Functions as their callers see them: arguments, results, errors, and where a call goes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cloudless import App, Context, Retry, errors
from cloudless.errors import InvalidArgument, InvalidBody, NoProvider, PayloadTooLarge, RemoteError
from cloudless.testing import simulate
from tests.unit.fake_cloud import fake_cloud

app = App("shop")
work = app.queue("work", str)
numbers = app.queue("numbers", int)
results: list[int] = []


class CardDeclined(Exception): ...


class Strange(Exception):
    def __init__(self, code: int, *, reason: str) -> None:
        super().__init__(f"{code}: {reason}")


class Coded(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(int(code))


@dataclass
class Receipt:
    id: str
    amount: Decimal


@app.function(timeout=timedelta(seconds=20), retry=Retry(attempts=3, on=[ConnectionError]))
def charge(order: str, amount: Decimal, *, currency: str = "EUR") -> Receipt:
    """Charge a card."""
    if order == "declined":
        raise CardDeclined("no funds")
    if order == "down":
        raise ConnectionError("no route")
    if order == "strange":
        raise Strange(7, reason="odd")
    return Receipt(f"{order}-{currency}", amount)


@app.function
async def double(number: int) -> int:
    await asyncio.sleep(30)
    return number * 2


@numbers.consumer
async def add(number: int) -> None:
    await asyncio.sleep(5)
    results[:] = [await double.invoke_async(number)]
    await asyncio.sleep(5)


@app.function
def whoami(context: Context, greeting: str = "hello") -> str:
    return f"{greeting} from {context.handler}, attempt {context.attempt}"


@app.function(timeout=timedelta(minutes=10))
def slow() -> None: ...


@app.function
def quick() -> None: ...


@work.consumer
def relay(name: str) -> None:
    try:
        charge.invoke(name, Decimal(1))
    except CardDeclined:
        charge.invoke_later("fallback", Decimal(2))


def test_a_function_is_called_like_the_original() -> None:
    assert charge("a", Decimal(1)) == Receipt("a-EUR", Decimal(1))
    assert (charge.__name__, charge.__doc__, charge.__wrapped__) == ("charge", "Charge a card.", charge.function)


def test_invoke_gives_back_the_result_in_its_type() -> None:
    with simulate(app) as cloud:
        assert charge.invoke("a", amount=Decimal("0.10"), currency="USD") == Receipt("a-USD", Decimal("0.10"))
        (call,) = cloud.calls(charge)
    assert call.body == {"order": "a", "amount": "0.10", "currency": "USD"}


def test_a_context_is_given_and_not_asked_for() -> None:
    ask: Any = whoami  # a type checker sees the original's parameters
    with simulate(app):
        assert ask.invoke() == "hello from whoami, attempt 1"
        assert ask.invoke(greeting="hi") == "hi from whoami, attempt 1"


def test_an_async_function_is_awaited_where_it_runs() -> None:
    with simulate(app):
        assert double.invoke(21) == 42
        assert asyncio.run(double.invoke_async(4)) == 8


def test_an_async_handler_may_invoke_another_and_both_take_their_time() -> None:
    with simulate(app) as cloud:
        began = cloud.now
        numbers.send(3)
        cloud.run()
        assert results == [6]
        assert cloud.now - began == timedelta(seconds=40)


def test_a_simulation_runs_async_handlers_inside_an_async_test() -> None:
    async def test() -> int:
        with simulate(app) as cloud:
            await numbers.send_async(4)
            cloud.run()
            return len(cloud.calls(double))

    assert asyncio.run(test()) == 1


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "text"),
    [
        (("a", Decimal(1), "EUR", 4), {}, InvalidArgument, "charge takes 3 arguments, 4 were given"),
        (("a", Decimal(1)), {"order": "b"}, InvalidArgument, "charge: argument 'order' is given twice"),
        (("a",), {}, InvalidBody, "amount"),
        (("a", "much"), {}, InvalidBody, "amount"),
        (("a", Decimal(1)), {"curency": "EUR"}, InvalidBody, "curency"),
    ],
    ids=["too many", "twice", "missing", "of another type", "unknown"],
)
def test_arguments_that_do_not_fit_are_refused_before_the_call(
    args: Any, kwargs: Any, error: type[Exception], text: str
) -> None:
    with fake_cloud() as cloud, pytest.raises(error, match=text):
        charge.invoke(*args, **kwargs)
    assert cloud.functions.calls == []


def test_arguments_beyond_the_limit_are_refused() -> None:
    with fake_cloud(), pytest.raises(PayloadTooLarge):
        charge.invoke_later("x" * 200_000, Decimal(1))


def test_a_declared_exception_arrives_as_itself() -> None:
    with simulate(app), pytest.raises(CardDeclined, match=r"^no funds$"):
        charge.invoke("declined", Decimal(1))
    with simulate(app), pytest.raises(ConnectionError, match=r"^no route$"):
        charge.invoke("down", Decimal(1))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("NoProvider", NoProvider), ("MissingSecret", errors.MissingSecret), ("ConnectionError", ConnectionError)],
)
def test_a_declared_exception_is_known_by_its_name_or_through_its_module(name: str, kind: type[Exception]) -> None:
    with fake_cloud(json.dumps({"error": [name, "text"]})), pytest.raises(kind, match=r"^text$"):
        charge.invoke("a", Decimal(1))


def test_an_exception_whose_making_fails_arrives_as_remote() -> None:
    with fake_cloud(json.dumps({"error": ["Coded", "no number"]})), pytest.raises(RemoteError, match=r"^Coded: no"):
        charge.invoke("a", Decimal(1))


def test_an_exception_that_cannot_be_made_from_its_text_arrives_as_remote() -> None:
    with simulate(app), pytest.raises(RemoteError, match=r"^Strange: 7: odd$") as caught:
        charge.invoke("strange", Decimal(1))
    assert (caught.value.type, caught.value.text) == ("Strange", "7: odd")


@pytest.mark.parametrize("name", ["NobodyKnows", "print", "KeyboardInterrupt", "charge"])
def test_what_is_no_exception_here_arrives_as_remote(name: str) -> None:
    with fake_cloud(json.dumps({"error": [name, "text"]})), pytest.raises(RemoteError, match=rf"^{name}: text$"):
        charge.invoke("a", Decimal(1))


def test_invoke_is_one_attempt() -> None:
    with simulate(app) as cloud:
        cloud.fail(charge, ConnectionError("down"))
        with pytest.raises(ConnectionError):
            charge.invoke("a", Decimal(1))
        assert len(cloud.calls(charge)) == 1


def test_a_call_waits_for_the_time_out_and_at_most_230_seconds() -> None:
    with fake_cloud() as cloud:
        slow.invoke()
        quick.invoke()
    assert [timeout for _, _, timeout in cloud.functions.calls] == [230, 60]


def test_a_function_that_takes_too_long_is_a_timeout() -> None:
    with simulate(app) as cloud:
        cloud.takes(charge, timedelta(seconds=21))
        with pytest.raises(TimeoutError, match="20 s"):
            charge.invoke("a", Decimal(1))


def test_a_later_call_is_retried_as_the_function_says_and_then_kept() -> None:
    with simulate(app) as cloud:
        charge.invoke_later("down", Decimal(1))
        charge.invoke_later("declined", Decimal(1))
        cloud.run()
        attempts = sorted((call.body["order"], call.attempt) for call in cloud.calls(charge))
        assert attempts == [("declined", 1), ("down", 1), ("down", 2), ("down", 3)]
        letters = {letter.body["order"]: letter.error.type for letter in cloud.dead_letters(charge)}
    assert letters == {"down": "ConnectionError", "declined": "CardDeclined"}


def test_a_later_call_goes_to_the_functions_own_queue() -> None:
    with fake_cloud() as cloud:
        id = charge.invoke_later("a", Decimal(1))
    ((queue, message),) = cloud.queues.sent
    assert (queue, message.id, json.loads(message.body)) == ("charge-later", id, {"order": "a", "amount": "1"})


def test_a_handler_may_invoke_what_it_mentions() -> None:
    with simulate(app) as cloud:
        work.send("declined")
        cloud.run()
        assert [call.body["order"] for call in cloud.calls(charge)] == ["declined", "fallback"]
        assert cloud.dead_letters(work) == []


def test_async_twins_call_the_same() -> None:
    async def both() -> Receipt:
        await charge.invoke_later_async("a", Decimal(1))
        return await charge.invoke_async("a", Decimal(1))

    with fake_cloud('{"result":{"id":"x","amount":"1"}}') as cloud:
        assert asyncio.run(both()) == Receipt("x", Decimal(1))
    assert len(cloud.queues.sent) == len(cloud.functions.calls) == 1


def test_a_call_outside_of_any_cloud_names_the_ways_out() -> None:
    with pytest.raises(NoProvider, match="simulate"):
        charge.invoke("a", Decimal(1))


def test_native_is_the_providers_own() -> None:
    with fake_cloud():
        assert charge.native() == "native charge"
