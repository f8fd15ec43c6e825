"""The harness itself: the emulators answer, the function server serves, and a real push goes through it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from providers.gcp.tests.broker import Broker
from providers.gcp.tests.emulators import eventually, function
from providers.gcp.tests.pubsubmodel import HttpEndpoint, PubsubMessage, Settings, Subscription, push_body
from tests.virtual import World

FUNCTION = """
import json, os, pathlib
log = pathlib.Path(os.environ["LOG"])
def receive(request):
    with log.open("a") as stream:
        stream.write(json.dumps(request.get_json()) + "\\n")
    data = request.get_json()["message"]["data"]
    if data == "Y3Jhc2g=" and len(log.read_text().splitlines()) == 1:
        os._exit(9)
    if len(log.read_text().splitlines()) == 1:
        raise ConnectionError("first time")
    return "", 204
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    main = tmp_path / "main.py"
    main.write_text(FUNCTION)
    return main


def requests(tmp_path: Path) -> list[dict[str, Any]]:
    log = tmp_path / "log"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def test_the_emulator_pushes_what_the_model_pushes_and_again_after_an_exception(
    broker: Broker, source: Path, tmp_path: Path
) -> None:
    """The one test that waits for real: the emulator has no clock of its own to turn, and retries each second."""
    name = broker.subscription("orders")
    with function(source, {"LOG": str(tmp_path / "log")}) as server:
        topic = broker.make_queue("orders", push_config={"push_endpoint": f"{server.url}/"})
        broker.publish(topic, b"{}", {"region": "eu"})
        assert eventually(lambda: len(requests(tmp_path)) == 2)
        broker.subscriber.delete_subscription(subscription=name)
    ours = json.loads(push_body(PubsubMessage("1", b"{}", {"region": "eu"}), name, None))
    assert shape(requests(tmp_path)[0]) == shape(ours)


def test_the_model_pushes_to_a_function_and_again_after_its_exception(source: Path, tmp_path: Path) -> None:
    with function(source, {"LOG": str(tmp_path / "log")}) as server:
        subscription = pushed_to(server.url, b"{}")
    assert [push.status for push in subscription.pushes] == [500, 204]
    assert [request["deliveryAttempt"] for request in requests(tmp_path)] == [1, 2]


def test_a_function_that_dies_is_a_failed_push_and_is_replaced(source: Path, tmp_path: Path) -> None:
    with function(source, {"LOG": str(tmp_path / "log")}) as server:
        subscription = pushed_to(server.url, b"crash")
    assert [push.status for push in subscription.pushes] == [503, 204]


def shape(request: Any) -> Any:
    if not isinstance(request, dict):
        return type(request)  # pyright: ignore[reportUnknownVariableType]
    return {key: shape(value) for key, value in request.items()}  # pyright: ignore[reportUnknownVariableType]


def test_firestore_answers(firestore: str, project: str) -> None:
    from http.client import HTTPConnection

    connection = HTTPConnection(firestore, timeout=10)
    connection.request("GET", f"/v1/projects/{project}/databases/(default)/documents/leases/none")
    with connection.getresponse() as response:
        assert response.status == 404
    connection.close()


def pushed_to(url: str, data: bytes) -> Subscription:
    settings = Settings("projects/p/subscriptions/orders", dead_letter_topic="projects/p/topics/dead")
    subscription = Subscription(settings, HttpEndpoint(url))
    world = World(subscription)
    subscription.accept(PubsubMessage("1", data, published_us=world.now_us), world.now_us)
    world.run()
    return subscription
