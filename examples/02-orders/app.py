"""Orders: an HTTP front, a queue, a topic with two subscribers (one filtered), schedules, dead letters and redrive."""

from datetime import timedelta
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, Field

from cloudless import App, Context, Message, Query, Reject, Retry, any_of, api_key, jwt

app = App("orders")


class Region(Enum):
    EU = "eu"
    US = "us"
    ASIA = "asia"


class Order(BaseModel):
    id: str
    region: Region
    items: list[str]
    total: float


class Tally(BaseModel):
    """What one day came to, as sent to the accountants."""

    day: str


orders = app.queue("orders", Order, retry=Retry(attempts=3, delay=timedelta(seconds=2)))
placed = app.topic("order-placed", Order, attributes=["region"])
tallies = app.queue("tallies", Tally)
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


@orders.consumer(once_by="id")
def take(order: Order, context: Context) -> None:
    """Handled once per order, however often it is sent or delivered."""
    if not order.items:
        raise Reject("an order needs items")
    if order.total > review_above.value:
        context.logger.info("order %s needs a review", order.id)
    placed.publish(order)


@placed.subscriber
def pack(order: Order) -> None:
    """Every order is packed."""


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
