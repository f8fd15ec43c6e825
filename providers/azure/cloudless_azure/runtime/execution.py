"""Executions, in the app that runs them: start, ask, cancel, send events, on the extension's local API and the ledger.

An execution is an instance of Durable Functions (names.instance_of). Its status, and what it was started with, are the
extension's to tell. Ids are kept unique by the ledger, since the extension starts an id anew that has ended:

    claim "start/fulfil/order-7", for a minute      Done(digest): the same arguments: nothing to do; others: refused
    is there an instance of that id, that runs or is not 90 days old?     whoever claimed it before us died: as Done
    start the instance                              only while the claim surely holds
    complete, for 90 days, with the digest

Whoever dies in between is followed by the next start of the id, which finds out what has become of it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from heapq import nlargest

from cloudless.codec import dump, load
from cloudless.driver.error import error_of
from cloudless.driver.ledger import Done, Held
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING, STATUSES, digest, taken
from cloudless.errors import InvalidArgument, NotFound, Unavailable
from cloudless.execution import checked_id
from cloudless.runtime.addressee import addressee
from cloudless_azure.names import instance_of, instance_prefix_of
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable_client import Refused, seconds_of
from cloudless_azure.runtime.history import entries, in_order
from cloudless_azure.runtime.purge import KEPT_S, Purge, aside, start_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Status
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless_azure.runtime.durable_client import DurableClient, Instance
    from cloudless_azure.runtime.purge import Beside

LEASE_S = 60.0
"""Of the claim of a start."""
STARTING_S = 30.0
"""Within which of that the start is sent, so that it arrives before somebody else may claim."""
PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Between looks at a claim of somebody else's."""
ENDING_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0)
"""Between looks at an instance that is to end: 17 s in all."""
QUIET = 2
"""Looks in a row that find no part of an execution running, before it counts as ended."""
AGES_S = (60, 3_600, 86_400, 10 * 86_400)
"""Executions are listed by age, up to the first of these at which there are enough: the latest started are wanted."""
REASON = "cancelled"
_NATIVE: dict[Status, tuple[str, ...]] = {
    RUNNING: ("Running", "Pending", "ContinuedAsNew", "Suspended"),
    COMPLETED: ("Completed",),
    FAILED: ("Failed",),
    CANCELLED: ("Terminated", "Canceled"),
}
"""https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-instance-management#query-instances"""
_STATUS: dict[str, Status] = {native: status for status, natives in _NATIVE.items() for native in natives}
_TEXT_MOST = 2_000
_BEGUN = "SubOrchestrationInstanceCreated"
"""Of a history: what came to its end stands there as that."""


