"""What is AWS's own about deliveries; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from cloudless.conformance.apps import ordered, queues
from providers.aws.tests.deployment import Stage, Stages
from providers.aws.tests.lambdas.service import LambdaError
from providers.aws.tests.sqsmodel.source import US
from tests.hosting.stage import deployed


@pytest.fixture
def stage(stages: Stages) -> Iterator[Stage]:
    with deployed(stages, "cloudless.conformance.apps.queues:app") as stage:
        yield stage


def gaps_s(stage: Stage, queue: str) -> list[float]:
    times = [delivery.at_us / US for delivery in stage.source(queue).deliveries]
    return [later - earlier for earlier, later in pairwise(times)]


def test_aws_waits_exactly_as_the_retry_says(stage: Stage) -> None:
    queues.jobs.send({"do": ["raise"]})
    queues.steady.send({"do": ["raise"]})
    queues.lossy.send({"do": ["raise"]})
    stage.run()
    assert gaps_s(stage, "jobs") == [2, 4]
    assert gaps_s(stage, "steady") == [3, 3, 3]
    assert gaps_s(stage, "lossy") == [0]


def test_after_a_crash_a_message_waits_for_its_visibility_time_out(stage: Stage) -> None:
    queues.jobs.send({"do": ["crash", "return"]})
    stage.run()
    assert gaps_s(stage, "jobs") == [stage.source("jobs").settings.visibility_s]


def test_a_function_that_always_crashes_never_meets_the_services_own_redrive(stage: Stage) -> None:
    """That stands one delivery behind ours."""
    queues.jobs.send({"do": ["crash"]})
    stage.run()
    outcomes = [delivery.failed is None for delivery in stage.source("jobs").deliveries]
    assert outcomes == [True, True, True, False]
    [letter] = queues.jobs.dead_letters.peek()
    assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)


def test_a_message_that_no_delivery_ends_is_moved_by_the_services_own_redrive(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a function that cannot even start: ours never runs."""

    def throttled(*call: object) -> None:
        raise LambdaError("TooManyRequestsException", "Rate Exceeded.", 429)

    monkeypatch.setattr(stage.running.functions, "invoke", throttled)
    queues.jobs.send({"do": ["return"]})
    stage.run()
    assert len(stage.source("jobs").deliveries) == stage.source("jobs").settings.max_receives
    assert len(queues.jobs.dead_letters.peek()) == 1


def test_an_ordered_queue_hands_out_one_message_a_call(stages: Stages) -> None:
    with deployed(stages, "cloudless.conformance.apps.ordered:app") as stage:
        ordered.crates.send_all([{"n": n} for n in range(3)], group="a")
        stage.run()
        assert [len(one.message_ids) for one in stage.source("crates").deliveries] == [1, 1, 1]
