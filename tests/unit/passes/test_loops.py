"""Messages that go round are found, whatever carries them."""

from textwrap import dedent
from typing import Any

import pytest

from cloudless import App
from cloudless.frontend import check
from cloudless.passes.loops import calling_back, circling


class Shop:
    """Two queues, a topic and a function, whose handlers feed what a test says."""

    def __init__(self, recursive: bool = False) -> None:
        self.app = App("shop")
        self.orders = self.app.queue("orders")
        self.parcels = self.app.queue("parcels")
        self.placed = self.app.topic("placed")
        self.recursive = recursive

    def feeds(self, orders: list[Any], parcels: list[Any], placed: list[Any]) -> list[str]:
        def take(body: object) -> None: ...
        def pack(body: object) -> None: ...
        def mail(body: object) -> None: ...

        self.orders.consumer(uses=orders, recursive=self.recursive)(take)
        self.parcels.consumer(uses=parcels)(pack)
        self.placed.subscriber(uses=placed)(mail)
        return [problem.message for problem in check(self.app)[1]]


def test_a_chain_is_no_loop() -> None:
    shop = Shop()
    assert shop.feeds([shop.parcels.send], [shop.placed.publish], []) == []


def test_a_queue_that_feeds_itself() -> None:
    shop = Shop()
    assert shop.feeds([shop.orders.send], [], []) == ["messages go round: queue orders → queue orders"]


def test_two_queues_that_feed_each_other() -> None:
    shop = Shop()
    found = shop.feeds([shop.parcels.send], [shop.orders.send], [])
    assert found == ["messages go round: queue orders → queue parcels → queue orders"]


def test_a_topic_in_between() -> None:
    shop = Shop()
    found = shop.feeds([shop.placed.publish], [], [shop.orders.send_all])
    assert found == ["messages go round: queue orders → subscription placed-mail → queue orders"]


def test_a_topic_that_is_forwarded() -> None:
    shop = Shop()
    shop.placed.forward(shop.orders)
    assert shop.feeds([shop.placed.publish], [], []) == ["messages go round: queue orders → queue orders"]


def test_a_function_in_between() -> None:
    shop = Shop()

    @shop.app.function(uses=[shop.orders.send])
    def charge() -> None: ...

    found = shop.feeds([charge.invoke], [], [])
    assert found == ["messages go round: queue orders → function charge → queue orders"]


def test_two_loops_are_two_problems() -> None:
    shop = Shop()
    assert len(shop.feeds([shop.orders.send], [shop.parcels.send], [])) == 2


def test_a_consumer_may_say_that_it_ends() -> None:
    shop = Shop(recursive=True)
    assert shop.feeds([shop.parcels.send], [shop.orders.send], []) == []


def test_redrive_is_no_loop() -> None:
    shop = Shop()
    assert shop.feeds([], [shop.orders.dead_letters.redrive], []) == []


@pytest.mark.parametrize("way", ["invoke", "invoke_later"])
def test_functions_that_invoke_themselves_end_but_messages_do_not(way: str, tmp_path: Any) -> None:
    path = tmp_path / "program.py"
    path.write_text(
        dedent(f"""
        from cloudless import App
        app = App("shop")
        @app.function
        def dig(depth: int) -> None:
            dig.{way}(depth - 1)
        """)
    )
    space: dict[str, Any] = {"__name__": "program", "__file__": str(path)}
    exec(compile(path.read_text(), str(path), "exec"), space)
    found = [problem.message for problem in check(space["app"])[1]]
    assert found == ([] if way == "invoke" else ["messages go round: queue dig-later → queue dig-later"])


def test_who_is_on_a_circle_that_is_meant() -> None:
    app = App("shop")
    orders, parcels, mails = (app.queue(name) for name in ("orders", "parcels", "mails"))
    placed = app.topic("placed")

    @orders.consumer(recursive=True, uses=[placed.publish])
    def take(body: object) -> None: ...

    @placed.subscriber(uses=[parcels.send, mails.send])
    def route(body: object) -> None: ...

    @parcels.consumer(uses=[orders.send])
    def pack(body: object) -> None: ...

    @mails.consumer
    def mail(body: object) -> None: ...

    application, problems = check(app)
    assert problems == []
    assert circling(application) == {"take", "route", "pack"}


def test_nobody_is_where_no_circle_is_meant() -> None:
    app = App("shop")
    orders = app.queue("orders")
    parcels = app.queue("parcels")

    @orders.consumer(recursive=True, uses=[parcels.send])
    def take(body: object) -> None: ...

    assert circling(check(app)[0]) == frozenset()


def test_who_calls_itself() -> None:
    app = App("shop")

    @app.function
    def even(n: int) -> bool:
        return n == 0 or odd.invoke(n - 1)

    @app.function
    def odd(n: int) -> bool:
        return n != 0 and even.invoke(n - 1)

    @app.function
    def ask(n: int) -> bool:
        return even.invoke(n)

    assert calling_back(check(app)[0]) == {"even", "odd"}
