"""What is due, delayed or scheduled, where Google's accounts and clocks are not as one would like them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from cloudless.conformance.apps import queues
from cloudless.conformance.suite import notes
from providers.gcp.tests.deployment import Stages
from providers.gcp.tests.running import Running
from tests.hosting.stage import deployed
from tests.virtual import US

QUEUES, SCHEDULES = "cloudless.conformance.apps.queues:app", "cloudless.conformance.apps.schedules:app"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@contextmanager
def gone(running: Running, email: str) -> Generator[None]:
    """Within the block there is no such account, nor is it a member of anything."""
    google, member = running.google, f"serviceAccount:{email}"
    account, members = google.accounts.pop(email), [one for one in google.iam.members if one.member == member]
    google.iam.remove(member=member)
    try:
        yield
    finally:
        google.accounts[email] = account
        for one in members:
            google.iam.add(one.resource, one.role, one.member, one.condition)


def test_what_was_delayed_comes_though_whoever_sent_it_is_gone(stages: Stages) -> None:
    with deployed(stages, QUEUES) as stage:
        queues.late.send({"n": 1}, delay=HOUR)
        sent = [one for one in stage.running.gateway.requests if one.method.endswith(".tasks.create")]
        (sender,) = {one.member.removeprefix("serviceAccount:") for one in sent}
        with gone(stage.running, sender):
            stage.advance(HOUR + SECOND)
        assert [note["body"] for note in notes(stage, "take_late")] == [{"n": 1}]
        assert stage.running.google.tasks.waiting == []


def test_what_is_due_waits_while_its_destinations_account_is_gone(stages: Stages) -> None:
    """As what is new there may be for some minutes."""
    with deployed(stages, QUEUES) as stage:
        queues.late.send({"n": 1}, delay=HOUR)
        with gone(stage.running, stage.addresses["delays"]["late"]["account"]):
            stage.advance(HOUR + 5 * SECOND)
        assert notes(stage, "take_late") == []
        stage.advance(timedelta(minutes=1))
        assert [note["body"] for note in notes(stage, "take_late")] == [{"n": 1}]


@pytest.mark.parametrize("early", [0.2 * SECOND, 2 * SECOND])
def test_each_due_time_runs_once_and_not_before_though_ticks_are_early(stages: Stages, early: timedelta) -> None:
    with deployed(stages, SCHEDULES) as stage:
        scheduler = stage.running.google.scheduler
        scheduler.early_us = round(early.total_seconds() * US)
        try:
            stage.advance(6 * HOUR - SECOND / 10)
            assert stage.journal() == []
            stage.advance(7 * HOUR)
            assert [note["due"][11:16] for note in notes(stage, "quarterly")] == ["18:00", "00:00"]
        finally:
            scheduler.early_us = 0
