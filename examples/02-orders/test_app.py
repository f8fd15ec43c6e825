from datetime import timedelta
from typing import Any

import pytest
from app import (
    CardDeclined,
    Order,
    Region,
    Rejected,
    analyse,
    app,
    charge,
    customer,
    fulfil,
    mail,
    orders,
    pack,
    refund,
    repair,
    report,
    ship,
    take,
    tallies,
)

from cloudless import Execution
from cloudless.testing import Simulation, explore, simulate

KEYS = {"operator-keys": "old, new"}
OPERATOR = {"X-Api-Key": "new"}


def order(id: str, region: Region = Region.EU, *, items: int = 1, total: float = 9.5) -> Order:
    return Order(id=id, region=region, items=["book"] * items, total=total)


def test_an_order_reaches_both_subscribers_and_the_filter_keeps_mail_from_asia() -> None:
    with simulate(app) as cloud:
        orders.send(order("1"))
        orders.send(order("2", Region.ASIA))
        cloud.run()
        assert {call.body["id"] for call in cloud.calls(analyse)} == {"1", "2"}
        assert [call.body["id"] for call in cloud.calls(mail)] == ["1"]


def test_an_order_that_is_sent_twice_is_packed_once() -> None:
    with simulate(app) as cloud:
        orders.send_all([order("1"), order("1")])
        cloud.run()
        assert len(cloud.calls(pack)) == 1


def test_an_empty_order_is_rejected_at_once() -> None:
    with simulate(app) as cloud:
        orders.send(order("1", items=0))
        cloud.run()
        (letter,) = cloud.dead_letters(orders)
        assert (letter.error.type, letter.error.attempt) == ("Reject", 1)


def test_an_order_that_failed_three_times_is_redriven_within_the_hour() -> None:
    with simulate(app) as cloud:
        cloud.fail(take, ConnectionError("the warehouse is down"), times=3)
        orders.send(order("1"))
        cloud.run()
        assert [call.attempt for call in cloud.calls(take)] == [1, 2, 3]
        assert len(cloud.dead_letters(orders)) == 1
        cloud.advance(timedelta(hours=1))
        assert cloud.dead_letters(orders) == []
        assert len(cloud.calls(repair)) == 1
        assert len(cloud.calls(pack)) == 1


def test_the_report_runs_on_the_five_working_days_of_a_week() -> None:
    with simulate(app) as cloud:
        cloud.advance(timedelta(days=7))
        assert len(cloud.calls(report)) == 5
        assert len(cloud.sent(tallies)) == 5


def test_an_order_comes_in_by_http_and_can_be_asked_for() -> None:
    with simulate(app) as cloud:
        token = cloud.token(customer, sub="ada", scope="orders:write")
        body = {"id": "1", "region": "eu", "items": ["book"], "total": 9.5}
        assert cloud.http.post("/orders", json=body, token=token).status == 202
        assert cloud.http.get("/orders/1", token=token).status == 404  # not taken yet
        cloud.run()
        assert cloud.http.get("/orders/1", token=token).json() == {"status": "running"}
        cloud.advance(timedelta(minutes=30))
        assert cloud.http.get("/orders/1", token=token).json() == {"status": "completed"}


def test_an_order_that_does_not_fit_is_told_field_by_field() -> None:
    with simulate(app) as cloud:
        token = cloud.token(customer, scope="orders:write")
        answer = cloud.http.post("/orders", json={"id": "1", "region": "moon", "items": []}, token=token)
        assert answer.status == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["region", "total"]
        assert cloud.http.post("/orders", json={}).status == 401
        assert cloud.sent(orders) == []


def test_an_operator_sees_what_was_given_up() -> None:
    with simulate(app, secrets=KEYS) as cloud:
        orders.send(order("1", items=0))
        cloud.run()
        answer = cloud.http.get("/orders/failed?limit=5", headers=OPERATOR)
        assert answer.json() == [{"id": "1", "error": "an order needs items"}]
        assert cloud.http.get("/orders/failed?limit=50", headers=OPERATOR).status == 422


