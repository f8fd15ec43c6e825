from datetime import timedelta

from app import Order, Region, app, customer, mail, orders, pack, repair, report, take, tallies

from cloudless.testing import Simulation, explore, simulate


def order(id: str, region: Region = Region.EU, *, items: int = 1) -> Order:
    return Order(id=id, region=region, items=["book"] * items, total=9.5)


def test_an_order_reaches_both_subscribers_and_the_filter_keeps_mail_from_asia() -> None:
    with simulate(app) as cloud:
        orders.send(order("1"))
        orders.send(order("2", Region.ASIA))
        cloud.run()
        assert {call.body["id"] for call in cloud.calls(pack)} == {"1", "2"}
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


def test_an_order_comes_in_by_http_and_is_packed() -> None:
    with simulate(app) as cloud:
        token = cloud.token(customer, sub="ada", scope="orders:write")
        body = {"id": "1", "region": "eu", "items": ["book"], "total": 9.5}
        assert cloud.http.post("/orders", json=body, token=token).status == 202
        cloud.run()
        assert [call.body["id"] for call in cloud.calls(pack)] == ["1"]


def test_an_order_that_does_not_fit_is_told_field_by_field() -> None:
    with simulate(app) as cloud:
        token = cloud.token(customer, scope="orders:write")
        answer = cloud.http.post("/orders", json={"id": "1", "region": "moon", "items": []}, token=token)
        assert answer.status == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["region", "total"]
        assert cloud.http.post("/orders", json={}).status == 401
        assert cloud.sent(orders) == []


def test_an_operator_sees_what_was_given_up() -> None:
    with simulate(app, secrets={"operator-keys": "old, new"}) as cloud:
        orders.send(order("1", items=0))
        cloud.run()
        answer = cloud.http.get("/orders/failed?limit=5", headers={"X-Api-Key": "new"})
        assert answer.json() == [{"id": "1", "error": "an order needs items"}]
        assert cloud.http.get("/orders/failed?limit=50", headers={"X-Api-Key": "new"}).status == 422


@explore(app, examples=100)
def test_no_order_is_lost_whatever_goes_wrong(cloud: Simulation) -> None:
    orders.send_all([order("1"), order("2")])
    cloud.run()
    packed = {call.body["id"] for call in cloud.calls(pack) if call.outcome == "done"}
    given_up = {letter.body["id"] for source in (orders, pack) for letter in cloud.dead_letters(source)}
    assert packed | given_up == {"1", "2"}
