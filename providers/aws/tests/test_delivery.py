"""What is AWS's own about deliveries; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from cloudless.conformance.apps import ordered, queues
from providers.aws.tests.deployment import Deployment, Region, deployed
from providers.aws.tests.runtimeapi import FunctionFailed
from providers.aws.tests.sqsmodel import Gateway
from providers.aws.tests.sqsmodel.source import US


@pytest.fixture
def deployment(sqs: Gateway, functions: Region) -> Iterator[Deployment]:
    with deployed("cloudless.conformance.apps.queues:app", functions) as deployment:
        yield deployment


def gaps_s(deployment: Deployment, source: str) -> list[float]:
    times = [delivery.at_us / US for delivery in deployment.sources[source].deliveries]
    return [later - earlier for earlier, later in pairwise(times)]


def test_aws_waits_exactly_as_the_retry_says(deployment: Deployment) -> None:
    queues.jobs.send({"do": ["raise"]})
    queues.steady.send({"do": ["raise"]})
    queues.lossy.send({"do": ["raise"]})
    deployment.run()
    assert gaps_s(deployment, "jobs") == [2, 4]
    assert gaps_s(deployment, "steady") == [3, 3, 3]
    assert gaps_s(deployment, "lossy") == [0]


def test_after_a_crash_a_message_waits_for_its_visibility_time_out(deployment: Deployment) -> None:
    queues.jobs.send({"do": ["crash", "return"]})
    deployment.run()
    assert gaps_s(deployment, "jobs") == [deployment.sources["jobs"].settings.visibility_s]


def test_a_function_that_always_crashes_never_meets_the_services_own_redrive(deployment: Deployment) -> None:
    """That stands one delivery behind ours."""
    queues.jobs.send({"do": ["crash"]})
    deployment.run()
    outcomes = [delivery.failed is None for delivery in deployment.sources["jobs"].deliveries]
    assert outcomes == [True, True, True, False]
    [letter] = queues.jobs.dead_letters.peek()
    assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)


def test_a_message_that_no_delivery_ends_is_moved_by_the_services_own_redrive(
    deployment: Deployment, functions: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a function that cannot even start: ours never runs."""

    def cannot_start(event: object) -> None:
        raise FunctionFailed("exited", "no module named main")

    monkeypatch.setattr(functions.function, "invoke", cannot_start)
    queues.jobs.send({"do": ["return"]})
    deployment.run()
    assert len(deployment.sources["jobs"].deliveries) == deployment.sources["jobs"].settings.max_receives
    assert len(queues.jobs.dead_letters.peek()) == 1


def test_an_ordered_queue_hands_out_one_message_a_call(sqs: Gateway, functions: Region) -> None:
    with deployed("cloudless.conformance.apps.ordered:app", functions) as deployment:
        ordered.crates.send_all([{"n": n} for n in range(3)], group="a")
        deployment.run()
        assert [len(one.message_ids) for one in deployment.sources["crates"].deliveries] == [1, 1, 1]
