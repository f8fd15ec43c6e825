"""Executions as those who start them see them: ids, arguments, results, errors."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from cloudless import App, errors
from cloudless.driver.orchestration import Entry, Snapshot, digest, polled
from cloudless.errors import (
    CompensationFailed,
    ExecutionCancelled,
    ExecutionExists,
    InvalidArgument,
    InvalidBody,
    NoProvider,
    NotFound,
    PayloadTooLarge,
    RemoteError,
)
from tests.unit.fake_cloud import FakeOrchestrations, fake_cloud

app = App("shop")


@dataclass
class Receipt:
    id: str
    amount: Decimal


class CardDeclined(Exception):
    code: int
    amount: Decimal | None
    known: ClassVar[list[int]] = []
    _hidden: str

    def __init__(self, code: int) -> None:
        super().__init__(f"declined: {code}")
        self.code = code


class Rejected(Exception): ...


class Strange(Exception):
    def __init__(self, code: int, *, reason: str) -> None:
        super().__init__(f"{code}: {reason}")


@app.orchestration
def fulfil(order: str, amount: Decimal = Decimal("0.10"), *, currency: str = "EUR") -> Receipt:
    return Receipt(order + currency, amount)


@app.orchestration
def weigh(weights: list[float]) -> float:
    return weights[0]


def ended(output: Any = None, status: Any = "completed", error: Any = None) -> Snapshot:
    return Snapshot(status, 5.0, 7.5, output=json.dumps(output), error=error)


def failure(name: str, message: str = "text", **data: Any) -> Snapshot:
    return ended(None, "failed", {"type": name, "mro": [name, "Exception"], "message": message, "data": data})


# --- starting


def test_a_start_stores_complete_arguments_in_their_order() -> None:
    with fake_cloud() as cloud:
        execution = fulfil.start(currency="USD", order="a")
    ((name, id, call),) = cloud.orchestrations.started
    assert (name, id, execution.id) == ("fulfil", call.id, call.id)
    assert call.body == '{"order":"a","amount":"0.10","currency":"USD"}'


def test_an_id_of_ones_own_is_used_and_a_repeated_start_is_one_execution() -> None:
    with fake_cloud() as cloud:
        first = fulfil.options(id="order-7").start("a")
        assert fulfil.options(id="order-7").start(order="a", currency="EUR") == first
    assert [id for _, id, _ in cloud.orchestrations.started] == [first.id] == ["order-7"]


def test_a_repeated_id_with_other_arguments_is_an_error() -> None:
    with fake_cloud():
        fulfil.options(id="7").start("a")
        with pytest.raises(ExecutionExists, match="'7' of fulfil"):
            fulfil.options(id="7").start("b")


@pytest.mark.parametrize("id", ["", "a b", "a" * 65, "ä", "a/b", "a\n", 7], ids=repr)
def test_an_id_that_some_cloud_refuses_is_refused(id: Any) -> None:
    with fake_cloud() as cloud, pytest.raises(InvalidArgument, match="1 to 64 letters, digits, - and _"):
        fulfil.options(id=id).start("a")
    assert cloud.orchestrations.started == []
    with pytest.raises(InvalidArgument, match="1 to 64"):
        fulfil.execution(id)


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "text"),
    [
        (("a", Decimal(1), "EUR", 4), {}, InvalidArgument, "fulfil takes 3 arguments, 4 were given"),
        (("a",), {"order": "b"}, InvalidArgument, "fulfil: argument 'order' is given twice"),
        ((), {}, InvalidBody, "order"),
        (("a", "much"), {}, InvalidBody, "amount"),
        (("a",), {"curency": "EUR"}, InvalidBody, "curency"),
        (("x" * 200_000,), {}, PayloadTooLarge, "192|196"),
    ],
    ids=["too many", "twice", "missing", "of another type", "unknown", "too large"],
)
def test_arguments_that_do_not_fit_are_refused(args: Any, kwargs: Any, error: type[Exception], text: str) -> None:
    with fake_cloud() as cloud, pytest.raises(error, match=text):
        fulfil.start(*args, **kwargs)
    assert cloud.orchestrations.started == []


def test_arguments_are_the_same_whatever_the_order_of_keys_and_the_form_of_numbers() -> None:
    assert digest('{"a": 1, "b": {"x": [1.0, 2.5], "y": null}}') == digest('{"b":{"y":null,"x":[1,2.5]},"a":1.0}')
    assert digest('{"a": true}') != digest('{"a": 1}')
    assert digest('["a", "b"]') != digest('["b", "a"]')


def test_a_call_outside_of_any_cloud_names_the_ways_out() -> None:
    with pytest.raises(NoProvider, match="simulate"):
        fulfil.start("a")
    with pytest.raises(NoProvider, match="simulate"):
        fulfil("a")


def test_a_direct_call_runs_an_execution_and_gives_its_result() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "run"] = ended({"id": "a", "amount": "1"})
        assert fulfil("a") == Receipt("a", Decimal(1))


# --- asking


def test_an_execution_tells_how_it_stands() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = Snapshot("running", 5.0)
        cloud.orchestrations.found["fulfil", "2"] = ended({"id": "a", "amount": "1"})
        running, done = fulfil.execution("1"), fulfil.execution("2")
        assert (running.status(), done.status()) == ("running", "completed")
        assert running.started_at == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)
        assert (running.ended_at, done.ended_at) == (None, datetime(1970, 1, 1, 0, 0, 7, 500_000, tzinfo=UTC))
        assert (running.error, done.error) == (None, None)


def test_a_result_has_its_type() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = ended({"id": "a", "amount": "1.50"})
        assert fulfil.execution("1").result() == Receipt("a", Decimal("1.50"))


def test_a_float_is_one_even_if_it_travelled_as_an_int() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["weigh", "1"] = ended(3)
        assert repr(weigh.execution("1").result()) == "3.0"


def test_a_result_is_waited_for_as_long_as_is_said() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = Snapshot("running", 5.0)
        for timeout in (None, timedelta(seconds=2)):
            with pytest.raises(TimeoutError, match="'1' of fulfil is still running"):
                fulfil.execution("1").result(timeout)
        wrong: Any = 5
        with pytest.raises(InvalidArgument, match="give a timedelta"):
            fulfil.execution("1").result(wrong)
    assert [timeout_s for *_, timeout_s in cloud.orchestrations.asked] == [None, 2.0]


def test_what_is_not_there_is_not_found() -> None:
    with fake_cloud(), pytest.raises(NotFound):
        fulfil.execution("1").status()


def test_a_cancelled_execution_has_no_result() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = Snapshot("cancelled", 5.0, 6.0)
        fulfil.execution("1").cancel()
        with pytest.raises(ExecutionCancelled, match="'1' of fulfil"):
            fulfil.execution("1").result()
    assert cloud.orchestrations.asked[0] == ("cancel", "fulfil", "1")


def test_history_is_plain_data() -> None:
    entry = Entry(5.0, "called", "charge", step="0", value={"order": "a"})
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = ended()
        cloud.orchestrations.entries.append(entry)
        (found,) = fulfil.execution("1").history()
    assert (found.kind, found.name, found.attempt, found.at.second) == ("called", "charge", 1, 5)


def test_executions_are_listed_by_status() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = Snapshot("running", 5.0)
        cloud.orchestrations.found["fulfil", "2"] = ended()
        cloud.orchestrations.found["weigh", "3"] = ended()
        assert [one.id for one in fulfil.executions()] == ["1", "2"]
        assert [one.id for one in fulfil.executions("completed")] == ["2"]
        assert [one.id for one in fulfil.executions(limit=1)] == ["1"]
        assert fulfil.native() == "native fulfil"
        wrong: Any = "done"
        with pytest.raises(InvalidArgument, match="running, completed, failed, cancelled"):
            fulfil.executions(wrong)
        with pytest.raises(InvalidArgument, match="1 to 1,000"):
            fulfil.executions(limit=0)


# --- errors


def error_of(snapshot: Snapshot) -> Exception:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = snapshot
        with pytest.raises(Exception) as caught:  # noqa: PT011  (which one is for the caller to say)
            fulfil.execution("1").result()
    return caught.value


def test_an_error_is_plain_data_on_the_execution() -> None:
    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", "1"] = failure("CardDeclined", "declined: 7", code=7)
        error = fulfil.execution("1").error
    assert error is not None
    assert (error.type, error.message, error.data) == ("CardDeclined", "declined: 7", {"code": 7})


def test_a_declared_class_is_raised_again_with_its_fields() -> None:
    error = error_of(failure("CardDeclined", "declined: 7", code=7, amount="1.50", _hidden="x", other=1))
    assert isinstance(error, CardDeclined)
    assert (str(error), error.code, error.amount) == ("declined: 7", 7, Decimal("1.50"))
    assert not hasattr(error, "_hidden")
    assert not hasattr(error, "other")


def test_a_field_that_does_not_fit_any_more_is_left_out() -> None:
    error = error_of(failure("CardDeclined", "declined", code="seven", amount=None))
    assert isinstance(error, CardDeclined)
    assert error.amount is None
    assert not hasattr(error, "code")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Rejected", Rejected),
        ("ValueError", ValueError),
        ("TimeoutError", TimeoutError),
        ("Crashed", errors.Crashed),
        ("ThrottledError", errors.ThrottledError),
    ],
)
def test_what_is_known_is_raised_as_itself(name: str, kind: type[Exception]) -> None:
    error = error_of(failure(name))
    assert (type(error), str(error)) == (kind, "text")


@pytest.mark.parametrize("name", ["NobodyKnows", "Strange", "print", "KeyboardInterrupt", "fulfil"])
def test_what_is_not_known_or_cannot_be_made_is_remote(name: str) -> None:
    error = error_of(failure(name))
    assert isinstance(error, RemoteError)
    assert (error.type, error.text) == (name, "text")


def test_a_failed_compensation_tells_what_went_before() -> None:
    original = failure("CardDeclined", "declined: 7", code=7).error
    error = error_of(failure("CompensationFailed", original=original, failures=[failure("Rejected", "late").error]))
    assert isinstance(error, CompensationFailed)
    assert isinstance(error.original, CardDeclined)
    assert [type(one) for one in error.failures] == [Rejected]


# --- the rest


def test_async_twins_never_block_the_loop() -> None:
    async def all_of_them() -> None:
        execution = await fulfil.start_async("a")
        await fulfil.options(id="1").start_async("a")
        assert await execution.status_async() == "completed"
        assert await execution.result_async(timedelta(seconds=1)) == Receipt("a", Decimal(1))
        assert await execution.error_async() is None
        assert await execution.history_async() == []
        await execution.cancel_async()
        assert await fulfil.executions_async("running") == []

    with fake_cloud() as cloud:
        cloud.orchestrations.found["fulfil", f"{1:032x}"] = ended({"id": "a", "amount": "1"})
        asyncio.run(all_of_them())
    assert threading.get_ident() not in cloud.orchestrations.threads


def test_polling_ends_with_the_execution_or_the_time() -> None:
    driver = FakeOrchestrations()
    driver.found["fulfil", "1"] = Snapshot("running", 0)
    assert polled(driver, "fulfil", "1", 0).status == "running"
    driver.found["fulfil", "1"] = ended()
    assert polled(driver, "fulfil", "1", None).status == "completed"
