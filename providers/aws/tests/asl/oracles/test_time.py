"""What takes time, takes it: in our model of Step Functions, and in sfnx on our clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloudless.conformance.orchestrations.world import Sent
from providers.aws.tests.asl.oracles import local, modelled, shapes
from providers.aws.tests.asl.oracles.functions import Answer, Answering, Ended, Invocation, raised
from providers.aws.tests.stepfunctions import Jsonata

DECLINED: dict[str, Any] = {"type": "Declined", "mro": ["Declined", "Exception"], "message": "no", "data": {}}


class Pay:
    """Answers with what it is given, after so many seconds; declines what is in `declined`. seen: when what came."""

    def __init__(self, takes_s: float = 5, declined: tuple[Any, ...] = ()) -> None:
        self.seen: list[tuple[float, Any]] = []
        self._takes_s = takes_s
        self._declined = declined

    def __call__(self, invocation: Invocation) -> Answer:
        given = invocation.payload["x"]
        self.seen.append((invocation.at_s or 0, given))
        if given in self._declined:
            raise raised("Declined", DECLINED, self._takes_s)
        return Answer({"v": given}, self._takes_s)


Run = Callable[..., Ended]


@pytest.fixture(params=["model", "sfnx"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a document: (document, input, answering, events)."""
    if request.param == "sfnx":
        return local.run
    engine: Jsonata = request.getfixturevalue("engine")

    def with_engine(document: Any, given: Any, answering: Answering, events: tuple[Sent, ...] = ()) -> Ended:
        return modelled.run(document, given, answering, engine, events)

    return with_engine


@pytest.mark.parametrize(
    ("limit", "began_s", "took_s"), [(0, [0, 0, 0, 0, 0], 5), (1, [0, 5, 10, 15, 20], 25), (2, [0, 0, 5, 5, 10], 15)]
)
def test_branches_run_beside_one_another_as_far_as_the_limit_allows(
    limit: int, began_s: list[float], took_s: float, run: Run
) -> None:
    pay = Pay()
    assert run(shapes.fan_out(limit), {"xs": [1, 2, 3, 4, 5]}, pay) == Ended(
        "SUCCEEDED", {"v": [1, 2, 3, 4, 5]}, took_s=took_s
    )
    assert sorted(pay.seen) == list(zip(began_s, [1, 2, 3, 4, 5], strict=True))


def test_all_branches_settle_and_the_lowest_error_counts(run: Run) -> None:
    pay = Pay(declined=(2, 3))
    ended = run(shapes.fan_out(), {"xs": [1, 2, 3]}, pay)
    assert (ended.status, ended.error, ended.took_s) == ("FAILED", "Declined", 5)
    assert len(pay.seen) == 3


def test_retries_wait_longer_each_time_up_to_the_longest(run: Run) -> None:
    retrier = {"ErrorEquals": ["Declined"], "IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 3}
    pay = Pay(takes_s=1, declined=(1,))
    ended = run(shapes.retried([{**retrier, "MaxDelaySeconds": 10}]), {}, pay)
    assert [at_s for at_s, _ in pay.seen] == [0, 3, 10, 21, 32]
    assert (ended.error, ended.took_s) == ("Declined", 33)


def test_a_call_that_takes_too_long_ends_when_its_time_is_up(run: Run) -> None:
    pay = Pay(takes_s=8)
    retrier = {"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}
    ended = run(shapes.retried([retrier], TimeoutSeconds=7), {}, pay)
    assert [at_s for at_s, _ in pay.seen] == [0, 8]
    assert (ended.error, ended.took_s) == ("States.Timeout", 15)


@pytest.mark.parametrize(
    ("timeout_s", "sent_s", "value", "took_s"),
    [(None, 40, "x", 100), (None, 900, "x", 900), (50, 140, "x", 140), (50, 160, "too late", 150)],
)
def test_an_event_is_taken_when_it_is_there_and_waited_for(
    timeout_s: int | None, sent_s: float, value: str, took_s: float, run: Run
) -> None:
    ended = run(shapes.wait(timeout_s), {}, Pay(), (Sent(sent_s, "other", 1), Sent(sent_s, "go", "x")))
    assert ended == Ended("SUCCEEDED", {"v": value}, took_s=took_s)


def test_what_waits_for_ever_does_not_end(run: Run) -> None:
    assert run(shapes.wait(), {}, Pay()) == Ended("RUNNING")


def test_branches_beside_one_that_waits_for_ever_run(run: Run) -> None:
    waiting = shapes.wait()["States"]["w"]
    branch = {key: waiting[key] for key in ("Type", "Resource", "Arguments")} | {"End": True}
    pay = Pay()
    ended = run(shapes.both(branch, shapes.paid(End=True)), {}, pay)
    assert ended == Ended("RUNNING")
    assert pay.seen == [(0, 1)]


def test_the_time_of_branches_that_fail_is_the_latest_of_all(run: Run) -> None:
    ended = run(shapes.fan_out(), {"xs": [1]}, Pay(declined=(1,)))
    assert ended.took_s == 5
