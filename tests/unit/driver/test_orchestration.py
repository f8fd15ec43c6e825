"""What drivers of orchestrations share, whose executions run elsewhere."""

from __future__ import annotations

import pytest

from cloudless.codec import load
from cloudless.driver.orchestration import COMPLETED, RUNNING, RemoteOrchestrations, Snapshot, input_of
from cloudless.errors import UnsupportedError
from cloudless.message import Envelope


class Acme(RemoteOrchestrations):
    provider = "acme"

    def __init__(self) -> None:
        self.statuses = [Snapshot(RUNNING, 1), Snapshot(COMPLETED, 1, 2)]

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        return self.statuses.pop(0)


def test_nobody_carries_out_an_execution_in_his_own_process() -> None:
    with pytest.raises(UnsupportedError, match=r"acme: an execution of 'fulfil' .* start it, fulfil\.start"):
        Acme().run("fulfil", Envelope("c-1", "{}"))


def test_whoever_waits_asks_until_it_has_ended() -> None:
    assert Acme().wait("fulfil", "7", None).status == COMPLETED
    assert Acme().wait("fulfil", "7", 0).status == RUNNING


def test_an_execution_knows_its_arguments_and_where_it_comes_from() -> None:
    given = load(input_of(Envelope("c-1", '{"total": 3}', sent_s=5, trace="4bf9", correlation="x")))
    assert given == {"args": {"total": 3}, "from": {"id": "c-1", "trace": "4bf9", "correlation": "x", "sent": 5}}
    assert load(input_of(Envelope("c-2", "{}")))["from"]["correlation"] == "c-2"
