"""Orchestrations: executions, steps that fail in every way, events, compensation, and handlers that start them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cloudless import App, Context, Retry, fan_out, gather, saga, sleep
from cloudless.conformance.journal import crash, note

app = App("orchestrations")
starts = app.queue("starts", dict[str, str], retry=Retry(attempts=1))
shipped = app.queue("shipped", dict[str, str])
done = app.topic("done", dict[str, str], attributes=["kind"])


@dataclass
class Approval:
    granted: bool
    by: str = "nobody"


@dataclass
class Order:
    id: str
    items: list[str]
    total: float


class PaymentFailed(Exception):
    """An exception with a field, which travels with it."""

    amount: float

    def __init__(self, text: str, amount: float = 0) -> None:
        super().__init__(text)
        self.amount = amount


class CardDeclined(PaymentFailed):
    """One that is derived."""


class Refused(Exception):
    """What an orchestration raises itself."""


approval = app.event("approval", Approval)
reminder = app.event("reminder", str)


@app.function
def charge(order: Order, context: Context | None = None) -> str:
    if context is not None:
        note("charge", id=order.id, correlation=context.correlation_id, execution=context.execution)
    if order.total > 1_000:
        raise CardDeclined("no funds", order.total)
    return f"payment of {order.id}"


@app.function
def refund(payment: str) -> None:
    note("refund", payment=payment)


@app.function(retry=Retry(attempts=3, delay=timedelta(seconds=2), on=[ConnectionError]))
def reserve(item: str, fails: int, context: Context | None = None) -> str:
    attempt = context.attempt if context else 0
    note("reserve", item=item, key=context.key if context else "", attempt=attempt)
    if attempt <= fails:
        raise ConnectionError("not yet")
    return f"reserved {item}"


@app.function
def release(item: str) -> None:
    note("release", item=item)
    if item == "stuck":
        raise ConnectionError("the shelf does not answer")


@app.function
def pack(item: str) -> str:
    note("pack", item=item)
    if item.startswith("broken"):
        raise Refused(f"{item} is broken")
    return f"box of {item}"


@app.function
async def label(order: str) -> str:
    return f"label of {order}"


@app.function
def die() -> None:
    note("die")
    crash()


@app.pure
def longest(words: list[str]) -> str:
    return max(words, key=len)


@app.orchestration
def pay(order: Order) -> str:
    return charge(order)


@app.orchestration
def pay_or_explain(order: Order) -> str:
    try:
        return charge(order)
    except PaymentFailed as problem:
        return f"{type(problem).__name__}: {problem}"


@app.orchestration
def reserve_all(items: list[str], fails: int) -> list[str]:
    found: list[str] = []
    for item in items:
        found.append(reserve(item, fails))  # noqa: PERF401  (a step is no part of a comprehension)
    return found


@app.orchestration
def pack_all(items: list[str]) -> list[str]:
    return fan_out((pack(item) for item in items), max_concurrency=2)


@app.orchestration
def pack_what_can_be_packed(items: list[str]) -> list[str]:
    packed: list[str] = []
    for outcome in fan_out((pack(item) for item in items), collect=True):
        if outcome.value is not None:
            packed.append(outcome.value)
        if outcome.error is not None:
            packed.append(f"{outcome.error.type}: {outcome.error.message}")
    return packed


@app.orchestration
def both(order: str, items: list[str]) -> list[str]:
    word, boxes, text = gather(longest(items), pack_all(items), label.invoke(order))
    return [word, text] + boxes  # noqa: RUF005  (the language has no * in lists)


@app.orchestration
def survive() -> str:
    die()
    return "alive"


@app.orchestration
def trip(items: list[str], total: float) -> str:
    with saga() as undo:
        for item in items:
            reserve(item, 0)
            undo.on_failure(release, item)
        payment = charge(Order(id="trip", items=items, total=total))
        undo.on_failure(refund, payment=payment)
        if "refused" in items:
            raise Refused("no such trip")
    return payment


@app.orchestration
def ask(question: str) -> str:
    try:
        answer = approval.wait(timeout=timedelta(days=2))
    except TimeoutError:
        return f"{question}: no answer"
    if not answer.granted:
        raise Refused(f"{question}: no, says {answer.by}")
    return f"{question}: yes, says {answer.by}"


@app.orchestration
def two_words() -> list[str]:
    sleep(timedelta(hours=1))
    first = reminder.wait()
    second = reminder.wait()
    return [first, second]


@app.orchestration(timeout=timedelta(minutes=10))
def hurry() -> None:
    sleep(timedelta(hours=1))


@app.orchestration
def ship(id: str) -> str:
    message = shipped.send({"id": id})
    done.publish({"id": id}, attributes={"kind": "order"})
    return message


@app.orchestration
def slow(text: str) -> str:
    sleep(timedelta(hours=1))
    return longest([text, "x"])


@shipped.consumer
def on_shipped(body: dict[str, str], context: Context) -> None:
    note("on_shipped", correlation=context.correlation_id, **body)


@done.subscriber
def on_done(body: dict[str, str]) -> None:
    note("on_done", **body)


@starts.consumer
def on_start(body: dict[str, str]) -> None:
    if "approve" in body:
        approval.send(body["approve"], Approval(granted=True, by="a handler"))
        return
    slow.options(id=body["id"]).start(body["text"])
    note("on_start", status=slow.execution(body["id"]).status())
