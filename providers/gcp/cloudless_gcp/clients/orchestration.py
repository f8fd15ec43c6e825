"""The orchestration driver over Workflows, for who may ask it; those who may not have the broker do so (brokered.py).

Workflows knows no ids of ours: see start.py, where they are kept. Events are the broker's.
"""

from __future__ import annotations

import time
from collections import Counter
from heapq import nlargest

from cloudless.codec import dump, load
from cloudless.driver.orchestration import (
    CANCELLED,
    RUNNING,
    Entry,
    RemoteOrchestrations,
    Snapshot,
    digest,
    input_of,
    taken,
)
from cloudless.errors import NotFound, Unavailable
from cloudless_gcp.clients.denied import Grant, needing
from cloudless_gcp.clients.execution import NATIVE, id_of, is_taken, snapshot_of, status_of
from cloudless_gcp.clients.history import entries
from cloudless_gcp.clients.start import Start
from cloudless_gcp.moment import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Status
    from cloudless.message import Envelope
    from cloudless_gcp.clients.broker import BrokerClient
    from cloudless_gcp.clients.execution import Told
    from cloudless_gcp.clients.start import Starts
    from cloudless_gcp.clients.workflows import Workflows

ARGUMENT_MAX = 32_000
"""Bytes of an execution's argument; Workflows takes 32 KB. What is longer, the broker tells it.

https://cloud.google.com/workflows/quotas#resource_limits
"""
STARTING_S = 60.0
"""After which a start that created nothing is taken for dead."""
LOOKS = 6
PAUSE_S = 0.1
"""Before the second look at an execution that is to end; twice as long before each further one."""


class WorkflowsOrchestrations(RemoteOrchestrations):
    """See `cloudless.driver.orchestration.OrchestrationDriver` and `Pinning`. Safe from several threads.

    starts: where ids are kept.
    """

    provider = "gcp"

    __slots__ = ("_broker", "_now_s", "_starts", "_workflows")

    def __init__(self, workflows: Workflows, starts: Starts, broker: BrokerClient) -> None:
        self._workflows = workflows
        self._starts = starts
        self._broker = broker
        self._now_s = starts.now_s

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        self._workflows.name(orchestration, "start")
        wanted = Start(orchestration, execution, digest(call.body), input_of(call), self._now_s())
        with needing(self._kept("start", orchestration, "create")):
            found = self._starts.claim(wanted, self._is_over)
        if found.digest != wanted.digest:
            raise taken(orchestration, execution)
        if found.id or found.is_settled:
            return
        what = f"starting execution {execution!r} of {orchestration!r}"
        created = self._workflows.create(orchestration, _argument(found), what)
        with needing(self._kept("start", orchestration, "update")):
            self._starts.note(found, created)

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        found = self._known(orchestration, execution)
        if found.cancelled_s:
            return Snapshot(CANCELLED, found.started_s, found.cancelled_s)
        if not found.id:
            return Snapshot(RUNNING, found.started_s)
        return snapshot_of(self._told(found), orchestration)

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        found = self._known(orchestration, execution)
        if found.cancelled_s:
            return _cancelled(found)
        if not found.id:
            return []
        told = self._told(found)
        what = f"reading the history of execution {execution!r} of {orchestration!r}"
        steps = self._workflows.steps(orchestration, found.id, what)
        return entries(orchestration, told, load(found.input).get("args"), steps)

    def cancel(self, orchestration: str, execution: str) -> None:
        found = self._known(orchestration, execution)
        if not found.is_settled:
            with needing(self._kept("control", orchestration, "update")):
                found = self._starts.cancel(orchestration, execution) or found
        if not found.id or not self.stop(orchestration, found.id) or found.cancelled_s:
            return
        for attempt in range(LOOKS):
            if status_of(self._told(found)) != RUNNING:
                return
            time.sleep(PAUSE_S * 2**attempt)
        raise Unavailable(f"execution {execution!r} was told to end, and still runs: it is safe to cancel it again")

    def stop(self, orchestration: str, native: str) -> bool:
        """Have an execution end by its id of Workflows; whether it was there to be told so."""
        return self._workflows.stop(orchestration, native)

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        found: list[Told] = []
        for state in NATIVE[status] if status else ("",):
            found += self._latest(orchestration, state, limit)
        latest = nlargest(len(found), found, key=_created_s)
        return list(dict.fromkeys(id_of(one) for one in latest))[:limit]

    def running(self, orchestration: str) -> Mapping[str, int]:
        """See driver.orchestration.Pinning. The source of each revision that runs says which definition it is."""
        revisions: Counter[str] = Counter()
        for state in NATIVE[RUNNING]:
            listed = self._workflows.listed(orchestration, state)
            revisions.update(one.get("workflowRevisionId", "") for one in listed)
        found: Counter[str] = Counter()
        for revision, number in revisions.items():
            found[self._workflows.definition(orchestration, revision)] += number
        return dict(found)

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        self._broker.send(orchestration, execution, event, message)

    def native(self, orchestration: str) -> Any:
        """Full name of the workflow, for `google.cloud.workflows.executions_v1`, or any other client."""
        return self._workflows.name(orchestration, "native")

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _known(self, orchestration: str, execution: str) -> Start:
        self._workflows.name(orchestration, "control")
        with needing(self._kept("control", orchestration, "get")):
            found = self._starts.find(orchestration, execution)
        if found is None or (not found.id and not found.is_settled and self._now_s() - found.started_s > STARTING_S):
            raise NotFound(f"orchestration {orchestration!r} has no execution {execution!r}")
        return found

    def _told(self, found: Start) -> Told:
        what = f"asking for execution {found.execution!r} of {found.orchestration!r}"
        try:
            return self._workflows.execution(found.orchestration, found.id, what)
        except NotFound as problem:  # kept for 90 days after its end
            text = f"orchestration {found.orchestration!r} has no execution {found.execution!r} any more"
            raise NotFound(text) from problem

    def _is_over(self, found: Start) -> bool:
        """Whether an execution of long ago has ended."""
        try:
            return bool(found.cancelled_s) or not found.id or status_of(self._told(found)) != RUNNING
        except NotFound:
            return True

    def _latest(self, orchestration: str, state: str, limit: int) -> list[Told]:
        """The latest of one state, "" for any, the latest created first, as many as have different ids."""
        found: list[Told] = []
        ids: set[str] = set()
        for one in self._workflows.listed(orchestration, state):
            if id_of(one) and not is_taken(one):
                found.append(one)
                ids.add(id_of(one))
            if len(ids) == limit:
                break
        return found

    def _kept(self, verb: str, orchestration: str, operation: str) -> Grant:
        """What looking into the documents of ids needs, or writing them."""
        action = f"datastore.entities.{operation}"
        return Grant(verb, "orchestration", orchestration, action, self._starts.database)


def _argument(start: Start) -> str:
    """What Workflows is given: the arguments only where there is room."""
    given = {"id": start.execution, **load(start.input)}
    text = dump(given)
    if len(text.encode()) > ARGUMENT_MAX:
        text = dump({name: value for name, value in given.items() if name != "args"})
    return text


def _cancelled(start: Start) -> list[Entry]:
    """What happened to an execution that never began."""
    name, args = start.orchestration, load(start.input).get("args")
    return [Entry(start.started_s, "started", name, value=args), Entry(start.cancelled_s, CANCELLED, name)]


def _created_s(told: Told) -> float:
    return seconds_of(told["createTime"])
