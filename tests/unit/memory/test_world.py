"""The clock and the main loop, through the verbs of the simulator."""

from datetime import UTC, datetime, timedelta

import pytest

from cloudless import App, Message, Retry
from cloudless.errors import HistoryOverflow, InvalidArgument, NeverQuiet
from cloudless.testing import simulate

app = App("world")
numbers = app.queue("numbers", int, retry=Retry(attempts=4, delay=timedelta(minutes=1)), max_delay=timedelta(days=30))
echoes = app.queue("echoes", int)
order: list[int] = []


@numbers.consumer
def take(message: Message[int]) -> None:
    order.append(message.body)
    if message.body < 0:
        raise ConnectionError("negative")


@echoes.consumer(recursive=True)
def echo(number: int) -> None:
    echoes.send(number + 1)


def test_run_goes_as_far_as_back_off_needs() -> None:
    with simulate(app) as cloud:
        numbers.send(-1)
        cloud.run()
        assert [call.at - cloud.calls(take)[0].at for call in cloud.calls(take)] == [
            timedelta(0),
            timedelta(minutes=1),
            timedelta(minutes=3),
            timedelta(minutes=7),
        ]


def test_run_does_not_run_into_a_delay() -> None:
    with simulate(app) as cloud:
        began = cloud.now
        numbers.send(1, delay=timedelta(days=30))
        cloud.run()
        assert (cloud.calls(take), cloud.now) == ([], began)
        cloud.advance(timedelta(days=30))
        assert len(cloud.calls(take)) == 1


def test_a_delayed_message_arrives_at_its_time_and_not_before() -> None:
    with simulate(app) as cloud:
        numbers.send(1, delay=timedelta(seconds=90))
        cloud.advance(timedelta(seconds=89, microseconds=999_999))
        assert cloud.calls(take) == []
        cloud.advance(timedelta(microseconds=1))
        assert len(cloud.calls(take)) == 1


def test_run_until_stops_at_the_first_moment_that_fits() -> None:
    with simulate(app) as cloud:
        numbers.send(-1)
        cloud.run_until(lambda: len(cloud.calls(take)) == 2)
        assert cloud.now == datetime(2026, 1, 2, 12, 1, tzinfo=UTC)


def test_run_until_gives_up_after_its_limit() -> None:
    with simulate(app) as cloud, pytest.raises(NeverQuiet, match="within 0:00:10 of virtual time"):
        cloud.run_until(lambda: False, limit=timedelta(seconds=10))


def test_time_does_not_go_backwards() -> None:
    with simulate(app) as cloud, pytest.raises(InvalidArgument, match="forward only"):
        cloud.advance(timedelta(seconds=-1))


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="aware"), simulate(app, start=datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_a_world_that_never_goes_quiet_says_who_keeps_it_busy() -> None:
    with simulate(app) as cloud:
        echoes.send(0)
        with pytest.raises(NeverQuiet, match=r"echo got a message of echoes[\s\S]*echo sent to echoes"):
            cloud.run()


def seen(seed: int) -> list[int]:
    order.clear()
    with simulate(app, seed=seed) as cloud:
        numbers.send_all(range(10))
        cloud.run()
    return list(order)


def test_the_seed_decides_the_order_and_equal_seeds_give_equal_runs() -> None:
    assert seen(1) == seen(1)
    assert sorted(seen(1)) == list(range(10))
    assert len({tuple(seen(seed)) for seed in range(10)}) > 5


def test_lists_that_would_be_incomplete_are_refused() -> None:
    with simulate(app, history=10) as cloud:
        numbers.send_all(range(10))
        cloud.run()
        with pytest.raises(HistoryOverflow, match="only the last are kept"):
            cloud.calls(take)


def test_ids_and_times_of_a_simulation_are_reproducible() -> None:
    def ids() -> list[str]:
        with simulate(app, seed=7):
            return [numbers.send(n) for n in range(3)]

    assert ids() == ids()
