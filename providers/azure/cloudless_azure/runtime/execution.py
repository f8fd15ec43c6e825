"""Executions, in the app that runs them: start, ask, cancel, send events, on the extension's local API and the ledger.

An execution is an instance of Durable Functions (names.instance_of). Its status, and what it was started with, are the
extension's to tell: instance.py reads them, starting.py keeps ids unique, history.py tells what happened.
"""

from __future__ import annotations

import time
from collections import Counter
from heapq import nlargest

from cloudless.codec import load
from cloudless.driver.orchestration import RUNNING, STATUSES
from cloudless.errors import InvalidArgument, NotFound, Unavailable
from cloudless.execution import checked_id
from cloudless.runtime.addressee import addressee
from cloudless_azure.names import instance_of, instance_prefix_of
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.history import entries, in_order
from cloudless_azure.runtime.instance import NATIVE, began_of, snapshot, status_of
from cloudless_azure.runtime.purge import Purge, aside
from cloudless_azure.runtime.starting import Starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Status
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless_azure.runtime.durable_client import DurableClient, Instance
    from cloudless_azure.runtime.purge import Beside

ENDING_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0)
"""Between looks at an instance that is to end: 17 s in all."""
QUIET = 2
"""Looks in a row that find no part of an execution running, before it counts as ended."""
AGES_S = (60, 3_600, 86_400, 10 * 86_400)
"""Executions are listed by age, up to the first of these at which there are enough: the latest started are wanted."""
REASON = "cancelled"
_BEGUN = "SubOrchestrationInstanceCreated"
"""Of a history: what came to its end stands there as that."""


class Executions:
    """facts: {"orchestrations": {"fulfil": "<sha256>", "gone": ""}, "events": {"approval": ["fulfil"]}}.

    An orchestration without a definition is one of which only executions are left. pause: waits between two looks.
    beside: carries out what no caller waits for.
    """

    __slots__ = ("_beside", "_cloud", "_durable", "_events", "_orchestrations", "_pause", "_purge", "_starting")

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
        self._starting = Starting(cloud, durable, pause)

    def close(self) -> None:
        """Close the connections to the extension."""
        self._durable.close()

    # --- start

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        """See OrchestrationDriver.start."""
        definition = self._orchestrations.get(orchestration)
        if not definition:
            raise NotFound(f"there is no orchestration {orchestration!r} in what is deployed, to start")
        if self._starting.start(orchestration, definition, checked_id(execution), call) and self._purge.is_due():
            self._beside(self._purge.go)

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
            left = [part["instanceId"] for part in parts if status_of(part) == RUNNING]
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
            if found is None or status_of(found) != RUNNING:
                return
            self._pause(pause_s)
        raise Unavailable(f"{id} was told to end, and still runs: it is safe to cancel it again")

    def _list(self, orchestration: str, status: Any, limit: Any) -> list[str]:
        if status is not None and status not in STATUSES:
            raise InvalidArgument(f"status={status!r}: it is one of {', '.join(STATUSES)}")
        if not isinstance(limit, int) or limit < 1:
            raise InvalidArgument(f"limit={limit!r}: it is a number of executions")
        prefix = instance_prefix_of(orchestration)
        found = self._latest(prefix, NATIVE[status] if status else (), limit)
        return [one["instanceId"].removeprefix(prefix) for one in nlargest(limit, found, key=began_of)]

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
        found = self._durable.instances(instance_prefix_of(orchestration), NATIVE[RUNNING], input=True)
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

        def status(name: str) -> Status | None:
            found = self._durable.instance(instance_of(name, execution))
            return None if found is None else status_of(found)

        return addressee(event, orchestration, execution, self._events.get(event, ()), status)


_OF_ONE: dict[Any, Callable[[Executions, str, str], Any]] = {
    "describe": Executions._describe,  # noqa: SLF001  (its own)
    "history": Executions._history,  # noqa: SLF001
    "cancel": Executions._cancel,  # noqa: SLF001
}