def test_an_order_is_charged_packed_and_shipped_after_half_an_hour() -> None:
    with simulate(app) as cloud:
        fulfil.options(id="1").start(order("1", items=3))
        cloud.advance(timedelta(minutes=29))
        assert (len(cloud.calls(charge)), len(cloud.calls(pack)), cloud.calls(ship)) == (1, 3, [])
        cloud.advance(timedelta(minutes=1))
        assert fulfil.execution("1").result() == "label of 1"
        (shipped,) = cloud.calls(ship)
        assert shipped.body["boxes"] == ["box of book"] * 3
        assert shipped.body["papers"] == ["label of 1", "invoice of 1"]


def test_a_declined_card_ends_the_order() -> None:
    with simulate(app) as cloud:
        cloud.fail(charge, CardDeclined("no funds"))
        with pytest.raises(CardDeclined, match="no funds"):
            fulfil(order("1"))
        assert [len(cloud.calls(step)) for step in (charge, pack, refund)] == [1, 0, 0]


def test_a_bank_that_does_not_answer_is_asked_three_times() -> None:
    with simulate(app) as cloud:
        cloud.fail(charge, ConnectionError("no answer"), times=2)
        assert fulfil(order("1")) == "label of 1"
        assert [call.outcome for call in cloud.calls(charge)] == ["failed", "failed", "done"]


@pytest.mark.parametrize("step", [pack, ship])
def test_whatever_fails_after_the_money_gives_it_back(step: Any) -> None:
    with simulate(app) as cloud:
        cloud.fail(step, RuntimeError("the belt stands still"))
        with pytest.raises(RuntimeError, match="stands still"):
            fulfil(order("1"))
        assert [call.body for call in cloud.calls(refund)] == [{"payment": "payment of 1"}]


def large(cloud: Simulation) -> Execution[str]:
    """A large order that waits for an operator."""
    execution = fulfil.options(id="1").start(order("1", total=1_000.01))
    cloud.run()
    assert execution.status() == "running"
    return execution


def test_a_large_order_is_shipped_once_an_operator_grants_it() -> None:
    with simulate(app, secrets=KEYS) as cloud:
        execution = large(cloud)
        assert cloud.http.post("/orders/1/approval", json={"granted": True}).status == 401
        cloud.advance(timedelta(days=1))
        assert cloud.calls(ship) == []
        assert cloud.http.post("/orders/1/approval", json={"granted": True}, headers=OPERATOR).status == 202
        cloud.advance(timedelta(minutes=30))
        assert execution.result() == "label of 1"
        assert cloud.calls(refund) == []


def test_a_large_order_is_paid_back_where_an_operator_refuses_it() -> None:
    with simulate(app, secrets=KEYS) as cloud:
        execution = large(cloud)
        cloud.http.post("/orders/1/approval", json={"granted": False}, headers=OPERATOR)
        cloud.run()
        with pytest.raises(Rejected):
            execution.result()
        assert (len(cloud.calls(refund)), cloud.calls(ship)) == (1, [])


def test_a_large_order_is_paid_back_where_nobody_answers_for_two_days() -> None:
    with simulate(app) as cloud:
        execution = large(cloud)
        cloud.advance(timedelta(days=2))
        assert execution.error is not None and execution.error.type == "TimeoutError"
        assert (len(cloud.calls(refund)), cloud.calls(ship)) == (1, [])


@explore(app, examples=100)
def test_no_order_is_lost_whatever_goes_wrong(cloud: Simulation) -> None:
    orders.send_all([order("1"), order("2")])
    cloud.run()
    cloud.advance(timedelta(minutes=40))
    done = {one.id for one in cloud.executions(fulfil) if one.status() != "running"}
    given_up = {letter.body["id"] for letter in cloud.dead_letters(orders)}
    assert done | given_up == {"1", "2"}
    assert {call.body["order"] for call in cloud.calls(ship)} == {
        one.id for one in cloud.executions(fulfil) if one.status() == "completed"
    }
