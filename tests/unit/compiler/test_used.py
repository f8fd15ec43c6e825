"""What a function has to know the place of: what its code mentions and what feeds it, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from cloudless import App
from cloudless.compiler.reason import reason
from cloudless.compiler.unit import BROKER
from cloudless.compiler.used import picked
from cloudless.ir import Application, Grant, Span
from tests.documents import program
from tests.unit.compiler.plain import made


def shop() -> Application:
    app = App("shop")
    orders, parcels = app.queue("orders", dict[str, int]), app.queue("parcels", dict[str, int])
    done = app.event("done", dict[str, int])

    @orders.consumer(once_by="id")
    def take(order: dict[str, int]) -> None:
        parcels.send(order)
        work.options(id="7").start()

    @app.get("/failed", public=True)
    def again() -> None:
        orders.dead_letters.redrive()

    @app.function
    def step() -> None: ...

    @app.orchestration
    def work() -> None:
        step()
        done.wait(timeout=timedelta(days=1))

    return program(app)


def test_a_consumer_knows_its_queue_its_letters_and_what_it_sends_to() -> None:
    units, used = made(shop())
    assert used.queues(units["take"]) == {"orders", "orders-dead-letters", "parcels"}
    assert used.orchestrations(units["take"]) == {"work"}
    assert used.ledger(units["take"])


def test_who_sends_letters_back_knows_where_to() -> None:
    units, used = made(shop())
    assert used.queues(units["again"]) == {"orders", "orders-dead-letters"}
    assert not used.ledger(units["again"])


def test_the_broker_knows_who_waits() -> None:
    units, used = made(shop())
    (broker,) = (one for one in units.values() if one.kind == BROKER)
    assert (used.orchestrations(broker), used.ledger(broker), used.queues(broker)) == ({"work"}, True, set())


def test_a_unit_is_told_where_what_it_uses_is_and_nothing_else() -> None:
    every = {
        "queues": {"orders": "o", "orders-dead-letters": "l", "parcels": "p", "others": "x"},
        "topics": {"placed": "t"},
        "orchestrations": {"work": "w"},
        "events": {"done": ["work"]},
        "broker": "b",
        "ledger": "ledger",
        "config": {"fast": True},
    }
    units, used = made(shop())
    assert used.addresses(every, units["take"]) == {
        "queues": {"orders": "o", "orders-dead-letters": "l", "parcels": "p"},
        "orchestrations": {"work": "w"},
        "ledger": "ledger",
        "config": {"fast": True},
    }
    assert used.addresses({**every, "config": {}}, units["step"]) == {}


def test_of_all_addresses_those_are_picked_that_are_wanted_and_there() -> None:
    assert picked({"queues": {"a": 1, "b": 2}}, "queues", ["c", "b"]) == {"b": 2}
    assert picked({}, "queues", ["a"]) == {}


def test_a_reason_has_the_lines_or_says_that_there_are_none_any_more() -> None:
    grant = Grant(noun="queue", name="orders", verb="send", spans=(Span("app.py", 3),))
    assert reason(grant) == "send queue orders: app.py:3"
    earlier = Grant(noun="queue", name="orders", verb="send")
    assert reason(earlier) == "send queue orders: executions of an earlier build, which may still run"