class Executions:
    """facts: {"orchestrations": {"fulfil": "<sha256>", "gone": ""}, "events": {"approval": ["fulfil"]}}.

    An orchestration without a definition is one of which only executions are left. pause: waits between two looks.
    beside: carries out what no caller waits for.
    """

    __slots__ = ("_beside", "_cloud", "_durable", "_events", "_orchestrations", "_pause", "_purge")

    def __init__(
        self,
        facts: Mapping[str, Any],
        cloud: Cloud,
        durable: DurableClient,
        pause: Callable[[float], None] = time.sleep,
        beside: Beside = aside,
    ) -> None:
        self._orchestrations: Mapping[str, str] = facts["orchestrations"]
        self._events: Mapping[str, Sequence[str]] = facts["events"]
        self._cloud = cloud
        self._durable = durable
        self._pause = pause
        self._beside = beside
        self._purge = Purge(self._orchestrations, cloud, durable)

    def close(self) -> None:
        """Close the connections to the extension."""
        self._durable.close()

    # --- start

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        """See OrchestrationDriver.start."""
        definition = self._orchestrations.get(orchestration)
        if not definition:
            raise NotFound(f"there is no orchestration {orchestration!r} in what is deployed, to start")
        order = wire.Order(
            definition, checked_id(execution), load(call.body), entropy=os.urandom(16).hex(),
            began_s=self._cloud.now_s(), trace=call.trace, correlation=call.correlation or call.id,
        )  # fmt: skip
        key, owner = start_key(orchestration, execution), self._cloud.new_id()
        known = self._claimed(key, owner, execution)
        if known is None:
            known = self._begun(instance_of(orchestration, execution), order, key, owner)
            if self._purge.is_due():
                self._beside(self._purge.go)
        if known != digest(call.body):
            raise taken(orchestration, execution)

    def _claimed(self, key: str, owner: str, execution: str) -> str | None:
        """None where the start is ours; else the digest of the arguments that the id was used with."""
        ledger = self._cloud.ledger
        for pause_s in (*PAUSES_S, 0):
            found = ledger.claim(key, owner, LEASE_S)
            if isinstance(found, Done):
                return found.result
            if not isinstance(found, Held):
                return None
            self._pause(pause_s)
        raise Unavailable(f"somebody else is starting execution {execution!r}, or died doing so: try again in a minute")

    def _begun(self, id: str, order: wire.Order, key: str, owner: str) -> str:
        """Start the instance, unless whoever claimed the id before us did; the digest of its arguments."""
        ledger = self._cloud.ledger
        try:
            before = self._durable.instance(id, input=True)
            if before is not None and (_status(before) == RUNNING or self._age_s(before) < KEPT_S):
                told = digest(dump(wire.Order.read(before.get("input")).arguments))
                rest_s = KEPT_S - self._age_s(before)
            else:
                self._start(id, order)
                told, rest_s = digest(dump(order.arguments)), KEPT_S
        except Refused:
            ledger.release(key, owner)
            raise
        if rest_s >= 1:
            ledger.complete(key, owner, min(rest_s, KEPT_S), told)
        else:
            ledger.release(key, owner)
        return told

    def _start(self, id: str, order: wire.Order) -> None:
        if self._cloud.now_s() - order.began_s > STARTING_S:
            raise Refused(f"starting execution {order.execution!r} took too long: nothing was started")
        if not self._durable.start(id, order.text()):
            raise Refused(f"somebody else has started execution {order.execution!r} at the same moment")

    def _age_s(self, instance: Instance) -> float:
        return self._cloud.now_s() - seconds_of(instance.get("createdTime"))

    # --- ask and end

    def control(self, orchestration: str, request: Mapping[str, Any]) -> Any:
        """What is asked of an orchestration's executions: {"operation": "describe", "execution": "order-7"}."""
        if orchestration not in self._orchestrations:
            raise NotFound(f"there is no orchestration {orchestration!r} in what is deployed")
        operation = request.get("operation")
        if operation == "executions":
            return self._list(orchestration, request.get("status"), request.get("limit"))
        if operation == "running":
            return self._running(orchestration)
        if not isinstance(operation, str) or operation not in _OF_ONE:
            raise InvalidArgument(f"there is no operation {operation!r} on executions")
        return _OF_ONE[operation](self, orchestration, checked_id(request.get("execution", "")))

    def _describe(self, orchestration: str, execution: str) -> dict[str, Any]:
        return snapshot(self._known(orchestration, execution))

    def _history(self, orchestration: str, execution: str) -> list[dict[str, Any]]:
        one = self._known(orchestration, execution, history=True)
        found = list(entries(one, orchestration))
        for portion in self._portions(one):
            inner = self._durable.instance(portion["instanceId"], history=True)
            found += entries(inner, orchestration) if inner else ()
        return sorted(found, key=in_order)

    def _cancel(self, orchestration: str, execution: str) -> None:
        one = self._known(orchestration, execution, input=True)
        self._end(one["instanceId"])
        on_their_way, quiet = self._parts_of(one["instanceId"]), 0
        for pause_s in ENDING_S:  # the execution has ended, so that it starts no more of them
            parts = self._portions(one)
            left = [part["instanceId"] for part in parts if _status(part) == RUNNING]
            for id in left:
                self._durable.terminate(id, REASON)
            on_their_way -= {part["instanceId"] for part in parts}
            quiet = 0 if left or on_their_way else quiet + 1
            if quiet == QUIET:
                return
            self._pause(pause_s)
        raise Unavailable(f"parts of execution {execution!r} were told to end, and still run: cancel it again")

    def _parts_of(self, id: str) -> set[str]:
        """Ids of the parts that an execution began, and has not heard the end of: some may be in a queue yet."""
        found = self._durable.instance(id, history=True) or {}
        told = found.get("historyEvents") or ()
        return {one["InstanceId"] for one in told if one.get("EventType") == _BEGUN and one.get("InstanceId")}

    def _end(self, id: str) -> None:
        """Terminate an instance, and wait until it has ended: it goes through a queue."""
        if not self._durable.terminate(id, REASON):
            return
        for pause_s in ENDING_S:
            found = self._durable.instance(id)
            if found is None or _status(found) != RUNNING:
                return
            self._pause(pause_s)
        raise Unavailable(f"{id} was told to end, and still runs: it is safe to cancel it again")

    def _list(self, orchestration: str, status: Any, limit: Any) -> list[str]:
        if status is not None and status not in STATUSES:
            raise InvalidArgument(f"status={status!r}: it is one of {', '.join(STATUSES)}")
        if not isinstance(limit, int) or limit < 1:
            raise InvalidArgument(f"limit={limit!r}: it is a number of executions")
        prefix = instance_prefix_of(orchestration)
        found = self._latest(prefix, _NATIVE[status] if status else (), limit)
        return [one["instanceId"].removeprefix(prefix) for one in nlargest(limit, found, key=_order)]

    def _latest(self, prefix: str, statuses: Sequence[str], most: int) -> Collection[Instance]:
        """The latest started, `most` of them and some more, if there are so many."""
        now_s, until_s = int(self._cloud.now_s()), None
        found: dict[str, Instance] = {}
        for since_s in (*(now_s - age_s for age_s in AGES_S), None):
            if len(found) >= most:
                break
            some = self._durable.instances(prefix, statuses, since_s=since_s, until_s=until_s)
            found |= {one["instanceId"]: one for one in some}
            until_s = since_s
        return found.values()

    def _running(self, orchestration: str) -> dict[str, int]:
        """See driver.orchestration.Pinning."""
        found = self._durable.instances(instance_prefix_of(orchestration), _NATIVE[RUNNING], input=True)
        return dict(Counter(wire.Order.read(one.get("input")).definition for one in found))

    def _known(self, orchestration: str, execution: str, *, input: bool = False, history: bool = False) -> Instance:
        found = self._durable.instance(instance_of(orchestration, execution), input=input, history=history)
        if found is None:
            raise NotFound(f"orchestration {orchestration!r} has no execution {execution!r}")
        return found

    def _portions(self, one: Instance) -> list[Instance]:
        """Instances that run parts of this execution's large fan-outs."""
        order = wire.Order.read(one.get("input"))
        return list(self._durable.instances(wire.portions_of(one["instanceId"], order.entropy)))

    # --- events

    def send(self, event: str, orchestration: str, execution: str, message: Envelope) -> None:
        """See OrchestrationDriver.send."""
        name = self._addressed(event, orchestration, checked_id(execution))
        data = wire.event(event, load(message.body), message.deduplication)
        if not self._durable.raise_event(instance_of(name, execution), data):
            raise NotFound(f"event {event!r} is for a running execution {execution!r}, and it has ended meanwhile")

    def _addressed(self, event: str, orchestration: str, execution: str) -> str:
        """The orchestration whose running execution an event is for."""

        def status_of(name: str) -> Status | None:
            found = self._durable.instance(instance_of(name, execution))
            return None if found is None else _status(found)

        return addressee(event, orchestration, execution, self._events.get(event, ()), status_of)


