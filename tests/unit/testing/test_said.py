"""What a simulation says of itself where a test fails: pytest shows it beside the assertion."""

from datetime import timedelta

import pytest

from cloudless import App
from cloudless.errors import NotFound
from cloudless.testing import simulate

app = App("shop")
orders = app.queue("orders", str)
idle = App("idle")


@orders.consumer
def take(order: str) -> None: ...


@app.schedule("0 8 * * *")
def report() -> None: ...


def test_messages_that_nobody_had_carried_out_are_counted_with_the_verb() -> None:
    with simulate(app) as cloud:
        orders.send("a")
        assert repr(cloud) == "<cloud of shop, 2026-01-02 12:00:00 UTC: 1 message waits for cloud.run()>"
        orders.send("b")
        assert "2 messages wait for cloud.run()" in repr(cloud)


def test_what_is_due_later_is_told_with_its_time() -> None:
    with simulate(app) as cloud:
        assert repr(cloud).endswith("12:00:00 UTC: quiet, until cloud.advance(…) comes to 2026-01-03 08:00:00>")
        orders.send("a", delay=timedelta(minutes=10))
        assert repr(cloud).endswith("quiet, until cloud.advance(…) comes to 12:10:00>")


def test_where_nothing_can_happen_it_is_quiet() -> None:
    with simulate(idle) as cloud:
        assert repr(cloud) == "<cloud of idle, 2026-01-02 12:00:00 UTC: quiet>"


@pytest.mark.parametrize(("name", "hint"), [("tke", ", take"), ("nothing_like_it_at_all", "")])
def test_a_name_in_place_of_a_handler_is_told(name: str, hint: str) -> None:
    with simulate(app) as cloud, pytest.raises(NotFound) as caught:
        cloud.calls(name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert str(caught.value) == f"{name!r} is a name: give the handler itself{hint}"
