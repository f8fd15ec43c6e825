"""Delays on somebody else's Cloud Tasks, in real time, and what it says of requests beside our model.

Its differences from the model stand in a table, each with a row that shows it.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cloudless.message import Envelope
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.discovery import call_of, problems
from providers.gcp.tests.emulators import eventually
from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.iam import Identities, metadata
from providers.gcp.tests.tasks import Tasks, emulated
from tests import tools
from tests.hosting.loopback import Loopback
from tests.virtual import START_US

PLACE = "projects/shop-1/locations/europe-west1"
QUEUE = f"{PLACE}/queues/shop-prod-orders"
ACCOUNT = "take@shop-1.iam.gserviceaccount.com"
URL = "https://pubsub.googleapis.com/v1/projects/shop-1/topics/orders:publish"
CREATE = "projects.locations.queues.tasks.create"
SLACK_S = 0.2
"""The emulator looks every tenth of a second."""


@pytest.fixture(scope="module")
def url(pubsub_host: str) -> Iterator[str]:
    """Where the emulator speaks REST."""
    port = tools.free_port()
    python, front = tools.require("gcloud-tasks-emulator"), Path(emulated.__file__)
    with tools.serve([python, "-P", front, str(port), pubsub_host], port=port) as server:
        yield server.url


def post(url: str, path: str, body: Any) -> int:
    """The status of the answer."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("POST", f"/v2/{path}", json.dumps(body), {"Content-Type": "application/json"})
    with connection.getresponse() as answer:
        answer.read()
    connection.close()
    return answer.status


@pytest.fixture
def cloud(url: str, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleCloud]:
    """A function's, whose requests go to the emulator."""
    place = f"projects/{project}/locations/europe-west1"
    account = f"take@{project}.iam.gserviceaccount.com"
    delay = {"queue": f"{place}/queues/orders", "topic": f"projects/{project}/topics/orders", "account": account}
    assert post(url, f"{place}/queues", {"name": delay["queue"]}) == 200
    with Loopback() as door:
        door.serve(metadata(Identities(), account, project=project, number="1", region="europe-west1"))
        monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{door.port}")
        monkeypatch.setenv("CLOUDLESS_GOOGLE_ENDPOINT", url)
        monkeypatch.setenv("K_SERVICE", "take")
        facts = {"queues": {"orders": delay["topic"]}, "delays": {"orders": delay}}
        opened = GoogleCloud({"project": project, "region": "europe-west1", **facts}, time.time)
        yield opened
        opened.close()


def test_a_delayed_message_comes_when_it_is_due(broker: Broker, cloud: GoogleCloud) -> None:
    broker.make_queue("orders")
    begun_s = time.time()
    message = Envelope("0" * 32, '{"text": "é 漢"}', sent_s=begun_s, attributes={"region": "eu"}, delay_s=1.5)
    assert cloud.queues.send("orders", [message]) == []
    taken: list[Any] = []
    assert eventually(lambda: bool(taken.extend(broker.take("orders")) or taken))
    assert time.time() - begun_s >= 1.5 - SLACK_S
    assert taken[0].data.decode() == message.body
    assert taken[0].attributes["region"] == "eu"


def request(**changes: Any) -> dict[str, Any]:
    token = {"oauthToken": {"serviceAccountEmail": ACCOUNT}}
    return {"httpRequest": {"url": URL, "body": b64encode(b"{}").decode(), **token, **changes}}


def later(seconds: int) -> str:
    return datetime.fromtimestamp(START_US / 1_000_000 + seconds, UTC).isoformat().replace("+00:00", "Z")


TAKEN: list[dict[str, Any]] = [
    request(),
    request(httpMethod="POST", headers={"Content-Type": "application/json"}),
    {**request(), "scheduleTime": later(60)},
    {**request(), "scheduleTime": "2026-01-02T13:00:00.123456Z"},
    {**request(), "scheduleTime": "2026-01-02T14:00:00+01:00"},
    {**request(), "dispatchDeadline": "15s"},
    {**request(), "name": f"{QUEUE}/tasks/{'a' * 32}"},
]
REFUSED: list[dict[str, Any]] = [
    {**request(), "strange": 1},
    request(strange=1),
    request(httpMethod="SEND"),
    request(headers=["Content-Type"]),
    request(oauthToken={"account": ACCOUNT}),
    {**request(), "scheduleTime": "tomorrow"},
    {**request(), "scheduleTime": 1_767_355_200},
    {**request(), "dispatchDeadline": "a while"},
]
DIFFERENT: dict[str, dict[str, Any]] = {
    "it takes times that are more than 30 days ahead": {**request(), "scheduleTime": later(31 * 86_400)},
    "it takes deadlines that nobody may have": {**request(), "dispatchDeadline": "1s"},
    "it takes accounts of other projects": request(
        oauthToken={"serviceAccountEmail": "a@other.iam.gserviceaccount.com"}
    ),
    "it gives access tokens to anybody": request(url="https://127.0.0.1:9"),
    "it takes bodies that are no base64": request(body="no base64: é"),
    "it takes names that nobody may have": {**request(), "name": f"{QUEUE}/tasks/a.b"},
    "it takes fields by the names of their messages": {**request(), "schedule_time": later(60)},
}
"""What the model refuses and the emulator takes, and why."""


def is_taken(task: dict[str, Any]) -> bool:
    """Whether discovery documents and the model take a task."""
    tasks = Tasks(lambda: START_US)
    tasks.call("projects.locations.queues.create", {"parent": PLACE}, {"name": QUEUE})
    call = call_of("cloudtasks", CREATE, {"parent": QUEUE}, {"task": task})
    if problems(call):
        return False
    try:
        tasks.call(call.method, call.params, call.body)
    except ApiError:
        return False
    return True


@pytest.fixture(scope="module")
def queue(url: str) -> str:
    assert post(url, f"{PLACE}/queues", {"name": QUEUE}) == 200
    return QUEUE


@pytest.mark.parametrize("task", TAKEN)
def test_both_take_it(url: str, queue: str, task: dict[str, Any]) -> None:
    assert is_taken(task)
    assert post(url, f"{queue}/tasks", {"parent": queue, "task": task}) == 200


@pytest.mark.parametrize("task", REFUSED)
def test_both_refuse_it(url: str, queue: str, task: dict[str, Any]) -> None:
    assert not is_taken(task)
    assert post(url, f"{queue}/tasks", {"parent": queue, "task": task}) == 400


@pytest.mark.parametrize("why", DIFFERENT)
def test_a_known_difference_is_still_there(url: str, queue: str, why: str) -> None:
    assert not is_taken(DIFFERENT[why])
    assert post(url, f"{queue}/tasks", {"parent": queue, "task": DIFFERENT[why]}) == 200


def test_it_makes_a_second_task_of_one_name(url: str, queue: str) -> None:
    task = {**request(), "name": f"{queue}/tasks/twice", "scheduleTime": later(60)}
    assert [post(url, f"{queue}/tasks", {"parent": queue, "task": task}) for _ in range(2)] == [200, 200]
    tasks = Tasks(lambda: START_US)
    tasks.call("projects.locations.queues.create", {"parent": PLACE}, {"name": queue})
    tasks.call(CREATE, {"parent": queue}, {"task": task})
    with pytest.raises(ApiError, match="ALREADY_EXISTS"):
        tasks.call(CREATE, {"parent": queue}, {"task": task})
