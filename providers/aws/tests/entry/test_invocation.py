"""The time of handlers: who takes too long is ended, as long as Lambda has time for the event."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.runtime.outcome import Overran
from cloudless_aws.runtime import invocation
from cloudless_aws.runtime.invocation import begin, has_time, timed
from cloudless_aws.runtime.queue import consumer
from providers.aws.tests.entry.asking import Context, FakeAws, event_of, facts_of, failed, record
from tests.hosting import trials
from tests.hosting.alarms import own_alarm

SHORT_S = 0.05


@pytest.fixture(autouse=True)
def _event() -> Iterator[None]:
    """An event that Lambda gives time for, in a process whose SIGALRM nobody had before."""
    journal.clear()
    trials.released.clear()
    begin(Context())
    with own_alarm():
        yield
    invocation._alarm.close()


def hang() -> None:
    threading.Event().wait()


def test_the_beginning_of_an_event_is_tried_with_whatever_time_is_left() -> None:
    begin(Context(2 * SHORT_S))
    began = monotonic()
    with pytest.raises(Overran):
        timed(hang, 60)()
    assert monotonic() - began < 2 * SHORT_S


def test_another_handler_begins_only_where_all_of_its_time_is_left() -> None:
    begin(Context(60 + invocation.RESERVE_S + 1))
    assert has_time(60)
    assert not has_time(62)


# --- an event ------------------------------------------------------------------------------------------------


def brief(module: str, cloud: FakeAws, timeout_s: float = SHORT_S) -> Any:
    """A consumer whose handler has little time."""
    facts = facts_of(module)
    return consumer({**facts, "plan": {**facts["plan"], "timeout_s": timeout_s}}, cloud)  # type: ignore[arg-type]


def noted() -> list[Any]:
    return [one["body"]["do"] for one in journal.kept()]


@pytest.mark.parametrize("module", ["on_work", "on_write"])
def test_a_handler_past_its_time_in_the_middle_of_a_batch_is_no_matter_of_the_others(module: str) -> None:
    cloud = FakeAws()
    records = [record({"do": do}, id=id) for id, do in [("a", ""), ("b", "block"), ("c", "")]]
    reply = brief(module, cloud)(event_of(*records), Context())
    assert failed(reply) == ["b"]
    assert noted() == ["", "block", ""]
    assert cloud.queues.hidden == {"receipt-b": 2}


def test_on_the_last_attempt_a_time_out_is_told_by_the_next_delivery() -> None:
    """As where Lambda itself stops a handler: the contract is the same, whoever was faster."""
    cloud = FakeAws()
    reply = brief("on_work", cloud)(event_of(record({"do": "block"}, id="m", receives=3)), Context())
    assert (failed(reply), cloud.queues.sent) == (["m"], [])


def test_messages_that_lambda_has_no_time_for_come_again_uncounted() -> None:
    cloud = FakeAws()
    records = [record({"do": ""}, id=id, receives=2) for id in "abc"]
    reply = brief("on_work", cloud, 60)(event_of(*records), Context(60))
    assert (failed(reply), noted()) == ([], [""]), "the first one is always tried"
    assert [(queue, copy.id, copy.attempt, copy.delay_s) for queue, copy in cloud.queues.sent] == [
        ("jobs", "b", 2, 0),
        ("jobs", "c", 2, 0),
    ]


def test_of_an_ordered_queue_they_keep_their_place() -> None:
    cloud = FakeAws()
    records = [record({"do": ""}, id=id, fifo=True, native={"MessageGroupId": "1"}) for id in "abc"]
    reply = brief("on_sort", cloud, 60)(event_of(*records), Context(60))
    assert (failed(reply), noted(), cloud.queues.sent) == (["b", "c"], [""], [])
    assert cloud.queues.hidden == {"receipt-b": 0, "receipt-c": 0}


def test_a_list_past_its_time_comes_again_as_a_whole() -> None:
    cloud = FakeAws()
    reply = brief("on_enlist", cloud)(event_of(record({"do": "block"}, id="a"), record({"do": ""}, id="b")), Context())
    assert failed(reply) == ["a", "b"]
    [call] = journal.kept()
    assert json.dumps(call["bodies"]) == '[{"do": "block"}, {"do": ""}]'
