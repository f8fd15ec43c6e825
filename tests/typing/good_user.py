"""A user's program with every public noun: mypy --strict and pyright strict find it clean, and its test passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, TypedDict, assert_type
from uuid import UUID

from pydantic import BaseModel

from cloudless import (
    App,
    Body,
    CloudlessError,
    CompensationFailed,
    Context,
    Cookie,
    Cors,
    DeadLetter,
    DeadLetters,
    Execution,
    Header,
    HttpError,
    Identity,
    Message,
    OrderedQueue,
    Outcome,
    PartialFailure,
    PlatformError,
    Query,
    Queue,
    Reject,
    Request,
    Response,
    Retry,
    RetryAfter,
    Topic,
    any_of,
    api_key,
    connect,
    exists,
    fan_out,
    gather,
    jwt,
    none_of,
    now,
    prefix,
    saga,
    sleep,
    uuid4,
)
from cloudless.testing import Answer, Call, Client, Event, Fault, Faults, Played, Simulation, explore, simulate


class Region(StrEnum):
    EU = "eu"
    US = "us"


class Order(BaseModel):
    id: str
    region: Region
    total: Decimal = Decimal(0)


@dataclass
class Parcel:
    id: UUID
    weight_kg: float
    shipped: datetime | None = None


class Reading(TypedDict):
    sensor: str
    value: float


class CardDeclined(Exception):
    pass


app = App("shop")
stripe_key = app.secret("stripe-key", existing={"aws": "arn:aws:secretsmanager:eu-central-1:1:secret:stripe"})
review_above = app.config("review-above", float, default=1000.0)
greeting = app.config("greeting")
footer = app.config("footer", str | None, default=None)

orders = app.queue(
    "orders", Order, retry=Retry(3, delay=timedelta(seconds=2), factor=3, on=[ConnectionError, TimeoutError])
)
parcels = app.queue("parcels", Parcel, max_delay=timedelta(hours=2), dead_letters=False)
readings = app.queue("readings", Reading)
names = app.queue("names", list[str])
counts = app.queue("counts", int)
anything = app.queue("anything")
steps = app.ordered_queue("steps", Order, native={"aws": {"aws_sqs_queue": {"kms_master_key_id": "alias/x"}}})
placed = app.topic("placed", Order, attributes=["region", "channel"])
mirror = app.queue("mirror", Order)
placed.forward(mirror, where={"region": Region.EU})

assert_type(orders, Queue[Order])
assert_type(parcels, Queue[Parcel])
assert_type(readings, Queue[Reading])
assert_type(names, Queue[list[str]])
assert_type(steps, OrderedQueue[Order])
assert_type(placed, Topic[Order])


@app.function
def count(text: str, *, least: int = 0) -> int:
    return max(least, len(text))


@app.function(timeout=timedelta(seconds=20), retry=Retry(attempts=3, on=[ConnectionError]), memory_mb=512)
def charge(order: Order, context: Context | None = None) -> str:
    if order.total < 0:
        raise CardDeclined(order.id)
    return f"{stripe_key.value}-{order.id}"


@app.function
async def look_up(id: str) -> Parcel | None:
    await counts.send_async(len(id), delay=timedelta(minutes=5))
    return None


@orders.consumer(once_by="id", remember=timedelta(hours=1), timeout=timedelta(seconds=30))
def take(order: Order, context: Context) -> None:
    context.logger.info("order %s, attempt %d, %.1f s left", order.id, context.attempt, context.remaining_s)
    receipt: str = charge.invoke(order)
    later: str = charge.invoke_later(order)
    if float(order.total) > review_above.value:
        raise Reject(f"{receipt} {later}")
    placed.publish(order, attributes={"channel": "web"})


@parcels.consumer
async def pack(message: Message[Parcel]) -> None:
    found: Parcel | None = await look_up.invoke_async(str(message.body.id))
    if found is None and message.attempt < 3:
        raise RetryAfter(timedelta(seconds=9), "not there yet")
    await names.send_all_async([[message.id, message.correlation_id]])
    await count.invoke_later_async("text", least=3)


@readings.consumer(batch_size=10, window=timedelta(seconds=1))
def average(batch: list[Message[Reading]]) -> None:
    failed = [message.id for message in batch if message.body["value"] < 0]
    if failed:
        raise PartialFailure(failed)


@counts.consumer(batch_size=5, uses=[orders.send, placed.publish], name="adder", recursive=True)
async def add(batch: list[int], context: Context) -> None:
    counts.send(sum(batch))


@steps.consumer(recursive=True)
def step(message: Message[Order]) -> None:
    steps.send(message.body, group=message.group, deduplication_id=message.id)
    steps.send_all([message.body], group="all")


@orders.dead_letters.consumer
def bury(message: Message[object]) -> None:
    if message.error is not None:
        anything.send({"type": message.error.type, "text": message.error.text, "sent": message.sent_at.isoformat()})


@placed.subscriber(where={"region": any_of("eu", "us"), "channel": prefix("w")}, retry=Retry(2), once_by="id")
def mail(message: Message[Order]) -> None:
    attributes: Mapping[str, str] = message.attributes
    assert attributes["region"] == message.body.region


@placed.subscriber(where={"region": none_of("us"), "channel": exists()}, dead_letters=False)
async def audit(order: Order) -> None: ...


@placed.subscriber
def log(order: Order) -> None: ...


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin", overlap="skip")
def report() -> None:
    assert_type(greeting.value, str)
    text: str | None = footer.value
    assert text != ""


@app.schedule(every=timedelta(hours=2), retry=Retry(1))
async def clean(context: Context) -> None: ...


def from_a_script(order: Order) -> list[DeadLetter]:
    with connect("prod", config="cloudless.toml"):
        orders.send(order, delay=timedelta(seconds=5), attributes={"channel": "script"})
        orders.send_all([order, order])
        try:
            placed.publish_all([order])
        except CloudlessError as error:
            raise SystemExit(str(error)) from error.native
        given_up: DeadLetters = orders.dead_letters
        given_up.redrive(limit=5)
        return given_up.peek(10)


class Approval(BaseModel):
    granted: bool
    note: str = ""


class Rejected(Exception):
    pass


desk = App("desk")
letters = desk.queue("letters", Order)
link_key = desk.secret("link-key")
approval = desk.event("approval", Approval)
signal = desk.event("signal")


@desk.function(retry=Retry(attempts=3, on=[ConnectionError]))
def book(order: Order, copies: int = 1) -> Parcel:
    return Parcel(UUID(order.id), float(copies))


@desk.function
def weigh(parcel: Parcel, *, scale: str = "a") -> float:
    return parcel.weight_kg


@desk.function
async def locate(id: str) -> str | None:
    return id


@desk.function
def unbook(parcel: Parcel, reason: str = "") -> None: ...


@desk.pure
def heaviest(parcels: list[Parcel]) -> Parcel:
    return max(parcels, key=lambda parcel: parcel.weight_kg)


@desk.pure(name="total")
def add_up(weights: list[float]) -> float:
    return sum(weights)


@desk.orchestration
def review(order: Order) -> bool:
    answer = approval.wait(timeout=timedelta(days=2))
    assert_type(answer, Approval)
    return answer.granted


@desk.orchestration(timeout=timedelta(days=7), name="send-out")
def send_out(order: Order, copies: int = 1) -> float:
    with saga() as undo:
        parcel = book.options(retry=Retry(attempts=2), timeout=timedelta(seconds=9))(order, copies=copies)
        assert_type(parcel, Parcel)
        undo.on_failure(unbook, parcel, reason="failed")
        undo.on_failure(unbook.options(retry=Retry(attempts=5)), parcel=parcel)
        weight, place, is_fine = gather(weigh(parcel, scale="b"), locate.invoke(order.id), review(order))
        assert_type((weight, place, is_fine), tuple[float, str | None, bool])
        other = locate.options(timeout=timedelta(seconds=1))(order.id)
        assert_type(other, str | None)
        parcels = fan_out((book(order, n) for n in range(copies) if n > 1), max_concurrency=3)
        assert_type(parcels, list[Parcel])
        tried = fan_out((weigh(one) for one in parcels), collect=True)
        assert_type(tried, list[Outcome[float]])
        for outcome in tried:
            if outcome.error is not None and outcome.error.type == "CardDeclined":
                raise Rejected(outcome.error.message)
        assert_type(tried[0].value, float | None)
        if not is_fine:
            raise Rejected(f"{order.id} is not approved")
        sleep(timedelta(minutes=30))
        assert_type((now(), uuid4()), tuple[datetime, UUID])
        assert_type(heaviest(parcels), Parcel)
        try:
            letters.send(order)
        except PlatformError:
            return weight
    return add_up([weight, 1.0])


@letters.consumer
def hand_out(order: Order) -> None:
    run: Execution[float] = send_out.options(id=order.id).start(order, copies=2)
    assert_type(send_out.start(order), Execution[float])
    approval.send(run, Approval(granted=True), id="click")
    approval.send("1", Approval(granted=False))
    signal.send(run.id, {"any": ["json"]})


@desk.function
async def ask(order: Order, context: Context | None = None) -> str:
    run = await send_out.options(id=order.id).start_async(order)
    await approval.send_async(run, Approval(granted=True))
    assert_type(await run.result_async(timedelta(seconds=1)), float)
    key = context.key if context else ""
    return approval.link(run, base=f"https://desk.example/{key}", secret=link_key, expires=timedelta(days=2))


@desk.post("/approve", public=True)
def approve(token: Annotated[str, Query()], answer: Approval) -> str:
    return approval.verify(token, secret=link_key) + approval.send_signed(token, answer, secret=link_key)


def from_a_console(order: Order) -> str:
    run = send_out.execution(order.id)
    assert_type(run.status(), Literal["running", "completed", "failed", "cancelled"])
    assert_type(run.started_at, datetime)
    assert_type(run.ended_at, datetime | None)
    try:
        weight: float = run.result(timedelta(minutes=1))
    except CompensationFailed as failed:
        return f"{failed.original} {failed.failures}"
    lines = [f"{entry.at}: {entry.kind} {entry.name}" for entry in run.history()]
    for other in send_out.executions("running", limit=10):
        assert_type(other, Execution[float])
        other.cancel()
    return f"{weight} {lines} {run.error.data if run.error else None}"


edge = App("edge", errors={LookupError: 404}, cors=Cors(["https://shop.example"], max_age=timedelta(hours=2)))
user = jwt(issuer="https://id.example", audience=["shop"], scopes=["orders"])
machine = api_key(edge.secret("api-key"))
inbox = edge.queue("inbox", Order)


@inbox.consumer
def put_away(order: Order) -> None: ...


def guest(request: Request) -> str | None:
    return request.cookies.get("guest") or request.headers.get("x-guest")


@edge.post("/orders", auth=user, status=202, errors={KeyError: 409}, timeout=timedelta(seconds=5), min_instances=1)
def accept(order: Order, claims: Annotated[dict[str, Any], Identity()]) -> dict[str, str]:
    if order.id in claims:
        raise HttpError(409, "twice", headers={"x-id": order.id})
    inbox.send(order)
    return {"id": order.id}


@edge.get("/orders/{id}", auth=guest)
async def status(
    id: str,
    tags: Annotated[list[str], Query("tag")],
    agent: Annotated[str, Header("User-Agent")] = "",
    theme: Annotated[str | None, Cookie()] = None,
) -> Response:
    answer = Response({"id": id, "tags": tags, "agent": agent}, status=203, headers={"x-theme": theme or ""})
    answer.set_cookie("seen", id, max_age=timedelta(days=1), same_site="Strict")
    return answer


@edge.put("/limits/{name}", auth=machine)
def limit(name: str, most: Annotated[int, Body()]) -> None: ...


@edge.route("DELETE", "/limits/{name}", public=True)
def unlimit(name: str, context: Context) -> Order | Response:
    return Response(status=204)


def test_the_edge() -> None:
    with simulate(edge, faults=Faults(duplicate=0.1), secrets={"api-key": "k"}) as cloud:
        client: Client = cloud.http
        answer: Answer = client.post(
            "/orders", json=Order(id="1", region=Region.EU), token=cloud.token(user, sub="ada")
        )
        assert answer.status in {202, 403}
        assert client.get("/orders/7?tag=a", cookies={"guest": "eve"}).json()["tags"] == ["a"]
        assert client.put("/limits/a", json=3, headers={"x-api-key": "k"}).status == 204
        assert_type(unlimit.method, str)
    with simulate(edge, faults=[Fault("crash", status, 1, after=True)]) as cloud:
        assert cloud.http.get("/orders/7?tag=a", headers={"x-guest": "eve"}).status == 502


@explore(edge, examples=10, faults=["duplicate"])
def test_the_edge_explored(cloud: Simulation) -> None:
    inbox.send(Order(id="1", region=Region.EU))
    cloud.run()


def greet(*words: str) -> str:
    return " ".join(words)


def total(cloud: Simulation) -> int:
    return len(cloud.trace)


def test_the_shop() -> None:
    order = Order(id="1", region=Region.EU)
    with simulate(app, seed=3, secrets={"stripe-key": "test"}, config={"greeting": "hello"}) as cloud:
        cloud.fail(charge, ConnectionError("no route"), times=1)
        cloud.crash(take)
        cloud.takes(pack, timedelta(seconds=9))
        cloud.replace(audit, lambda order: order.total)
        cloud.replace(report, greet)
        orders.send(order)
        cloud.run()
        cloud.advance(timedelta(days=7))
        cloud.run_until(lambda: len(cloud.calls(mail)) > 0, limit=timedelta(days=1))
        cloud.fire(report)
        played: Played = cloud.play([{"send": "orders", "body": {"id": "2", "region": "eu"}}], run=False, resend=2)
        assert_type(played.answers, tuple[Answer, ...])
        assert_type(played.trace, list[Event])
        calls: list[Call] = cloud.calls(charge)
        trace: list[Event] = cloud.trace
        letters: list[DeadLetter] = cloud.dead_letters(orders) + cloud.dead_letters(mail) + cloud.dead_letters(charge)
        letters += cloud.dead_letters(report) + cloud.dead_letters(orders.dead_letters) + cloud.dead_letters(steps)
        assert [call.outcome for call in calls] or trace or letters
        assert cloud.sent(steps) != cloud.published(placed)
        now: datetime = cloud.now
        assert now.tzinfo is not None
        assert total(cloud)
        result: str = charge(order)
        size: int = count.invoke("text", least=5) + count("text")
        assert result
        assert size
        assert_type(look_up.invoke("1"), Parcel | None)
