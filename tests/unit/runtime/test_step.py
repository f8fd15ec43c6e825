"""What a function answers an orchestration: values, and errors in their one form."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from cloudless import App, Context, Reject, frontend
from cloudless.driver.current import here
from cloudless.message import Envelope
from cloudless.passes.plans import plans
from cloudless.runtime import boot, entry
from cloudless.runtime.failure import MESSAGE_MAX, failure, shortened
from cloudless.runtime.plan import VALUE, Plan
from tests.unit.fake_cloud import FakeCloud

if TYPE_CHECKING:
    from pathlib import Path

app = App("steps")
KEY = "7/fulfil:3.body.0/2"


class PaymentFailed(Exception):
    order: str


class CardDeclined(PaymentFailed):
    code: int
    at: datetime
    known: ClassVar[list[int]] = []
    missing: str
    _hidden = "x"

    def __init__(self, order: str, code: Any) -> None:
        super().__init__(f"{order}: {code}")
        self.order, self.code, self.at = order, code, datetime(2026, 1, 2)  # noqa: DTZ001


class Mixin:
    pass


class Mixed(Mixin, KeyError, PaymentFailed):
    order: str = "7"


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Wordless(Exception):
    def __str__(self) -> str:
        return None  # type: ignore[return-value]  # noqa: PLE0307


class Unknown(Exception):
    path: Path
    elsewhere: Nowhere  # type: ignore[name-defined]  # noqa: F821

    def __init__(self) -> None:
        self.path = Decimal(1)  # type: ignore[assignment]
        self.elsewhere = {"a": 1}


class Heavy(Exception):
    text: str

    def __init__(self, size: int) -> None:
        self.text = "x" * size


class Explosive(Exception):
    if TYPE_CHECKING:
        name: str
    else:
        __annotations__ = {"name": "str"}

        @property
        def name(self) -> str:
            raise RuntimeError("not now")


@dataclass
class Receipt:
    id: str
    amount: Decimal


@app.function
def charge(order: str, amount: float = 0.5, count: int = 1) -> dict[str, object]:
    return {"order": order, "amount": repr(amount), "count": repr(count)}


@app.function
def receipt(amount: Decimal) -> Receipt:
    return Receipt("7", amount)


@app.function
def who(context: Context, name: str) -> list[object]:
    _, handler, cause = here()
    assert cause is not None
    return [context.key, context.handler, context.correlation_id, context.attempt, handler, cause.id, name]


@app.function
def declined(code: int) -> None:
    raise CardDeclined("7", code)


@app.function
def rejecting() -> None:
    raise Reject("bad order")


@app.function(timeout=timedelta(seconds=1))
async def slow() -> None:
    await asyncio.sleep(60)


@app.function
async def quick(number: int) -> int:
    return number + 1


@app.function
def wrong() -> int:
    text: Any = "text"
    return text  # type: ignore[no-any-return]


@app.function
def large() -> str:
    return "x" * 200_000


@app.function
def dying() -> None:
    raise SystemExit(3)


@app.pure
def best(prices: list[float]) -> float:
    return min(prices)


def answer(name: str, waiting: Any = None, /, **args: Any) -> Any:
    """The reply to one request."""
    plan = plans(frontend.compile(app))[name]
    handler = app.handlers[name]
    cloud = FakeCloud()
    binding = entry.Binding(plan, handler.function, handler.codec, on=(), cloud=cloud, wait=waiting)
    request = {"args": args, "ctx": {"execution": "7", "step": "3.body.0", "key": KEY}}
    return json.loads(
        entry.step(binding, handler.result)(Envelope("request", json.dumps(request), sent_s=3, attempt=2))
    )


def test_a_step_answers_with_its_value() -> None:
    assert answer("receipt", amount="1.50") == {"v": {"id": "7", "amount": "1.50"}}
    assert answer("quick", number=1) == {"v": 2}


def test_numbers_are_of_the_annotated_type_however_they_travelled() -> None:
    assert answer("charge", order="a", amount=3, count=2.0)["v"] == {"order": "a", "amount": "3.0", "count": "2"}
    assert answer("charge", order="a")["v"] == {"order": "a", "amount": "0.5", "count": "1"}


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"order": "a", "count": 2.5}, "count"),
        ({}, "order"),
        ({"order": "a", "size": 1}, "size"),
        ({"order": 7}, "order"),
    ],
)
def test_arguments_that_do_not_fit_are_an_error_of_the_step(args: dict[str, Any], text: str) -> None:
    error = answer("charge", **args)["err"]
    assert error["mro"] == ["InvalidBody", "InvalidArgument", "CloudlessError", "ValueError", "Exception"]
    assert text in error["message"]
    assert error["data"] == {}


@pytest.mark.parametrize(("name", "kind"), [("wrong", "InvalidBody"), ("large", "PayloadTooLarge")])
def test_a_value_that_cannot_travel_is_an_error_of_the_step(name: str, kind: str) -> None:
    assert answer(name)["err"]["type"] == kind


def test_a_step_knows_the_key_of_its_work_and_runs_under_its_own_name() -> None:
    assert answer("who", name="a")["v"] == [KEY, "who", "7", 2, "who", KEY, "a"]


def test_an_error_has_type_classes_message_and_data() -> None:
    assert answer("declined", code=7) == {
        "err": {
            "type": "CardDeclined",
            "mro": ["CardDeclined", "PaymentFailed", "Exception"],
            "message": "7: 7",
            "data": {"order": "7", "code": 7, "at": "2026-01-02T00:00:00"},
        }
    }
    assert answer("rejecting")["err"]["type"] == "Reject"


def test_a_step_that_overruns_is_a_time_out() -> None:
    error = answer("slow")["err"]
    assert (error["type"], error["mro"]) == ("TimeoutError", ["TimeoutError", "OSError", "Exception"])


def test_a_crash_is_no_answer() -> None:
    with pytest.raises(SystemExit):
        answer("dying")


def test_a_pure_function_runs_under_a_name_without_grants() -> None:
    facts = {"app": f"{__name__}:app", "plan": {"handler": "best"}}
    registered = boot.registered(facts)
    plan = Plan("best", "best", (("prices", VALUE),))
    binding = entry.Binding(plan, registered.function, registered.codec, on=registered.on, cloud=FakeCloud())
    request = {"args": {"prices": [3, 2]}, "ctx": {"execution": "7", "step": "0", "key": KEY}}
    assert entry.step(binding, registered.result)(Envelope("1", json.dumps(request))) == '{"v":2.0}'


# --- the form of errors


def test_classes_are_those_of_exceptions_only_and_end_with_exception() -> None:
    assert failure(Mixed("a"))["mro"] == ["Mixed", "KeyError", "LookupError", "PaymentFailed", "Exception"]
    assert failure(ExceptionGroup("two", [ValueError()]))["mro"] == ["ExceptionGroup", "Exception"]
    assert failure(UnicodeDecodeError("utf-8", b"", 0, 1, "odd"))["mro"][-2:] == ["ValueError", "Exception"]


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (KeyError("x"), "'x'"),
        (ValueError(None), "None"),
        (ValueError(), ""),
        (ValueError({1, 2}), "{1, 2}"),
        (ValueError("a\ud800b"), "a\\ud800b"),
        (Mute(), "(its text cannot be shown: RuntimeError)"),
        (Wordless(), "(its text cannot be shown: TypeError)"),
    ],
    ids=repr,
)
def test_a_message_is_whatever_the_exception_says(problem: Exception, message: str) -> None:
    assert failure(problem)["message"] == message


@pytest.mark.parametrize("character", ["x", "ä", "€", "🎈"])
def test_a_long_message_is_cut_between_characters_and_says_so(character: str) -> None:
    exact = character * (MESSAGE_MAX // len(character.encode()))
    assert shortened(exact) == exact
    cut = shortened(f"{exact}{character}")
    assert cut.rstrip("…").strip(character) == ""
    assert cut.endswith("…")
    assert MESSAGE_MAX - 4 < len(cut.encode()) <= MESSAGE_MAX


def test_a_field_that_is_not_set_or_not_of_its_type_is_left_out() -> None:
    error = failure(CardDeclined("7", "seven"))
    assert error["data"] == {"order": "7", "at": "2026-01-02T00:00:00"}
    assert failure(Explosive())["data"] == {}


def test_a_field_whose_type_cannot_be_told_is_any_json() -> None:
    assert failure(Unknown())["data"] == {"elsewhere": {"a": 1}}


def test_a_default_of_the_class_is_data_too() -> None:
    assert failure(Mixed())["data"] == {"order": "7"}


def test_data_over_8_kib_is_left_out() -> None:
    assert failure(Heavy(8 * 1024 - len('{"text":""}')))["data"] != {}
    assert failure(Heavy(8 * 1024))["data"] == {}
