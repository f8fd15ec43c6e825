"""The application of these tests, as a project that `cloudless dev` runs."""

from pathlib import Path

TOML = 'app = "shop:app"\n'
APP = '''\
import logging
from datetime import timedelta

from pydantic import BaseModel

from cloudless import App, Reject, Retry, any_of

app = App("shop")
log = logging.getLogger("shop")


class Order(BaseModel):
    id: str
    region: str
    total: float


class Approval(BaseModel):
    granted: bool


orders = app.queue("orders", Order, retry=Retry(attempts=2, delay=timedelta(minutes=2)))
parcels = app.ordered_queue("parcels", Order)
placed = app.topic("order-placed", Order, attributes=["region"])
approval = app.event("approval", Approval)


@app.post("/orders", public=True, status=202)
def create(order: Order) -> dict[str, str]:
    """Take an order."""
    orders.send(order)
    return {"id": order.id}


@orders.consumer
def take(order: Order) -> None:
    log.info("taking %s", order.id)
    print(f"order {order.id} of {order.total}")
    if order.total < 0:
        raise Reject("an order costs something")
    if order.region == "moon":
        raise ConnectionError("the moon cannot be reached")
    placed.publish(order)
    if order.total > 1000:
        purchase.options(id=order.id).start(order)


@placed.subscriber(where={"region": any_of("eu", "us")})
def mail(order: Order) -> None:
    """Write to the customer."""


@placed.subscriber
def ship(order: Order) -> None:
    parcels.send(order, group=order.region)


@parcels.consumer
def deliver(order: Order) -> None:
    """Bring it."""


@app.function
def charge(order: Order) -> float:
    return order.total * 1.19


@app.orchestration
def purchase(order: Order) -> float:
    answer = approval.wait(timeout=timedelta(days=7))
    if not answer.granted:
        raise ValueError("refused")
    return charge(order)


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def report() -> None:
    log.info("reporting")


@app.schedule(every=timedelta(hours=1))
def sweep() -> None: ...
'''


def project(folder: Path) -> Path:
    """The folder with the project in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cloudless.toml").write_text(TOML)
    (folder / "shop.py").write_text(APP)
    return folder
