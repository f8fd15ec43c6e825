"""What an application uses: each place once, under the feature by which clouds are compared."""

from __future__ import annotations

from datetime import timedelta

from cloudless import App, gather, sleep
from cloudless.frontend import compile as to_ir
from cloudless.frontend.delays import delayed
from cloudless.ir import Application
from cloudless.passes.uses import Use, needs, uses

DAY = timedelta(days=1)
app = App("shop")
orders = app.queue("orders", dict[str, str])
parcels = app.queue("parcels", dict[str, str], max_delay=DAY)
lines = app.ordered_queue("lines", dict[str, str])
placed = app.topic("placed", dict[str, str], attributes=["region"])
approval = app.event("approval", bool)


@orders.consumer(once_by="id")
def take(order: dict[str, str]) -> None:
    parcels.send(order, delay=timedelta(minutes=1))
    parcels.send(order)
    lines.send(order, group="a")


@lines.consumer(batch_size=5)
def fold(some: list[dict[str, str]]) -> None:
    parcels.send(some[0])


@placed.subscriber(where={"region": "eu"})
def mail(order: dict[str, str]) -> None:
    options: dict[str, timedelta] = {"delay": DAY}
    parcels.send(order, **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@app.schedule("0 8 * * *", overlap="skip")
def report() -> None: ...


@app.function
def pack(item: str) -> str:
    return item


@app.get("/items/{item}", public=True)
def show(item: str) -> str:
    return item


@app.get("/items", public=True)
def index() -> str:
    return ""


@app.orchestration
def ship(item: str) -> str:
    first, _ = gather(pack(item), pack("ribbon"))
    sleep(timedelta(hours=1))
    approval.wait(timeout=timedelta(days=2))
    orders.send({"id": first}, delay=timedelta(minutes=5))
    return first


def shop() -> Application:
    return to_ir(app, deployable=True)


def found(feature: str) -> list[str]:
    application = shop()
    return [one.what for one in uses(application, delayed(application)) if one.feature == feature]


def test_every_use_stands_where_the_program_says_so() -> None:
    application = shop()
    assert all(one.span.file.endswith("test_uses.py") and one.span.line for one in uses(application))


def test_no_use_is_told_twice() -> None:
    told = uses(shop())
    assert len(told) == len(set(told))


def test_what_is_needed_is_used() -> None:
    application = shop()
    assert set(needs(application)) <= set(uses(application))
    assert all(isinstance(one, Use) for one in needs(application))


def test_messages_reach_consumers_and_subscribers_and_those_of_a_group_in_their_order() -> None:
    assert found("delivery") == ["consumer 'take'", "subscriber 'mail'"]
    assert found("queue.throttled") == ["consumer 'take'", "consumer 'fold'", "subscriber 'mail'"]
    assert found("queue") == ["queue 'orders'", "queue 'parcels'", "queue 'lines'"]


def test_a_send_without_a_delay_delays_nothing() -> None:
    assert found("queue.delay") == [
        "a delayed message to 'parcels'", "a delayed message to 'parcels'", "a delayed message to 'orders'",
    ]  # fmt: skip
    assert found("queue.long_delay") == ["max_delay of queue 'parcels'", *["a delayed message to 'parcels'"] * 2]


def test_what_handlers_delay_is_known_to_whoever_reads_their_source() -> None:
    assert [one.what for one in uses(shop()) if one.feature == "queue.delay"] == ["a delayed message to 'orders'"]


def test_orchestrations_wait_sleep_and_branch() -> None:
    assert found("orchestration.parallel") == ["gather in 'ship'"]
    assert found("orchestration.sleep") == ["sleep in 'ship'", "the time-out of a wait in 'ship'"]


def test_only_paths_with_parameters_hold_text_of_callers() -> None:
    assert found("http.slashes") == ["endpoint GET /items/{item}"]
    assert found("http") == ["endpoint GET /items/{item}", "endpoint GET /items"]


def test_keys_lie_in_the_ledger_for_once_by_order_and_overlap() -> None:
    assert found("ledger.expiry") == [
        "what is remembered of 'orders'", "what is remembered of 'lines'", "what is remembered of schedule 'report'",
    ]  # fmt: skip