_OF_ONE: dict[Any, Callable[[Executions, str, str], Any]] = {
    "describe": Executions._describe,  # noqa: SLF001  (its own)
    "history": Executions._history,  # noqa: SLF001
    "cancel": Executions._cancel,  # noqa: SLF001
}


def snapshot(one: Instance) -> dict[str, Any]:
    """An instance as a Snapshot in JSON: {"status", "started_s", "ended_s", "output", "error"}."""
    status, output = _status(one), one.get("output")
    ended_s = None if status == RUNNING else seconds_of(one.get("lastUpdatedTime"))
    found: dict[str, Any] = {
        "status": status, "started_s": seconds_of(one.get("createdTime")), "ended_s": ended_s, "output": None,
        "error": None,
    }  # fmt: skip
    if status == COMPLETED:
        found["output"] = dump((wire.object_in(output) or {}).get("v"))
    elif status == FAILED:
        found["error"] = _error(str(output))
    return found


def _error(text: str) -> dict[str, Any]:
    """What an instance failed with. Where it was no error of the program, it is a bug, or a definition is missing."""
    return wire.error_in(text) or error_of("InternalError", text[:_TEXT_MOST])


def _status(one: Instance) -> Status:
    return _STATUS.get(one["runtimeStatus"], RUNNING)


def _order(one: Instance) -> tuple[float, float]:
    """What the latest started has most of. Its second, then the fraction that it noted itself, once it had begun."""
    began = one.get("customStatus")
    return seconds_of(one.get("createdTime")), began if isinstance(began, (int, float)) else float("inf")
