"""The stand itself: a build that lacks something does not pass, and things happen in the order of their time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.conformance.harness import START
from providers.aws.tests.deployment import built_app
from providers.aws.tests.running import Ground, Running
from providers.aws.tests.store import entry_of
from tests.bridge import Unreadable

Document = dict[str, Any]
Start = Callable[..., Running]
QUEUES = "cloudless.conformance.apps.queues:app"


@pytest.fixture
def start(ground: Ground, tmp_path: Path) -> Iterator[Start]:
    """Builds an application, changes its document, and runs it."""
    begun: list[Running] = []

    def start(entry: str, change: Callable[[Document], None] = lambda document: None) -> Running:
        built = built_app(entry, tmp_path)
        built.change(change)
        running = Running(built.build, tmp_path, ground, start=START, env=built.env, own_packages=False)
        begun.append(running)
        return running

    yield start
    for one in begun:
        one.close()


def without(action: str) -> Callable[[Document], None]:
    """Take an action out of every policy of the document."""

    def change(document: Document) -> None:
        for name, policy in document["locals"].items():
            if name.startswith("policy_"):
                for statement in policy["Statement"]:
                    listed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                    statement["Action"] = [one for one in listed if one != action] or ["sqs:ListQueues"]

    return change


def notes(tmp_path: Path, handler: str) -> list[dict[str, Any]]:
    return [note for note in journal.read(tmp_path / "journal") if note["handler"] == handler]


def send(running: Running, queue: str, body: Any) -> None:
    running.send(f"queues-test-{queue}", entry_of(json.dumps(body), {}, is_fifo=False))


def test_a_build_runs_as_it_is(start: Start, tmp_path: Path) -> None:
    running = start(QUEUES)
    send(running, "jobs", {"then": {"n": 1}})
    running.run()
    assert [note["body"] for note in notes(tmp_path, "follow")] == [{"n": 1}]
    assert list(running.failures()) == []
    assert {made.role.rpartition("/")[2] for made in running.gateway.requests} == {"queues-test-work-us-east-1"}


def test_a_right_that_a_function_lacks_is_missed(start: Start, tmp_path: Path) -> None:
    running = start(QUEUES, without("sqs:SendMessage"))
    send(running, "jobs", {"then": {"n": 1}})
    running.run()
    assert notes(tmp_path, "follow") == []
    assert {(made.operation, made.status) for made in running.gateway.requests} >= {("SendMessageBatch", 403)}


def test_a_right_that_an_event_source_lacks_is_told_at_once(start: Start) -> None:
    with pytest.raises(Unreadable, match="sqs:DeleteMessage"):
        start(QUEUES, without("sqs:DeleteMessage"))


def test_a_right_that_a_schedule_lacks_is_told_at_once(start: Start) -> None:
    with pytest.raises(AssertionError, match="may not send to"):
        start("cloudless.conformance.apps.overlaps:app", without("sqs:SendMessage"))


def test_a_queue_that_hides_for_too_short_is_refused(start: Start) -> None:
    def change(document: Document) -> None:
        document["resource"]["aws_sqs_queue"]["jobs"]["visibility_timeout_seconds"] = 1

    with pytest.raises(Unreadable, match="jobs"):
        start(QUEUES, change)


def test_redrive_is_the_documents(start: Start) -> None:
    def change(document: Document) -> None:
        del document["resource"]["aws_sqs_queue"]["jobs"]["redrive_policy"]

    assert start(QUEUES).sources["queues-test-jobs"].settings.max_receives == 5
    assert start(QUEUES, change).sources["queues-test-jobs"].settings.max_receives == 0


def test_what_is_due_comes_in_the_order_of_its_time(start: Start, tmp_path: Path) -> None:
    running = start("cloudless.conformance.apps.overlaps:app")
    running.advance(timedelta(minutes=3))
    assert [note["handler"] for note in journal.read(tmp_path / "journal")].count("exclusive") == 3
    assert running.now_s() == START.timestamp() + 180
    times = [call.at_s for call in running.calls]
    assert times == sorted(times)
    assert set(times) == {START.timestamp() + 60 * minute for minute in (1, 2, 3)}


def test_nothing_is_due_between_calls_of_advance(start: Start) -> None:
    running = start("cloudless.conformance.apps.overlaps:app")
    running.run()
    assert running.calls == []
