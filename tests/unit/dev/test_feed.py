"""Feed: what is told of what happens, and that it is forgotten then."""

from collections.abc import Generator

import pytest

from cloudless.dev.feed import Wrong
from cloudless.errors import PermissionDenied
from tests.unit.dev.stall import Stall, hidden, line_of, notes, orders, rows, running, take


@pytest.fixture
def stall() -> Generator[Stall]:
    with running() as found:
        yield found


def test_a_delivery_is_told_before_what_it_did(stall: Stall) -> None:
    orders.send({"id": 1})
    assert stall.after(0).lines == [
        "send orders",
        "deliver orders done",
        "  publish placed",
        "deliver placed-pack done",
    ]


def test_a_failure_is_told_with_its_line_and_its_back_off(stall: Stall) -> None:
    orders.send({"fail": True})
    stall.after(0)
    failed = stall.happened[1]
    assert failed.place == line_of('raise ConnectionError("down")')
    assert failed.again_s == pytest.approx(10, rel=0.5)


def test_a_failure_of_an_async_handler_has_its_line_too(stall: Stall) -> None:
    orders.send({"unpackable": True})
    assert stall.after(0).happened[-1].place == line_of('raise ValueError("too large")')


def test_the_line_of_one_failure_is_not_that_of_the_next_delivery(stall: Stall) -> None:
    orders.send({"reject": True})
    stall.after(0)
    rejected, dead = stall.happened[1:]
    assert (rejected.place, rejected.again_s) == (line_of('raise Reject("no such order")'), None)
    orders.send({})
    assert [one.place for one in stall.after(0).happened[3:]] == [""] * 4
    assert dead.is_effect


def test_every_message_of_a_batch_is_told_its_back_off(stall: Stall) -> None:
    rows.send_all([1, 2, 3])
    delivered = [one for one in stall.after(0).happened if one.event.kind == "deliver"]
    assert len(delivered) == 3
    assert all(one.again_s is not None for one in delivered)


def test_a_handler_that_ends_its_process_has_crashed(stall: Stall) -> None:
    orders.send({"exit": True})
    stall.after(0)
    assert stall.lines == ["send orders", "deliver orders crash"]
    assert stall.after(3600).lines[2].startswith("deliver orders crash")


def test_what_no_handler_may_do_is_told_once(stall: Stall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hidden, "send", notes.send)
    orders.send({"send": True})
    stall.after(0)
    failed = stall.happened[1].event.error
    assert failed is not None and failed.type == "PermissionDenied"
    assert not [one for one in stall.news if isinstance(one, Wrong)]


def test_what_no_handler_may_do_is_told_although_it_was_caught(stall: Stall) -> None:
    denied = PermissionDenied("handler 'take' may not")

    def catching(order: object) -> None:
        stall.simulation.cloud.world.refuse(denied)

    stall.simulation.replace(take, catching)
    orders.send({})
    stall.after(0)
    assert stall.news[-1] == Wrong(denied)


def test_what_was_told_is_forgotten() -> None:
    with running(history=50) as stall:
        for _ in range(40):
            orders.send({})
        stall.after(0)
        for _ in range(40):
            orders.send({})
        stall.after(0)
        assert len(stall.lines) == 320
        assert stall.simulation.trace == []
