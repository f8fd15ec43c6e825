"""The orchestration driver over Workflows; for events, and for functions that may ask nobody else, by the broker.

Workflows knows no ids of ours: see start.py, where they are kept.
https://cloud.google.com/workflows/docs/reference/executions/rest
"""

from __future__ import annotations

import re
import time
from collections import Counter
from heapq import nlargest
from urllib.parse import quote

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
from cloudless.errors import CloudlessError, NotFound, Unavailable
from cloudless_gcp.clients.denied import Grant, address_of, needing
from cloudless_gcp.clients.execution import NATIVE, id_of, is_taken, snapshot_of, status_of
from cloudless_gcp.clients.history import entries
from cloudless_gcp.clients.start import Start
from cloudless_gcp.moment import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Status
    from cloudless.message import Envelope
    from cloudless_gcp.clients.broker import BrokerClient
    from cloudless_gcp.clients.execution import Told
    from cloudless_gcp.clients.rest import Google
    from cloudless_gcp.clients.start import Starts

ARGUMENT_MAX = 32_000
"""Bytes of an execution's argument; Workflows takes 32 KB. What is longer, the broker tells it.

https://cloud.google.com/workflows/quotas#resource_limits
"""
STARTING_S = 60.0
"""After which a start that created nothing is taken for dead."""
LOOKS = 6
PAUSE_S = 0.1
"""Before the second look at an execution that is to end; twice as long before each further one."""
_EXECUTIONS = "https://workflowexecutions.googleapis.com/v1/"
_WORKFLOWS = "https://workflows.googleapis.com/v1/"
_PAGE = 100
_STEPS = 1_000
_DEFINITION = re.compile(r'"definition":\s*"([0-9a-f]{64})"')


