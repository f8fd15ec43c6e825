"""Orders: an HTTP front, a queue, an orchestration that fulfils them, a topic, schedules, dead letters and redrive."""

from datetime import timedelta
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, Field

from cloudless import App, Message, Query, Reject, Retry, any_of, api_key, fan_out, gather, jwt, saga, sleep
from cloudless.errors import NotFound

app = App("orders", errors={NotFound: 404})


class Region(Enum):
    EU = "eu"
    US = "us"
    ASIA = "asia"


class Order(BaseModel):
    """id: that of its execution, too."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    region: Region
    items: list[str]
    total: float


class Approval(BaseModel):
    granted: bool


class CardDeclined(Exception): ...


class Rejected(Exception): ...


class Tally(BaseModel):
    """What one day came to, as sent to the accountants."""

    day: str


orders = app.queue("orders", Order, retry=Retry(attempts=3, delay=timedelta(seconds=2)))
placed = app.topic("order-placed", Order, attributes=["region"])
tallies = app.queue("tallies", Tally)
approval = app.event("approval", Approval)
review_above = app.config("review-above", float, default=1_000.0)

customer = jwt(issuer="https://id.example", audience="orders", scopes=["orders:write"])
operator = api_key(app.secret("operator-keys"))


@app.post("/orders", auth=customer, status=202)
def create(order: Order) -> dict[str, str]:
    """Accepted, not yet done: whoever sends it again within a day does no harm."""
    orders.send(order)
    return {"id": order.id}


@app.get("/orders/failed", auth=operator)
def failed(limit: Annotated[int, Query(), Field(ge=1, le=10)] = 10) -> list[dict[str, str]]:
    """The oldest orders that were given up, and why."""
    return [{"id": letter.body["id"], "error": letter.error.text} for letter in orders.dead_letters.peek(limit)]


@app.get("/orders/{id}", auth=customer)
def show(id: str) -> dict[str, str]:
    return {"status": fulfil.execution(id).status()}


@app.post("/orders/{id}/approval", auth=operator, status=202)
def approve(id: str, answer: Approval) -> None:
    approval.send(fulfil.execution(id), answer)


@orders.consumer(once_by="id")
def take(order: Order) -> None:
    """Handled once per order, however often it is sent or delivered."""
    if not order.items:
        raise Reject("an order needs items")
    fulfil.options(id=order.id).start(order)
    placed.publish(order)


@app.function(timeout=timedelta(seconds=20), retry=Retry(attempts=3, on=[ConnectionError]))
def charge(order: Order) -> str:
    """Raises CardDeclined, which another attempt would not change."""
    return f"payment of {order.id}"


@app.function
def refund(payment: str) -> None: ...


@app.function
def pack(item: str) -> str:
    return f"box of {item}"


@app.function
def print_label(order: Order) -> str:
    return f"label of {order.id}"


@app.function
def write_invoice(order: Order) -> str:
    return f"invoice of {order.id}"


@app.function
def ship(order: str, boxes: list[str], papers: list[str]) -> None: ...


@app.orchestration
def fulfil(order: Order) -> str:
    """Money first; whatever goes wrong after it, or nobody's approval within two days, gives it back."""
    with saga() as undo:
        payment = charge(order)
        undo.on_failure(refund, payment=payment)
        boxes = fan_out((pack(item) for item in order.items), max_concurrency=10)
        label, invoice = gather(print_label(order), write_invoice(order))
        if order.total > review_above.value:
            answer = approval.wait(timeout=timedelta(days=2))
            if not answer.granted:
                raise Rejected("not approved")
        sleep(timedelta(minutes=30))  # in which a customer may think again
        ship(order.id, boxes, [label, invoice])
    return label


@placed.subscriber
def analyse(order: Order) -> None:
    """The analysts see every order."""


@placed.subscriber(where={"region": any_of("eu", "us")}, retry=Retry(attempts=2))
def mail(message: Message[Order]) -> None:
    """Only customers in Europe and America get a mail."""


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def report() -> None:
    """On working days, at eight in Berlin, in summer and in winter."""
    tallies.send(Tally(day="today"))


@tallies.consumer
def book(tally: Tally) -> None:
    """The accountants' end."""


@app.schedule("30 * * * *")
def repair() -> None:
    """Every hour, give what failed another chance."""
    orders.dead_letters.redrive(limit=100)
