"""What is Google's own about deliveries; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from cloudless.conformance.apps import queues as app
from providers.gcp.tests.deployment import Deployment, Functions, deployed
from providers.gcp.tests.emulators import eventually
from providers.gcp.tests.pubsubmodel.subscription import US


@pytest.fixture
def deployment(pubsub: str, firestore: str, handlers: Functions) -> Iterator[Deployment]:
    with deployed("cloudless.conformance.apps.queues:app", handlers) as deployment:
        yield deployment


def gaps_s(deployment: Deployment, source: str) -> list[float]:
    return [(later.at_us - earlier.at_us) / US for earlier, later in pairwise(deployment.subscriptions[source].pushes)]


def test_google_waits_as_the_retry_says(deployment: Deployment) -> None:
    app.jobs.send({"do": ["raise"]})
    app.steady.send({"do": ["raise"]})
    app.lossy.send({"do": ["raise"]})
    deployment.run()
    assert gaps_s(deployment, "jobs") == [2, 4]
    assert gaps_s(deployment, "steady") == [3, 3, 3]
    assert gaps_s(deployment, "lossy") == [0]


def test_a_function_that_always_crashes_never_meets_the_services_own_dead_letter_policy(
    deployment: Deployment,
) -> None:
    """That stands one delivery behind ours."""
    app.jobs.send({"do": ["crash"]})
    deployment.run()
    assert [push.status for push in deployment.subscriptions["jobs"].pushes] == [503, 503, 503, 204]


def test_the_emulators_own_push_is_handled_and_acknowledged(deployment: Deployment, handlers: Functions) -> None:
    """No model in between: Google's emulator speaks to Google's function server."""
    broker = deployment.broker
    pushed, topic = broker.subscription("pushed"), broker.topic("texts")
    push = {"push_endpoint": f"{handlers.url}/texts"}
    broker.subscriber.create_subscription(request={"name": pushed, "topic": topic, "push_config": push})
    app.texts.send('\x00 é 漢 🜁 " \\ <>& \u2028')
    assert eventually(lambda: bool(deployment.journal()))
    broker.subscriber.delete_subscription(subscription=pushed)
    assert deployment.journal()[0]["text"] == '\x00 é 漢 🜁 " \\ <>& \u2028'