class WorkflowsOrchestrations(RemoteOrchestrations):
    """See `cloudless.driver.orchestration.OrchestrationDriver` and `Pinning`. Safe from several threads.

    addresses: full name of the workflow by logical name. starts: where ids are kept.
    """

    provider = "gcp"

    __slots__ = ("_addresses", "_broker", "_google", "_now_s", "_starts")

    def __init__(self, addresses: Mapping[str, str], starts: Starts, broker: BrokerClient, google: Google) -> None:
        self._addresses = addresses
        self._starts = starts
        self._broker = broker
        self._google = google
        self._now_s = starts.now_s

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        workflow = self._workflow(orchestration, "start")
        known = digest(call.body)
        wanted = Start(orchestration, execution, known, input_of(call), self._now_s())
        with needing(
            Grant("start", "orchestration", orchestration, "datastore.entities.create", self._starts.database)
        ):
            found = self._starts.claim(wanted, self._is_over)
        if found.digest != known:
            raise taken(orchestration, execution)
        if found.id or found.is_settled:
            return
        body = {"argument": _argument(found), "executionHistoryLevel": "EXECUTION_HISTORY_BASIC"}
        what = f"starting execution {execution!r} of {orchestration!r}"
        with needing(Grant("start", "orchestration", orchestration, "workflows.executions.create", workflow)):
            made = self._google.call("POST", f"{_EXECUTIONS}{workflow}/executions", body, what)
            self._starts.note(found, made["name"].rpartition("/")[2])

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
        url = f"{_EXECUTIONS}{self._name(found)}/stepEntries?pageSize={_STEPS}"
        what = f"reading the history of execution {execution!r} of {orchestration!r}"
        steps = list(self._pages(url, "stepEntries", self._grant(orchestration, "workflows.stepEntries.list"), what))
        return entries(orchestration, told, load(found.input).get("args"), steps)

    def cancel(self, orchestration: str, execution: str) -> None:
        found = self._known(orchestration, execution)
        if not found.is_settled:
            with needing(self._kept(orchestration, "update")):
                found = self._starts.cancel(orchestration, execution) or found
        if not found.id or not self.stop(orchestration, found.id) or found.cancelled_s:
            return
        for attempt in range(LOOKS):
            if status_of(self._told(found)) != RUNNING:
                return
            time.sleep(PAUSE_S * 2**attempt)
        raise Unavailable(f"execution {execution!r} was told to end, and still runs: it is safe to cancel it again")

    def stop(self, orchestration: str, native: str) -> bool:
        """Have an execution end by its id of Workflows; whether it was there to be told so.

        What Workflows answers for one that ends at this moment, its pages do not say: so we look again.
        """
        if not self._is_running(orchestration, native):
            return False
        url = f"{_EXECUTIONS}{self._workflow(orchestration, 'control')}/executions/{native}:cancel"
        try:
            with needing(self._grant(orchestration, "workflows.executions.cancel")):
                self._google.call("POST", url, {}, f"stopping an execution of {orchestration!r}")
        except CloudlessError:
            if self._is_running(orchestration, native):
                raise
        return True

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        found: list[Told] = []
        for native in NATIVE[status] if status else ("",):
            found += self._latest(orchestration, native, limit)
        latest = nlargest(len(found), found, key=_created_s)
        return list(dict.fromkeys(id_of(one) for one in latest))[:limit]

    def running(self, orchestration: str) -> Mapping[str, int]:
        """See driver.orchestration.Pinning. The source of each revision that runs says which definition it is."""
        revisions: Counter[str] = Counter()
        for native in NATIVE[RUNNING]:
            revisions.update(one.get("workflowRevisionId", "") for one in self._listed(orchestration, native))
        found: Counter[str] = Counter()
        for revision, number in revisions.items():
            found[self._definition(orchestration, revision)] += number
        return dict(found)

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        self._broker.send(orchestration, execution, event, message)

    def native(self, orchestration: str) -> Any:
        """Full name of the workflow, for `google.cloud.workflows.executions_v1`, or any other client."""
        return self._workflow(orchestration, "native")

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    # --- one execution

    def _known(self, orchestration: str, execution: str) -> Start:
        self._workflow(orchestration, "control")
        with needing(self._kept(orchestration, "get")):
            found = self._starts.find(orchestration, execution)
        if found is None or (not found.id and not found.is_settled and self._now_s() - found.started_s > STARTING_S):
            raise NotFound(f"orchestration {orchestration!r} has no execution {execution!r}")
        return found

    def _told(self, found: Start) -> Told:
        what = f"asking for execution {found.execution!r} of {found.orchestration!r}"
        try:
            with needing(self._grant(found.orchestration, "workflows.executions.get")):
                told: Told = self._google.call("GET", f"{_EXECUTIONS}{self._name(found)}?view=FULL", None, what)
        except NotFound as problem:  # kept for 90 days after its end
            text = f"orchestration {found.orchestration!r} has no execution {found.execution!r} any more"
            raise NotFound(text) from problem
        return told

    def _is_running(self, orchestration: str, native: str) -> bool:
        url = f"{_EXECUTIONS}{self._workflow(orchestration, 'control')}/executions/{native}?view=BASIC"
        try:
            with needing(self._grant(orchestration, "workflows.executions.get")):
                told: Told = self._google.call("GET", url, None, f"asking for an execution of {orchestration!r}")
        except NotFound:  # kept for 90 days after its end
            return False
        return status_of(told) == RUNNING

    def _is_over(self, found: Start) -> bool:
        """Whether an execution of long ago has ended."""
        try:
            return bool(found.cancelled_s) or not found.id or status_of(self._told(found)) != RUNNING
        except NotFound:
            return True

    def _name(self, found: Start) -> str:
        return f"{self._workflow(found.orchestration, 'control')}/executions/{found.id}"

    # --- many

    def _latest(self, orchestration: str, native: str, limit: int) -> list[Told]:
        """The latest of one state, "" for any, the latest created first, as many as have different ids."""
        found: list[Told] = []
        ids: set[str] = set()
        for one in self._listed(orchestration, native):
            if id_of(one) and not is_taken(one):
                found.append(one)
                ids.add(id_of(one))
            if len(ids) == limit:
                break
        return found

    def _listed(self, orchestration: str, native: str) -> Iterator[Told]:
        chosen = f"&filter=state%3D%22{native}%22" if native else ""
        workflow = self._workflow(orchestration, "control")
        url = f"{_EXECUTIONS}{workflow}/executions?view=FULL&pageSize={_PAGE}{chosen}"
        what = f"listing executions of {orchestration!r}"
        return self._pages(url, "executions", self._grant(orchestration, "workflows.executions.list"), what)

    def _pages(self, url: str, items: str, grant: Grant, what: str) -> Iterator[Told]:
        page = ""
        while True:
            with needing(grant):
                answer = self._google.call("GET", f"{url}{page}", None, what)
            yield from answer.get(items, ())
            if not answer.get("nextPageToken"):
                return
            page = f"&pageToken={quote(answer['nextPageToken'], safe='')}"

    def _definition(self, orchestration: str, revision: str) -> str:
        """The sha256 of the definition that a revision is of; "" of one that is none of ours."""
        url = f"{_WORKFLOWS}{self._workflow(orchestration, 'control')}?revisionId={quote(revision, safe='')}"
        with needing(self._grant(orchestration, "workflows.workflows.get")):
            told = self._google.call("GET", url, None, f"asking for the definition of {orchestration!r}")
        found = _DEFINITION.search(told.get("sourceContents", ""))
        return found[1] if found else ""

    # --- names

    def _kept(self, orchestration: str, operation: str) -> Grant:
        action = f"datastore.entities.{operation}"
        return Grant("control", "orchestration", orchestration, action, self._starts.database)

    def _grant(self, orchestration: str, action: str) -> Grant:
        workflow = self._workflow(orchestration, "control")
        return Grant("control", "orchestration", orchestration, action, workflow)

    def _workflow(self, orchestration: str, verb: str) -> str:
        return address_of(self._addresses, verb, "orchestration", orchestration)


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
