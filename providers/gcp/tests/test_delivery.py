"""What is Google's own about deliveries; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from cloudless.conformance.apps import queues as app
from providers.gcp.tests.deployment import Stage, Stages
from providers.gcp.tests.emulators import eventually
from tests.hosting.loopback import Loopback
from tests.hosting.stage import deployed
from tests.virtual import US


@pytest.fixture
def stage(stages: Stages) -> Iterator[Stage]:
    with deployed(stages, "cloudless.conformance.apps.queues:app") as stage:
        yield stage


def gaps_s(stage: Stage, source: str) -> list[float]:
    return [(later.at_us - earlier.at_us) / US for earlier, later in pairwise(stage.subscription(source).pushes)]


def test_google_waits_as_the_retry_says(stage: Stage) -> None:
    app.jobs.send({"do": ["raise"]})
    app.steady.send({"do": ["raise"]})
    app.lossy.send({"do": ["raise"]})
    stage.run()
    assert gaps_s(stage, "jobs") == [2, 4]
    assert gaps_s(stage, "steady") == [3, 3, 3]
    assert gaps_s(stage, "lossy") == [0]


def test_a_function_that_always_crashes_never_meets_the_services_own_dead_letter_policy(stage: Stage) -> None:
    """That stands one delivery behind ours."""
    app.jobs.send({"do": ["crash"]})
    stage.run()
    assert [push.status for push in stage.subscription("jobs").pushes] == [503, 503, 503, 204]


def test_the_emulators_own_push_is_handled_and_acknowledged(stage: Stage) -> None:
    """No model in between: Google's emulator speaks to Google's function server."""
    running = stage.running
    place = f"projects/{running.google.project}"
    pushed, topic = f"{place}/subscriptions/pushed", f"{place}/topics/queues-test-texts"
    with Loopback() as front:
        front.serve(lambda request: running.functions.answer("queues-test-take-text", request))
        push = {"topic": topic, "pushConfig": {"pushEndpoint": f"{front.url}/"}}
        running.emulator.ask("PUT", pushed, push)
        app.texts.send('\x00 é 漢 🜁 " \\ <>& \u2028')
        assert eventually(lambda: bool(stage.journal()))
        running.emulator.ask("DELETE", pushed)
    assert stage.journal()[0]["text"] == '\x00 é 漢 🜁 " \\ <>& \u2028'
