"""IR: a text is an application, or an error says what is wrong at which place; what was loaded can be dumped."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given

from cloudless import App, Retry, any_of, gather, ir
from cloudless.errors import InvalidArgument
from cloudless.frontend import compile as to_ir
from tests.hostile.effort import hostile
from tests.hostile.text import texts

pytestmark = pytest.mark.fuzz
app = App("shop")
orders = app.queue("orders", dict[str, Any], retry=Retry(attempts=3, delay=timedelta(seconds=2)))
placed = app.topic("placed", dict[str, Any], attributes=["region"])
approval = app.event("approval", bool)
level = app.config("level", int, default=3)


@orders.consumer(once_by="id")
def take(order: dict[str, Any]) -> None:
    placed.publish(order)


@placed.subscriber(where={"region": any_of("eu", "us")})
def mail(order: dict[str, Any]) -> None: ...


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def report() -> None: ...


@app.post("/orders/{id}", public=True, status=202)
def create(id: str, order: dict[str, Any]) -> None: ...


@app.function
def charge(amount: int) -> int:
    return amount


@app.orchestration
def fulfil(amounts: list[int]) -> int:
    first, second = gather(charge(amounts[0]), charge(2))
    try:
        for amount in amounts:
            if amount > first + second:
                charge(amount)
    except TimeoutError:
        orders.send({"late": True})
    return len(amounts) if approval.wait() else 0


SEED = json.loads(ir.dump(to_ir(app)))


@hostile
@given(texts(SEED))
@example(json.dumps(SEED).replace('"default": 3', '"default": 1e400'))
def test_a_text_is_an_application_or_is_refused(text: str) -> None:
    try:
        found = ir.load(text)
    except InvalidArgument as problem:
        told = str(problem)
    else:
        assert ir.load(ir.dump(found)) == found
        return
    assert len(told) < 1_024


@hostile
@given(texts(SEED["orchestrations"], SEED["handlers"]))
def test_a_part_of_one_is_one_or_is_refused(text: str) -> None:
    for field in ("orchestrations", "handlers"):
        try:
            ir.load(f'{{"name":"shop","version":{ir.VERSION},"{field}":{text}}}')
        except InvalidArgument:
            continue
