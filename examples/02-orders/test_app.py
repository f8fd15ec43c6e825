from datetime import timedelta

from app import Order, Region, app, mail, orders, pack, repair, report, take, tallies

from cloudless.testing import simulate


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
