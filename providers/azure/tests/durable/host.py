"""Host: instances on a virtual clock.

What happens at a time happens in turns: an instance takes what is in its inbox, the orchestrator is called with the
whole history, and what it asks for is scheduled. Activities are called at once; their results take `latency`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from importlib import import_module
from itertools import count
from typing import Any

from cloudless.codec import is_list, is_object
from providers.azure.tests.durable import actions as kinds
from providers.azure.tests.durable import history as events
from providers.azure.tests.durable.actions import Action, NotDeterministic
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.instance import COMPLETED, RUNNING, TERMINATED, Instance

Orchestrator = Callable[[str], str]
"""JSON in, JSON out: what `azure.durable_functions.Orchestrator.create` makes of a generator function."""

Activity = Callable[[Any], Any]

_SDK: Any = import_module("azure.durable_functions")  # it has types of its own making

START = datetime(2026, 1, 1, tzinfo=UTC)


def replayed(orchestrator: Callable[[Any], Generator[Any, Any, Any]]) -> Orchestrator:
    """A generator function, as the SDK replays it."""
    made: Orchestrator = _SDK.Orchestrator.create(orchestrator)
    return made


class Host:
    """orchestrators, activities: by their names. latency: seconds that a call with that input takes."""

    def __init__(
        self,
        orchestrators: Mapping[str, Orchestrator],
        activities: Mapping[str, Activity],
        *,
        latency: Callable[[str, Any], float] = lambda name, input: 0,
        chaos: Chaos | None = None,
    ) -> None:
        self.now = START
        self.instances: dict[str, Instance] = {}
        self.repeated = 0
        self._orchestrators = orchestrators
        self._activities = activities
        self._latency = latency
        self._chaos = chaos or Chaos()
        self._queue: list[tuple[datetime, float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._ready: dict[str, Instance] = {}

    @property
    def now_s(self) -> float:
        """Seconds since the host was made."""
        return (self.now - START).total_seconds()

    def start(self, name: str, input: Any, id: str, *, parent: tuple[str, int] | None = None) -> Instance:
        """A new instance; its first turn is yet to come."""
        assert id not in self.instances, f"there is an instance {id!r}"
        one = self.instances[id] = Instance(id, name, reparsed(json.dumps(input)), parent)
        who = {"InstanceId": id, "ExecutionId": "0"}
        self._post(
            one, events.EXECUTION_STARTED, 0, Name=name, Input=one.input, Version=None, OrchestrationInstance=who
        )
        return one

    def send(self, id: str, name: str, data: Any, *, at_s: float = 0) -> None:
        """Raise an event, so many seconds after START; one for an instance that has ended is lost.

        Events come before all else of their time, in the order of sending: which of an event and a time-out is first
        when both are due is nobody's promise, and tests want one answer.
        """
        text = reparsed(json.dumps(data))
        time = START + timedelta(seconds=at_s)
        self._at(time, lambda: self._arrive(id, events.EVENT_RAISED, Name=name, Input=text), rank=-1)

    def terminate(self, id: str) -> None:
        """End an instance at once, without its children."""
        self.instances[id].status = TERMINATED

    def run(self, *, until_s: float = 10**10) -> None:
        """Let everything happen that is to happen by a time. The clock stops at the last of it."""
        while True:
            while self._queue and self._queue[0][0] <= self.now:
                heappop(self._queue)[3]()
            if self._ready:
                self._turn(self._ready.pop(next(iter(self._ready))))
            elif self._queue and (self._queue[0][0] - START).total_seconds() <= until_s:
                self.now = self._queue[0][0]
            else:
                return

    def _at(self, time: datetime, what: Callable[[], None], *, rank: float | None = None) -> None:
        place = self._chaos.rank() if rank is None else rank
        heappush(self._queue, (max(time, self.now), place, next(self._numbers), what))

    def _post(self, one: Instance, type: int, in_s: float, **fields: Any) -> None:
        self._at(self.now + timedelta(seconds=in_s), lambda: self._arrive(one.id, type, **fields))

    def _arrive(self, id: str, type: int, **fields: Any) -> None:
        one = self.instances.get(id)
        if one and one.status == RUNNING:
            at = 0 if type == events.EXECUTION_STARTED else len(one.inbox)  # which no event overtakes
            one.inbox.insert(at, {"type": type, "fields": fields})
            self._ready[id] = one

    def _turn(self, one: Instance) -> None:
        if one.status != RUNNING:
            return
        size = self._chaos.batch(len(one.inbox))
        messages, one.inbox = one.inbox[:size], one.inbox[size:]
        if one.inbox:
            self._ready[one.id] = one
        one.begin_turn(self.now, messages)
        self._schedule(one, one.take(self._answer(one)))
        one.history.add(events.ORCHESTRATOR_COMPLETED, self.now)
        one.history.end_turn()

    def _answer(self, one: Instance) -> str:
        answer = self._called(one)
        while self._chaos.loses_turn():
            self.repeated += 1
            again = self._called(one)
            if again != answer:
                raise NotDeterministic(f"a turn gave {answer}, and {again} when repeated")
        return answer

    def _called(self, one: Instance) -> str:
        try:
            return self._orchestrators[one.name](one.body())
        except Exception as error:
            if "$OutOfProcData$" not in str(error):
                raise
            return str(error)

    def _schedule(self, one: Instance, actions: list[Action]) -> None:
        for action in actions:
            id = one.scheduled
            one.scheduled += 1
            _SCHEDULE[action["actionType"]](self, one, id, action)
        if one.status != RUNNING:
            one.ended_s = self.now_s
            if one.parent:
                self._tell_parent(one, *one.parent)

    def _activity(self, one: Instance, id: int, action: Action) -> None:
        name, text = action["functionName"], reparsed(action["input"])
        one.history.add(events.TASK_SCHEDULED, self.now, id=id, Name=name, Input=text)
        self._at(self.now, lambda: self._execute(one, id, name, text))

    def _execute(self, one: Instance, id: int, name: str, text: str) -> None:
        """Call an activity. Like the extension it knows nothing of what the instance still wants."""
        input = json.loads(text)
        latency_s = self._latency(name, input)
        try:
            result = json.dumps(self._activities[name](input))
        except Exception as error:  # noqa: BLE001  (what the worker reports)
            reason = f"Activity function '{name}' failed: {type(error).__name__}: {error}"
            self._post(one, events.TASK_FAILED, latency_s, TaskScheduledId=id, Reason=reason, Details="stack")
            return
        if self._chaos.loses_result():
            self.repeated += 1
            self._at(self.now, lambda: self._execute(one, id, name, text))
        else:
            self._post(one, events.TASK_COMPLETED, latency_s, TaskScheduledId=id, Result=reparsed(result))

    def _child(self, one: Instance, id: int, action: Action) -> None:
        name, child = action["functionName"], action["instanceId"] or f"{one.id}:{id}"
        one.history.add(events.SUB_CREATED, self.now, id=id, Name=name, InstanceId=child, Input=action["input"])
        self.start(name, json.loads(action["input"]), child, parent=(one.id, id))

    def _tell_parent(self, one: Instance, parent: str, id: int) -> None:
        whose = self.instances[parent]
        if one.status == COMPLETED:
            result = reparsed(json.dumps(one.output))
            self._post(whose, events.SUB_COMPLETED, 0, TaskScheduledId=id, Result=result)
        else:
            self._post(whose, events.SUB_FAILED, 0, TaskScheduledId=id, Reason=one.output, Details="")

    def _timer(self, one: Instance, id: int, action: Action) -> None:
        fire_at = datetime.fromisoformat(action["fireAt"])
        one.history.add(events.TIMER_CREATED, self.now, id=id, FireAt=action["fireAt"])
        arrive = {"TimerId": id, "FireAt": action["fireAt"]}
        self._at(fire_at, lambda: self._fire(one, id, arrive))

    def _fire(self, one: Instance, id: int, fields: dict[str, Any]) -> None:
        if not self._is_cancelled(one, id):
            self._arrive(one.id, events.TIMER_FIRED, **fields)

    @staticmethod
    def _is_cancelled(one: Instance, id: int) -> bool:
        numbered = [action for action in one.actions if action["actionType"] != kinds.WAIT_FOR_EVENT]
        return bool(numbered[id].get("isCanceled"))


_SCHEDULE: dict[int, Callable[[Host, Instance, int, Action], None]] = {
    kinds.CALL_ACTIVITY: Host._activity,
    kinds.CALL_SUB_ORCHESTRATOR: Host._child,
    kinds.CREATE_TIMER: Host._timer,
}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def reparsed(text: str) -> str:
    """JSON as .NET hands it on: strings that look like instants were read as such, and are written its own way."""
    return json.dumps(_instants(json.loads(text)))


def _instants(value: Any) -> Any:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
    if is_list(value):
        return [_instants(one) for one in value]
    if is_object(value):
        return {key: _instants(one) for key, one in value.items()}
    return value
