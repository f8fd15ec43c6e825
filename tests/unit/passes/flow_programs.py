"""Orchestrations to draw, one for each thing that a flow chart shows."""

from dataclasses import dataclass
from datetime import timedelta

from cloudless import App, Retry, fan_out, gather, saga, sleep

app = App("shop")


@dataclass
class Order:
    id: str
    cents: int
    lines: list[str]
    stock: dict[str, int]
    note: str | None = None


@dataclass
class Payment:
    id: str
    ok: bool


@dataclass
class Answer:
    by: str


class Declined(Exception): ...


class Busy(Exception): ...


orders = app.queue("orders", Order)
placed = app.topic("placed", Order)
approval = app.event("approval", Answer)


@app.function
def charge(order: Order) -> Payment:
    return Payment(order.id, ok=True)


@app.function
def refund(id: str) -> None: ...


@app.function
def ship(id: str) -> None: ...


@app.function
def label(text: str) -> str:
    return text


@app.pure
def best(names: list[str]) -> str:
    return min(names)


@app.orchestration
def child(text: str) -> str:
    return label(text)


@app.orchestration(timeout=timedelta(days=7))
def steps(order: Order) -> str:
    payment = charge.options(retry=Retry(attempts=3))(order)
    charge.options(retry=Retry(attempts=5, factor=1, on=(Busy,)), timeout=timedelta(seconds=90))(order)
    cheapest = best(order.lines)
    orders.send(order)
    placed.publish(order)
    sleep(timedelta(hours=1, minutes=30))
    child(cheapest)
    return payment.id


@app.orchestration
def computing(order: Order) -> int:
    total = 0
    for line in order.lines:
        if len(line) > 3:
            total = total + len(line)
    return total


@app.orchestration
def nested(order: Order) -> None:
    if charge(order).ok:
        ship(charge(order).id)


@app.orchestration
def choices(order: Order) -> None:
    if order.cents > 100 and order.id != "x":
        raise Declined("too much")
    if len(order.lines) == 0:
        ship(order.id)
    elif order.note is None:
        ship("none")


@app.orchestration
def loops(order: Order) -> None:
    for line in order.lines:
        ship(line)
    for number in range(1, 9, 2):
        ship(f"{number}")
    tries = 0
    while tries < 3:
        payment = charge(order)
        if payment.ok:
            break
        tries = tries + 1
    while True:
        ship("again")
        sleep(timedelta(minutes=5))


@app.orchestration
def parallel(order: Order) -> int:
    one, _ = gather(charge(order), label(order.id))
    labels = fan_out((label(line) for line in order.lines if line != order.id), max_concurrency=10)
    fan_out((label(line) for line in order.lines), collect=True)
    return len(labels) if one.ok else 0


@app.orchestration
def handling(order: Order) -> int:
    try:
        answer = approval.wait(timeout=timedelta(days=2))
    except (TimeoutError, Busy):
        raise
    except Declined as error:
        ship(str(error))
    else:
        ship(answer.by)
    finally:
        charge(order)
    left = 0
    try:
        left = order.stock[order.id]
    except KeyError:
        ship("unknown")
    return left


@app.orchestration
def trip(order: Order) -> str:
    with saga() as undo:
        payment = charge(order)
        if not payment.ok:
            ship(payment.id)
            raise Declined("no")
        undo.on_failure(refund, id=payment.id)
        for line in order.lines:
            text = label(line)
            undo.on_failure(ship.options(retry=Retry(attempts=5)), id=text)
    return "booked"


@app.orchestration
def ahead(order: Order) -> str:
    label("first")
    with saga() as undo:
        undo.on_failure(refund, id=order.id)
        charge(order)
        undo.on_failure(ship, id=order.id)
        label(order.id)
    return "booked"


@app.orchestration
def behind(order: Order) -> str:
    with saga() as undo:
        charge(order)
        undo.on_failure(refund, id=order.id)
        label(order.id)
        undo.on_failure(ship, id=order.id)
    return "booked"
