"""replace, fail, crash, takes."""

from datetime import timedelta

import pytest

from cloudless import App, Retry
from cloudless.errors import NotFound, RemoteError
from cloudless.testing import simulate

app = App("doubles")
jobs = app.queue("jobs", int, retry=Retry(attempts=3))
results = app.queue("results", int)


@jobs.consumer(timeout=timedelta(seconds=10))
def work(job: int) -> None:
    results.send(double(job))


@app.function(timeout=timedelta(seconds=5))
def double(number: int) -> int:
    return 2 * number


def test_fail_raises_so_many_times_and_then_lets_the_handler_run() -> None:
    with simulate(app) as cloud:
        cloud.fail(work, ConnectionError("down"), times=2)
        jobs.send(1)
        cloud.run()
        assert [call.outcome for call in cloud.calls(work)] == ["again", "again", "done"]
        assert cloud.sent(results) == [2]


def test_fail_without_times_fails_for_ever() -> None:
    with simulate(app) as cloud:
        cloud.fail(work, ValueError("no"))
        jobs.send_all([1, 2])
        cloud.run()
        assert {letter.error.type for letter in cloud.dead_letters(jobs)} == {"ValueError"}
        assert len(cloud.dead_letters(jobs)) == 2


@pytest.mark.parametrize("seed", range(4))
def test_a_crash_is_reported_to_nobody_and_the_message_comes_again_when_its_lock_ends(seed: int) -> None:
    with simulate(app, seed=seed) as cloud:
        cloud.crash(work)
        jobs.send(1)
        cloud.run()
        first, second = cloud.calls(work)
        assert (first.outcome, second.outcome, second.attempt) == ("crash", "done", 2)
        assert second.at - first.at == timedelta(seconds=60)


def test_a_crash_comes_before_the_effects_or_after_them() -> None:
    def effects(seed: int) -> int:
        with simulate(app, seed=seed) as cloud:
            cloud.crash(work)
            jobs.send(1)
            cloud.run()
            return len(cloud.sent(results))

    assert {effects(seed) for seed in range(10)} == {1, 2}


def test_a_message_that_crashes_every_time_is_a_dead_letter_that_says_so() -> None:
    with simulate(app) as cloud:
        cloud.crash(work, times=3)
        jobs.send(1)
        cloud.run()
        (letter,) = cloud.dead_letters(jobs)
        assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)


def test_takes_moves_the_end_of_a_delivery() -> None:
    with simulate(app) as cloud:
        began = cloud.now
        cloud.takes(work, timedelta(seconds=9))
        jobs.send(1)
        cloud.run()
        assert cloud.now - began == timedelta(seconds=9)


def test_a_handler_that_takes_longer_than_its_time_out_is_given_up() -> None:
    with simulate(app) as cloud:
        cloud.takes(work, timedelta(seconds=11))
        jobs.send(1)
        cloud.run()
        assert [call.outcome for call in cloud.calls(work)] == ["time-out"] * 3
        assert len(cloud.sent(results)) <= 3


def seven(number: int) -> int:
    return 7


def test_replace_stands_in_for_a_function() -> None:
    with simulate(app) as cloud:
        cloud.replace(double, seven)
        assert double.invoke(1) == 7


def test_an_invocation_that_takes_too_long_is_a_time_out_for_its_caller() -> None:
    with simulate(app) as cloud:
        cloud.takes(double, timedelta(seconds=6))
        with pytest.raises(TimeoutError):
            double.invoke(1)


def test_a_function_that_crashes_is_a_remote_error_for_its_caller() -> None:
    with simulate(app) as cloud:
        cloud.crash(double)
        with pytest.raises(RemoteError, match="Crashed"):
            double.invoke(1)


def test_a_handler_of_another_app_is_refused() -> None:
    other = App("other")

    @other.function
    def stranger() -> None: ...

    with simulate(app) as cloud, pytest.raises(NotFound, match="no handler of app 'doubles'"):
        cloud.fail(stranger, ValueError())
