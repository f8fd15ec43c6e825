"""Mistakes that types must catch: each line marked E is an error to both checkers, and no other line is.

A mark gives the rule, as mypy and as pyright name it: mypy's first, then pyright's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

import cloudless
from cloudless import (
    App,
    Context,
    Message,
    PartialFailure,
    Reject,
    Retry,
    RetryAfter,
    any_of,
    connect,
    fan_out,
    gather,
    prefix,
    saga,
    sleep,
)
from cloudless.testing import simulate


class Order(BaseModel):
    id: str
    total: float


class Invoice(BaseModel):
    id: str


# --- declarations ---

app = App("shop")
App(7)  # E: arg-type, reportArgumentType
App("shop", region="eu")  # E: call-arg, reportCallIssue
orders = app.queue("orders", Order)
app.queue("a", Order, retires=Retry())  # E: call-overload, reportCallIssue
app.queue("b", Order, max_delay=900)  # E: call-overload, reportCallIssue
app.queue("c", Order, retry=3)  # E: call-overload, reportCallIssue
app.queue(4, Order)  # E: call-overload, reportCallIssue
app.queue("d", Order, Retry())  # E: call-overload, reportCallIssue
steps = app.ordered_queue("steps", Order)
app.ordered_queue("e", Order, max_delay=timedelta(1))  # E: call-overload, reportCallIssue
placed = app.topic("placed", Order, attributes=["id"])
app.topic("f", Order, attributes=[1])  # E: list-item, reportCallIssue
app.topic("g", Order, retry=Retry())  # E: call-overload, reportCallIssue
invoices = app.queue("invoices", Invoice)
placed.forward(invoices)  # E: arg-type, reportArgumentType
placed.forward(steps)  # E: arg-type, reportArgumentType
key = app.secret("key")
app.secret("key", value="sk_live")  # E: call-arg, reportCallIssue
limit = app.config("limit", float, default=9.5)
app.config("name", default=9.5)  # E: call-overload, reportArgumentType
most: float = app.config("most", float, default="9.5").value  # E: assignment, reportAssignmentType

# --- the vocabulary ---

Retry(attempts="3")  # E: arg-type, reportArgumentType
Retry(3, timedelta(seconds=1))  # E: call-arg, reportCallIssue
Retry(delay=1)  # E: arg-type, reportArgumentType
Retry(on=[KeyError("id")])  # E: list-item, reportArgumentType
Retry(on=ConnectionError)  # E: arg-type, reportArgumentType
Reject(7)  # E: arg-type, reportArgumentType
RetryAfter(30)  # E: arg-type, reportArgumentType
PartialFailure([1, 2])  # E: list-item, reportArgumentType
cloudless.any_off("eu")  # E: attr-defined, reportAttributeAccessIssue
any_of(1)  # E: arg-type, reportArgumentType
prefix("a", "b")  # E: call-arg, reportCallIssue


# --- handlers ---


@app.function
def charge(order: Order, tip: float = 0) -> str:
    return order.id


@app.function
async def look_up(id: str) -> Invoice | None:
    return None


@app.function(timeout=20)  # E: call-overload, reportArgumentType
def slow() -> None: ...


@app.function(memory="1 GB")  # E: call-overload, reportCallIssue
def large() -> None: ...


@app.function(uses=[orders])  # E: list-item, reportArgumentType
def bare() -> None: ...


@orders.consumer(once_by=Order)  # E: call-overload, reportArgumentType
def take(message: Message[Order], context: Context) -> None:
    str(message.body.price)  # E: attr-defined, reportAttributeAccessIssue
    message.attempt = 3  # E: misc, reportAttributeAccessIssue
    str(message.order)  # E: attr-defined, reportAttributeAccessIssue
    str(context.remaining)  # E: attr-defined, reportAttributeAccessIssue


@invoices.consumer(batch=10)  # E: call-overload, reportCallIssue
def file(batch: Sequence[Invoice]) -> None: ...


@placed.subscriber(where={"id": 7})  # E: dict-item, reportArgumentType
def mail(order: Order) -> None: ...


@placed.subscriber(window=timedelta(1))  # E: call-overload, reportCallIssue
def log(order: Order) -> None: ...


@app.schedule(every=60)  # E: arg-type, reportArgumentType
def often() -> None: ...


@app.schedule("* * * * *", overlap="forbid")  # E: arg-type, reportArgumentType
def never() -> None: ...


@app.schedule("0 8 * * *", tz="Europe/Berlin")  # E: call-arg, reportCallIssue
def report() -> None: ...


# --- calls ---


def call(order: Order, invoice: Invoice) -> object:
    orders.send(invoice)  # E: arg-type, reportArgumentType
    orders.send({"id": "1", "total": 2.0})  # E: arg-type, reportArgumentType
    orders.send(order, delay=5)  # E: arg-type, reportArgumentType
    orders.send(order, group="a")  # E: call-arg, reportCallIssue
    orders.send(order, attributes={"id": 1})  # E: dict-item, reportArgumentType
    orders.send_all(order)  # E: arg-type, reportArgumentType
    orders.send_all([invoice])  # E: list-item, reportArgumentType
    orders.publish(order)  # E: attr-defined, reportAttributeAccessIssue
    steps.send(order)  # E: call-arg, reportCallIssue
    steps.send(order, group="a", delay=timedelta(1))  # E: call-arg, reportCallIssue
    placed.publish(invoice)  # E: arg-type, reportArgumentType
    placed.send(order)  # E: attr-defined, reportAttributeAccessIssue
    orders.dead_letters.redrive(limit="all")  # E: arg-type, reportArgumentType
    charge(invoice)  # E: arg-type, reportArgumentType
    charge.invoke(invoice)  # E: arg-type, reportArgumentType
    charge.invoke(order, tips=1.5)  # E: call-arg, reportCallIssue
    charge.invoke()  # E: call-arg, reportCallIssue
    charge.invoke_later(order, "much")  # E: arg-type, reportArgumentType
    number: int = charge.invoke(order)  # E: assignment, reportAssignmentType
    found: Invoice = look_up.invoke("1")  # E: assignment, reportAssignmentType
    secret: bytes = key.value  # E: assignment, reportAssignmentType
    most: str = limit.value  # E: assignment, reportAssignmentType
    key.value = "sk_live"  # E: misc, reportAttributeAccessIssue
    return number, found, secret, most


async def call_async(order: Order, invoice: Invoice) -> None:
    orders.send_async(order)  # E: unused-coroutine, reportUnusedCoroutine
    await orders.send_async(invoice)  # E: arg-type, reportArgumentType
    await steps.send_async(order)  # E: call-arg, reportCallIssue
    await placed.publish_async(invoice)  # E: arg-type, reportArgumentType
    await look_up.invoke_async(1)  # E: call-overload, reportArgumentType
    number: int = await look_up.invoke_async("1")  # E: assignment, reportAssignmentType
    assert number
    with connect(stage=3):  # E: arg-type, reportArgumentType
        pass


# --- orchestrations ---


class Approval(BaseModel):
    granted: bool


approval = app.event("approval", Approval)
app.event(7, Approval)  # E: call-overload, reportCallIssue
app.event("signal", Approval, timeout=timedelta(1))  # E: call-overload, reportCallIssue


@app.function
def refund(payment: str, *, reason: str = "") -> None: ...


@app.function
def count(text: str) -> int:
    return len(text)


@app.pure
def shortest(words: list[str]) -> str:
    return min(words)


@app.pure(retry=Retry())  # E: call-overload, reportCallIssue
def never_retried(words: list[str]) -> str:
    return min(words)


@app.orchestration(timeout=60)  # E: call-overload, reportArgumentType
def hasty(order: Order) -> None: ...


@app.orchestration(memory_mb=512)  # E: call-overload, reportCallIssue
def large_one(order: Order) -> None: ...


@app.orchestration
def bill(order: Order) -> Invoice:
    number: int = charge(order)  # E: assignment, reportAssignmentType
    charge(order.id)  # E: arg-type, reportArgumentType
    charge.options(retry=3)  # E: arg-type, reportArgumentType
    charge.options(attempts=3)  # E: call-arg, reportCallIssue
    charge.options(timeout=timedelta(1))(order.id)  # E: arg-type, reportArgumentType
    late: int = charge.options()(order)  # E: assignment, reportAssignmentType
    awaited: Invoice = look_up.options()("1")  # E: assignment, reportAssignmentType
    payment, letters = gather(charge(order), count("abc"))
    payment + letters  # E: operator, reportOperatorIssue
    one, two, three = gather(charge(order), count("abc"))  # E: misc, reportAssignmentType
    receipts: list[int] = fan_out(charge(order) for _ in range(3))  # E: misc, reportAssignmentType
    str(fan_out(charge(order) for _ in range(3))[0].value)  # E: attr-defined, reportAttributeAccessIssue
    outcomes = fan_out((count("a") for _ in range(3)), collect=True)
    total: int = outcomes[0].value  # E: assignment, reportAssignmentType
    fan_out((count("a") for _ in range(3)), limit=3)  # E: call-overload, reportCallIssue
    sleep(30)  # E: arg-type, reportArgumentType
    with saga() as undo:
        undo.on_failure(refund, payment=3)  # E: arg-type, reportArgumentType
        undo.on_failure(refund, paiment=payment)  # E: call-arg, reportCallIssue
        undo.on_failure(refund)  # E: call-arg, reportCallIssue
        undo.on_failure(refund.options(retry=Retry()), reason="late")  # E: call-arg, reportCallIssue
        undo.on_failure("refund", payment=payment)  # E: arg-type, reportArgumentType
    approval.wait(timedelta(1))  # E: call-arg, reportCallIssue
    answer: bool = approval.wait()  # E: assignment, reportAssignmentType
    shortest([1])  # E: list-item, reportArgumentType
    return number, late, awaited, one, two, three, receipts, total, answer  # E: return-value, reportReturnType


def from_outside(order: Order, invoice: Invoice) -> object:
    bill.start(invoice)  # E: arg-type, reportArgumentType
    bill.start()  # E: call-arg, reportCallIssue
    bill.options(id=7)  # E: arg-type, reportArgumentType
    bill.options(name="1")  # E: call-arg, reportCallIssue
    bill.options(id="1").start(order.id)  # E: arg-type, reportArgumentType
    run = bill.options(id="1").start(order)
    paid: str = run.result()  # E: assignment, reportAssignmentType
    run.result(5)  # E: arg-type, reportArgumentType
    is_done = run.status() == "done"  # E: comparison-overlap, reportUnnecessaryComparison
    str(run.error.message)  # E: union-attr, reportOptionalMemberAccess
    bill.executions("done")  # E: arg-type, reportArgumentType
    approval.send("1", order)  # E: arg-type, reportArgumentType
    approval.send(1, Approval(granted=True))  # E: arg-type, reportArgumentType
    approval.send(bill, Approval(granted=True))  # E: arg-type, reportArgumentType
    approval.token("1", secret="x", expires=timedelta(1))  # E: arg-type, reportArgumentType
    approval.link("1", secret=key, expires=timedelta(1))  # E: call-arg, reportCallIssue
    approval.send_signed("t", invoice, secret=key)  # E: arg-type, reportArgumentType
    return paid, is_done


# --- HTTP ---


@app.get("/a", publik=True)  # E: call-arg, reportCallIssue
def misspelt() -> None: ...


@app.get("/b", public="yes")  # E: arg-type, reportArgumentType
def not_a_bool() -> None: ...


@app.get(7, public=True)  # E: arg-type, reportArgumentType
def no_path() -> None: ...


# --- tests ---


def test_the_shop(order: Order) -> None:
    with simulate("shop"):  # E: arg-type, reportArgumentType
        pass
    with simulate(app, secret={"key": "x"}):  # E: call-arg, reportCallIssue
        pass
    with simulate(app, start="2026-01-02") as cloud:  # E: arg-type, reportArgumentType
        cloud.advance(60)  # E: arg-type, reportArgumentType
        cloud.run_until(cloud.calls(charge))  # E: arg-type, reportArgumentType
        cloud.calls(orders)  # E: arg-type, reportArgumentType
        cloud.calls(print)  # E: arg-type, reportArgumentType
        cloud.sent(placed)  # E: arg-type, reportArgumentType
        cloud.published(orders)  # E: arg-type, reportArgumentType
        cloud.dead_letters(placed)  # E: arg-type, reportArgumentType
        cloud.dead_letters("orders")  # E: arg-type, reportArgumentType
        cloud.fail(charge, "no funds")  # E: arg-type, reportArgumentType
        cloud.fail(charge, KeyError)  # E: arg-type, reportArgumentType
        cloud.takes(charge, 9)  # E: arg-type, reportArgumentType
        cloud.replace(charge, "receipt")  # E: call-overload, reportArgumentType
        cloud.fire(charge)  # E: arg-type, reportArgumentType
        cloud.http.get("/", json=1, jason=2)  # E: call-arg, reportCallIssue
        assert cloud.http.get("/").status_code  # E: attr-defined, reportAttributeAccessIssue
        cloud.token("user")  # E: arg-type, reportArgumentType
        cloud.tick()  # E: attr-defined, reportAttributeAccessIssue
