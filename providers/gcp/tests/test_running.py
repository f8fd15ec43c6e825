"""The stand itself: a build that lacks something does not pass, and things happen in the order of their time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.conformance.harness import START
from providers.gcp.tests.deployment import built_app
from providers.gcp.tests.running import Ground, Running

Document = dict[str, Any]
Start = Callable[..., Running]
QUEUES = "cloudless.conformance.apps.queues:app"
OVERLAPS = "cloudless.conformance.apps.overlaps:app"


@pytest.fixture
def start(ground: Ground, tmp_path: Path) -> Iterator[Start]:
    """Builds an application, changes its document, and runs it."""
    begun: list[Running] = []

    def start(entry: str, change: Callable[[Document], None] = lambda document: None) -> Running:
        built = built_app(entry, tmp_path)
        built.change(change)
        project = built.stage.settings["project"]
        running = Running(
            built.build, tmp_path, ground, start=START, env=built.env, project=project, own_packages=False
        )
        begun.append(running)
        return running

    yield start
    for one in begun:
        one.close()


def without(kind: str, role: str) -> Callable[[Document], None]:
    """Take a role's members out of the document, on one kind of resource."""

    def change(document: Document) -> None:
        members: Document = document["resource"][kind]
        gone = [label for label, one in members.items() if one["role"] == role]
        assert gone
        for label in gone:
            del members[label]
        waits: Document = document["resource"].get("time_sleep", {})
        for wait in waits.values():
            triggers: dict[str, str] = wait["triggers"]
            for name, awaited in triggers.items():
                triggers[name] = without_members(awaited, kind, gone)
        for every in document["resource"].values():
            for one in every.values():
                kept = [name for name in one.get("depends_on", []) if name.rpartition(".")[2] not in gone]
                if "depends_on" in one:
                    one["depends_on"] = kept

    return change


def without_members(text: str, kind: str, gone: Sequence[str]) -> str:
    """A list of members that are waited for, as an expression."""
    return re.sub(rf"{kind}\.({'|'.join(map(re.escape, gone))})\.id,? ?", "", text)


def notes(tmp_path: Path, handler: str) -> list[dict[str, Any]]:
    return [note for note in journal.read(tmp_path / "journal") if note["handler"] == handler]


def send(running: Running, queue: str, body: Any) -> None:
    topic = f"projects/{running.google.project}/topics/queues-test-{queue}"
    running.publish(topic, json.dumps(body).encode(), {})


def test_a_build_runs_as_it_is(start: Start, tmp_path: Path) -> None:
    running = start(QUEUES)
    send(running, "jobs", {"then": {"n": 1}})
    running.run()
    assert [note["body"] for note in notes(tmp_path, "follow")] == [{"n": 1}]
    assert list(running.failures()) == []
    members = {made.member for made in running.gateway.requests}
    assert members == {f"serviceAccount:queues-test-work@{running.google.project}.iam.gserviceaccount.com"}


def test_a_role_that_a_function_lacks_is_missed(start: Start, tmp_path: Path) -> None:
    running = start(QUEUES)
    member = f"serviceAccount:queues-test-work@{running.google.project}.iam.gserviceaccount.com"
    topic = f"projects/{running.google.project}/topics/queues-test-followups"
    running.google.iam.remove(resource=topic, role="roles/pubsub.publisher", member=member)
    send(running, "jobs", {"then": {"n": 1}})
    running.run()
    assert notes(tmp_path, "follow") == []
    refused = {(made.member, made.method) for made in running.gateway.requests if made.status == 403}
    assert refused == {(member, f"/v1/{topic}:publish")}


def test_a_function_that_nobody_may_push_to_is_not_called(start: Start, tmp_path: Path) -> None:
    running = start(QUEUES)
    push = running.google.subscriptions[f"projects/{running.google.project}/subscriptions/queues-test-jobs"].push
    assert push is not None
    running.google.iam.remove(role="roles/run.invoker", member=f"serviceAccount:{push.account}")
    send(running, "jobs", {"do": []})
    running.run()
    assert notes(tmp_path, "work") == []
    assert running.calls == []


def test_tokens_that_pushes_lack_are_told_at_once(start: Start) -> None:
    role = "roles/iam.serviceAccountOpenIdTokenCreator"
    with pytest.raises(AssertionError, match="token"):
        start(QUEUES, without("google_service_account_iam_member", role))


def test_dead_letters_are_the_documents(start: Start) -> None:
    def change(document: Document) -> None:
        del document["resource"]["google_pubsub_subscription"]["jobs"]["dead_letter_policy"]

    running = start(QUEUES, change)
    place = f"projects/{running.google.project}/subscriptions/queues-test"
    assert running.subscriptions[f"{place}-jobs"].settings.dead_letter_topic == ""
    assert running.subscriptions[f"{place}-steady"].settings.max_delivery_attempts == 5


def test_what_is_due_comes_in_the_order_of_its_time(start: Start, tmp_path: Path) -> None:
    running = start(OVERLAPS)
    running.advance(timedelta(minutes=3))
    assert [note["handler"] for note in journal.read(tmp_path / "journal")].count("exclusive") == 3
    assert running.now_s() == START.timestamp() + 180
    times = [call.at_s for call in running.calls]
    assert times == sorted(times)
    assert set(times) == {START.timestamp() + 60 * minute for minute in (1, 2, 3)}


def test_nothing_is_due_between_calls_of_advance(start: Start) -> None:
    running = start(OVERLAPS)
    running.run()
    assert running.calls == []
