"""Delays across deployments, with the real terraform; and the alert that tells of tasks which cannot be carried out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cloudless import App
from cloudless.ir import Application
from providers.gcp.tests.bridge.alert import METRICS, matches, read
from providers.gcp.tests.compile.documents import document, program, resources, write
from providers.gcp.tests.tasks import Dispatch, Tasks
from tests import tools
from tests.documents import applied
from tests.virtual import US, World

QUEUE, ACCOUNT, SENDS = (
    "google_cloud_tasks_queue.orders",
    "google_service_account.cloudless--delays-orders",
    "google_pubsub_topic_iam_member.cloudless--delays-orders--sends",
)
MADE, GONE = "Creation complete", "Destruction complete"


def shop(sender: str, *, orders: bool = True) -> Application:
    """A handler of that name, which sends to a queue as long as there is one."""
    app = App("shop")
    queue = app.queue("orders" if orders else "parcels", dict[str, int])

    @app.post("/orders", public=True, name=sender)
    def create(order: dict[str, int]) -> None:
        queue.send(order)

    return program(app)


def built(folder: Path, application: Application) -> None:
    write(folder, application)
    (folder / "bundle.tf.json").write_text(json.dumps({"locals": {"bundle": "b.zip", "bundle_sha256": "b.zip"}}))
    (folder / "b.zip").write_bytes(b"")


def test_what_waits_is_published_as_before_when_its_sender_is_renamed(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop("create"))
        made = stage.apply()
        built(tmp_path, shop("accept"))
        done = stage.apply()
    assert made.index(f"{SENDS}: {MADE}") < made.index(f"{QUEUE}: {MADE}")
    assert f"google_service_account.create: {GONE}" in done
    assert not [line for line in done if line.startswith((QUEUE, ACCOUNT, SENDS))]


def test_tasks_go_with_their_destination_and_before_their_account(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop("create"))
        stage.apply()
        built(tmp_path, shop("create", orders=False))
        done = stage.apply()
    gone = [done.index(f"{address}: {GONE}") for address in (QUEUE, SENDS, ACCOUNT)]
    assert gone == sorted(gone)


# --- the alert ----------------------------------------------------------------------------------------


def attempts(status: int, minutes: int) -> list[float]:
    """When a task that is always answered so is tried: a queue as a build makes it. Seconds."""
    world = World()
    begun_us, tried = world.now_us, list[float]()
    tasks = Tasks(lambda: world.now_us)
    world.sources.append(tasks)

    def answer(dispatch: Dispatch) -> int:
        tried.append((world.now_us - begun_us) / US)
        return status

    tasks.dispatch, tasks.is_backoff = answer, lambda task: False
    queue = resources(shop("create"), "google_cloud_tasks_queue")["orders"]
    place = "projects/shop-1/locations/europe-west1"
    name, retry = f"{place}/queues/{queue['name']}", queue["retry_config"]
    config = {"maxAttempts": retry["max_attempts"], "maxBackoff": retry["max_backoff"]}
    tasks.call("projects.locations.queues.create", {"parent": place}, {"name": name, "retryConfig": config})
    task = {"httpRequest": {"url": "https://pubsub.googleapis.com/v1/projects/shop-1/topics/orders:publish"}}
    tasks.call("projects.locations.queues.tasks.create", {"parent": name}, {"task": task})
    world.advance(minutes * 60)
    return tried


def policy() -> tuple[Mapping[str, Any], list[Any]]:
    """The condition, and the tests of its filter."""
    (condition,) = document(shop("create"))["resource"]["google_monitoring_alert_policy"]["delays"]["conditions"]
    threshold = condition["condition_threshold"]
    return threshold, read("delays", threshold["filter"])


def windows(times: list[float], minutes: int) -> Iterator[int]:
    """How many of them are in each whole period of five minutes."""
    found = Counter(int(at_s // 300) for at_s in times)
    return (found[at] for at in range(minutes // 5))


def test_a_task_that_is_refused_is_an_incident_for_as_long_as_it_is() -> None:
    threshold, _ = policy()
    assert threshold["aggregations"][0]["alignment_period"] == "300s"
    assert threshold["aggregations"][0]["per_series_aligner"] in METRICS[_metric(threshold["filter"])].aligners
    counted = list(windows(attempts(403, 60), 60))
    assert min(counted) > threshold["threshold_value"], counted


def test_a_task_that_is_carried_out_is_none() -> None:
    assert len(attempts(200, 60)) == 1


@pytest.mark.parametrize(
    ("code", "is_counted"),
    [("200", False), ("OK", False), ("ok", False), ("403", True), ("PERMISSION_DENIED", True), ("503", True)],
)
def test_what_counts_is_whatever_is_no_success(code: str, is_counted: bool) -> None:
    _, tests = policy()
    assert matches(tests, "metric", "response_code")(code) is is_counted
    assert matches(tests, "resource", "queue_id")("shop-prod-orders")
    assert not matches(tests, "resource", "queue_id")("other-prod-orders")


def _metric(text: str) -> str:
    found: list[str] = re.findall(r'metric.type = "([^"]+)"', text)
    return found[0]
