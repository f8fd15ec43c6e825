"""What is Azure's own about deliveries; what every cloud keeps is in the conformance suite."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from cloudless.conformance.apps import ordered, queues
from cloudless.driver import Unsent
from cloudless.errors import Unavailable
from cloudless.frontend import compile as to_ir
from cloudless.message import Envelope
from cloudless.passes.plans import plans
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.runtime.queue import batch_consumer, consumer
from providers.azure.tests.deployment import Stage, Stages
from providers.azure.tests.servicebus import Queue
from tests.hosting.stage import deployed

QUEUES = "cloudless.conformance.apps.queues:app"
ORDERED = "cloudless.conformance.apps.ordered:app"


@pytest.fixture
def stage(stages: Stages) -> Iterator[Stage]:
    with deployed(stages, QUEUES) as stage:
        stage.forget_calls()
        yield stage


@pytest.fixture
def ordered_stage(stages: Stages) -> Iterator[Stage]:
    with deployed(stages, ORDERED) as stage:
        stage.forget_calls()
        yield stage


def waits_s(stage: Stage, address: str) -> list[float]:
    times = [call.at_s for call in stage.calls if call.address == address]
    return [round(later - earlier, 2) for earlier, later in pairwise(times)]


def test_retries_wait_as_scheduled_copies_and_each_is_completed(stage: Stage) -> None:
    queues.jobs.send({"do": ["raise"]})
    stage.run()
    assert waits_s(stage, "jobs") == [2, 4]
    assert [(call.deliveries, call.error) for call in stage.calls] == [([1], "")] * 3


def test_a_function_that_always_crashes_never_meets_the_brokers_own_limit(stage: Stage) -> None:
    """That stands behind ours: the delivery after the last one stores the letter, and returns."""
    queues.jobs.send({"do": ["crash"]})
    stage.run()
    calls = [(call.deliveries, bool(call.error)) for call in stage.calls]
    assert calls == [([1], True), ([2], True), ([3], True), ([4], False)]


def give_up(queue: Queue) -> None:
    """Deliver the head until the broker has enough of it."""
    holder, session = object(), queue.free_session()
    if session:
        queue.accept_session(session, holder)
    while taken := queue.take(holder, session):
        assert taken.token
        queue.abandon(taken.token)
    if session:
        queue.leave_session(session, holder)


def test_what_the_broker_gives_up_is_among_our_dead_letters_as_crashed(stage: Stage) -> None:
    id = queues.jobs.send({"n": 1}, attributes={"region": "eu"})
    stage.broker.on_queue("jobs", give_up)
    (letter,) = queues.jobs.dead_letters.peek()
    assert (letter.id, letter.body, letter.attributes) == (id, {"n": 1}, {"region": "eu"})
    assert letter.error.type == "Crashed"
    assert "after 5 delivery attempts" in letter.error.text


def test_what_the_broker_gives_up_on_an_ordered_queue_is_drained_to_our_dead_letters(ordered_stage: Stage) -> None:
    ordered.parcels.send({"n": 1}, group="a")
    ordered_stage.broker.on_queue("parcels", give_up)
    ordered_stage.run()
    (letter,) = ordered.parcels.dead_letters.peek()
    assert (letter.body, letter.group, letter.error.type) == ({"n": 1}, "a", "Crashed")
    assert ordered_stage.broker.stored("parcels/$DeadLetterQueue") == []


def test_a_failed_head_of_an_ordered_queue_is_abandoned_and_comes_at_once(ordered_stage: Stage) -> None:
    ordered.parcels.send({"n": 0, "do": ["raise", "return"], "text": "not yet"}, group="a")
    ordered_stage.run()
    assert waits_s(ordered_stage, "parcels") == [0]
    first, second = ordered_stage.calls
    assert (first.error, second.error) == ("Returned: ConnectionError: not yet", "")
    assert (first.deliveries, second.deliveries) == ([1], [2])


# --- without a host ---------------------------------------------------------------------------------


class Native:
    """A message as the worker library hands it over."""

    delivery_count = 1
    sequence_number = 1
    enqueued_time_utc = datetime(2026, 1, 1, tzinfo=UTC)
    session_id = ""

    def __init__(self, body: str, number: int = 1) -> None:
        self._body = body
        self.message_id = f"{number:032x}"
        self.application_properties: dict[str, Any] = {}

    def get_body(self) -> bytes:
        return self._body.encode()


class Outbox:
    """A queue driver that keeps what is sent, or refuses it."""

    def __init__(self, problem: Unavailable | None = None) -> None:
        self.sent: list[Envelope] = []
        self._problem = problem

    def send(self, queue: str, messages: Sequence[Envelope]) -> list[Unsent]:
        if self._problem:
            return [Unsent(index, self._problem) for index in range(len(messages))]
        self.sent += messages
        return []


class Cloud(AzureCloud):
    def __init__(self, outbox: Outbox) -> None:
        super().__init__({}, lambda: 1_700_000_000)
        self._outbox: Any = outbox

    @property
    def queues(self) -> Any:
        return self._outbox


def facts_of(queue: str, kind: str = "queue") -> dict[str, Any]:
    plan = plans(to_ir(queues.app, entry=QUEUES))[queue]
    return {"app": QUEUES, "kind": kind, "plan": plan.to_json()}


def test_a_copy_that_cannot_be_sent_makes_the_host_abandon() -> None:
    take = consumer(facts_of("jobs"), Cloud(Outbox(Unavailable("Service Bus is away"))))
    with pytest.raises(Unavailable, match="is away"):
        asyncio.run(take(Native('{"do": ["raise"]}')))


def test_a_batch_larger_than_the_handlers_is_cut_and_its_failures_are_copied() -> None:
    outbox = Outbox()
    take = batch_consumer(facts_of("whole", "batch"), Cloud(outbox))
    messages = [Native(f'{{"n": {n}, "fails": {str(n == 1).lower()}}}', n) for n in range(7)]
    asyncio.run(take(messages))
    assert [int(copy.id, 16) for copy in outbox.sent] == [0, 1, 2, 3, 4]
    assert {(copy.attempt, copy.delay_s) for copy in outbox.sent} == {(2, 2)}
