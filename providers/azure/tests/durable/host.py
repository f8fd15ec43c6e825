"""Host: instances on a virtual clock.

What happens at a time happens in turns: an instance takes what is in its inbox, the orchestrator is called with the
whole history, and what it asks for is scheduled. Activities are called at once; their results take `latency`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from importlib import import_module
from itertools import count
from threading import RLock
from typing import Any

from cloudless.codec import is_list, is_object
from providers.azure.tests.durable import actions as kinds
from providers.azure.tests.durable import history as events
from providers.azure.tests.durable.actions import Action, NotDeterministic
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.failures import Aborted, Raised, words
from providers.azure.tests.durable.instance import (
    COMPLETED,
    NUMBERS,
    PENDING,
    RUNNING,
    SUSPENDED,
    TERMINATED,
    Instance,
)

Orchestrator = Callable[[str, str], str]
"""The id of an instance, and what its trigger is given, to the answer: JSON in, JSON out."""

Activity = Callable[[str, str], str]
"""The id of an instance and JSON in, JSON out."""

Latency = Callable[[str, Any], float]
"""Seconds that a call of an activity with that input takes."""

START = datetime(2026, 1, 1, tzinfo=UTC)
AGAIN_S = 2.0
"""When a message that was given back comes again."""


def replayed(orchestrator: Callable[[Any], Generator[Any, Any, Any]]) -> Orchestrator:
    """A generator function, as the SDK replays it in this process."""
    sdk: Any = import_module("azure.durable_functions")  # it has types of its own making
    made: Callable[[str], str] = sdk.Orchestrator.create(orchestrator)
    return lambda instance, body: made(body)


def plain(function: Callable[[Any], Any]) -> Activity:
    """A function of values as an activity of this process."""
    return lambda instance, text: json.dumps(function(json.loads(text)))


class AlreadyRuns(Exception):
    """An instance of that id has not ended: the extension's own words."""

    def __init__(self, status: str) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")


class Host:
    """orchestrators, activities: by their names. start: when its clock begins. Safe from several threads.

    `run` carries everything out; while a function of the app is called, others may start instances, raise events, look,
    and run what is not in hand.
    """

    def __init__(
        self,
        orchestrators: Mapping[str, Orchestrator],
        activities: Mapping[str, Activity],
        *,
        latency: Latency = lambda name, input: 0,
        chaos: Chaos | None = None,
        start: datetime = START,
    ) -> None:
        self.now = start
        self.began = start
        self.instances: dict[str, Instance] = {}
        self.repeated = 0
        self.orchestrators = orchestrators
        self.activities = activities
        self.lock = RLock()
        self._latency = latency
        self._chaos = chaos or Chaos()
        self._queue: list[tuple[datetime, float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._ready: dict[str, Instance] = {}

    @property
    def now_s(self) -> float:
        """Seconds since the host was made."""
        return (self.now - self.began).total_seconds()

    # --- what clients do ------------------------------------------------------------------------------

    def start(self, name: str, input: Any, id: str, *, parent: tuple[str, int] | None = None) -> Instance:
        """A new instance, also in place of one that has ended; its first turn is yet to come.

        input: handed over as a JSON string, as Microsoft's client does it. Raises AlreadyRuns.
        """
        return self.start_raw(name, json.dumps(reparsed(json.dumps(input))), id, parent=parent)

    def start_raw(self, name: str, input: str, id: str, *, parent: tuple[str, int] | None = None) -> Instance:
        """`start`, with its input as JSON."""
        with self.lock:
            old = self.instances.get(id)
            if old and not old.is_ended:
                raise AlreadyRuns(old.status)
            one = self.instances[id] = Instance(id, name, input, parent, self.now)
            who = {"InstanceId": id, "ExecutionId": f"{next(self._numbers):032x}"}
            self._post(
                one, events.EXECUTION_STARTED, 0, Name=name, Input=input, Version=None, OrchestrationInstance=who
            )
            return one

    def send(self, id: str, name: str, data: Any, *, at_s: float = 0) -> None:
        """Raise an event, so many seconds after the host's start; one for an instance that has ended is lost.

        Events come before all else of their time, in the order of sending: which of an event and a time-out is first
        when both are due is nobody's promise, and tests want one answer.
        """
        text = reparsed(json.dumps(data))
        time = self.began + timedelta(seconds=at_s)
        self._at(time, lambda: self._hand(id, events.EVENT_RAISED, Name=name, Input=text), rank=-1)

    def raise_event(self, id: str, name: str, data: str) -> None:
        """Raise an event now. data: JSON."""
        with self.lock:
            self._at(self.now, lambda: self._hand(id, events.EVENT_RAISED, Name=name, Input=data))

    def terminate(self, id: str, reason: str = "") -> None:
        """End an instance at its next turn, without its children. Unknown and ended ones do not hear of it."""
        with self.lock:
            self._hand(id, events.EXECUTION_TERMINATED, Input=reason)

    def end_who_must(self) -> None:
        """Have the turns of those that were told to end; of nobody else."""
        with self.lock:
            for one in list(self.instances.values()):
                while one.must_end and not one.is_busy and self._is_current(one):
                    self._ready.pop(one.id, None)
                    self._turn(one)

    def suspend(self, id: str, reason: str = "") -> None:
        """Hold an instance: what arrives waits."""
        with self.lock:
            one = self.instances[id]
            self._ready.pop(id, None)
            one.status, one.updated = SUSPENDED, self.now
            one.history.add(events.EXECUTION_SUSPENDED, self.now, Reason=reason)

    def resume(self, id: str, reason: str = "") -> None:
        """Let a suspended instance go on."""
        with self.lock:
            one = self.instances[id]
            one.status, one.updated = RUNNING if one.turns else PENDING, self.now
            one.history.add(events.EXECUTION_RESUMED, self.now, Reason=reason)
            self._wake(one)

    def purge(self, id: str) -> bool:
        """Forget an instance, whatever it is doing; whether there was one."""
        with self.lock:
            self._ready.pop(id, None)
            return self.instances.pop(id, None) is not None

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.instances.clear()
            self._queue.clear()
            self._ready.clear()

    # --- time -----------------------------------------------------------------------------------------

    def run(self, *, until_s: float = 10**10) -> bool:
        """Let everything happen that is to by a time; whether anything did. The clock stops at the last of it."""
        did = False
        with self.lock:
            while self._step(until_s):
                did = True
        return did

    def _step(self, until_s: float) -> bool:
        """One message, one turn, or the way to the next time."""
        if self._queue and self._queue[0][0] <= self.now:
            heappop(self._queue)[3]()
        elif self._ready:
            id = next((id for id, one in self._ready.items() if not one.is_busy), None)
            if id is None:
                return False
            self._turn(self._ready.pop(id))
        elif self._queue and (self._queue[0][0] - self.began).total_seconds() <= until_s:
            self.now = self._queue[0][0]
        else:
            return False
        return True

    def pass_to(self, now: datetime) -> None:
        """Let the clock be at least there, before anything of that time happens."""
        with self.lock:
            self.now = max(self.now, now)

    def next_time(self) -> datetime | None:
        """When something is to happen next; None for never."""
        with self.lock:
            if self._ready:
                return self.now
            return max(self._queue[0][0], self.now) if self._queue else None

    def _at(self, time: datetime, what: Callable[[], None], *, rank: float | None = None) -> None:
        place = self._chaos.rank() if rank is None else rank
        heappush(self._queue, (max(time, self.now), place, next(self._numbers), what))

    def _in(self, seconds: float, what: Callable[[], None]) -> None:
        self._at(self.now + timedelta(seconds=seconds), what)

    # --- messages -------------------------------------------------------------------------------------

    def _post(self, one: Instance, type: int, in_s: float, **fields: Any) -> None:
        self._in(in_s, lambda: self._arrive(one, type, **fields))

    def _hand(self, id: str, type: int, **fields: Any) -> None:
        """To whatever has that id by now."""
        if id in self.instances:
            self._arrive(self.instances[id], type, **fields)

    def _arrive(self, one: Instance, type: int, **fields: Any) -> None:
        """To this very execution: what comes for one that has ended, or was replaced, is lost."""
        if one.is_ended or not self._is_current(one):
            return
        at = 0 if type == events.EXECUTION_STARTED else len(one.inbox)  # which no event overtakes
        one.inbox.insert(at, {"type": type, "fields": fields})
        if one.status != SUSPENDED or type == events.EXECUTION_TERMINATED:
            self._ready[one.id] = one

    def _is_current(self, one: Instance) -> bool:
        """Whether it was neither purged nor replaced."""
        return self.instances.get(one.id) is one

    def _wake(self, one: Instance) -> None:
        if one.inbox and self._is_current(one):
            self._ready[one.id] = one

    # --- turns ----------------------------------------------------------------------------------------

    def _turn(self, one: Instance) -> None:
        if one.is_ended or not self._is_current(one):
            return
        size = self._chaos.batch(len(one.inbox))
        messages, one.inbox = one.inbox[:size], one.inbox[size:]
        if one.inbox:
            self._ready[one.id] = one
        one.begin_turn(self.now, messages)
        one.is_busy = True
        try:
            actions = self._taken(one, messages)
        finally:
            one.is_busy = False
        if actions is None:
            return
        one.status = RUNNING if one.status in {PENDING, SUSPENDED} else one.status
        self._judge_termination(one, messages)
        self._schedule(one, actions)
        one.updated = self.now
        one.history.add(events.ORCHESTRATOR_COMPLETED, self.now)
        one.history.end_turn()

    def _taken(self, one: Instance, messages: list[dict[str, Any]]) -> list[Action] | None:
        """What the orchestrator wants now; None where it could not be asked."""
        try:
            answer = self._answer(one)
            return one.take(answer) if self._is_current(one) else None
        except Aborted:
            one.undo_turn(messages)
            self._ready.pop(one.id, None)
            self._in(AGAIN_S, lambda: self._wake(one))
        except Raised as problem:
            one.fail(f"Orchestrator function '{one.name}' failed: {problem}")
            return []
        return None

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
            with self._outside():
                return self.orchestrators[one.name](one.id, one.body())
        except Exception as error:
            if "$OutOfProcData$" not in str(error):
                raise
            return str(error)

    @contextmanager
    def _outside(self) -> Generator[None]:
        """Without the lock: a function of the app is called, which may call back."""
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()

    def _judge_termination(self, one: Instance, messages: list[dict[str, Any]]) -> None:
        """An instance that was told to end does so, unless it came to its own end before."""
        types = [message["type"] for message in messages]
        if events.EXECUTION_TERMINATED not in types:
            return
        at = types.index(events.EXECUTION_TERMINATED)
        if not one.is_ended or at == 0:
            one.status, one.output = TERMINATED, messages[at]["fields"]["Input"]

    def _schedule(self, one: Instance, actions: list[Action]) -> None:
        for action in actions:
            id = one.scheduled
            one.scheduled += 1
            _SCHEDULE[action["actionType"]](self, one, id, action)
        if one.is_ended:
            one.ended_s = self.now_s
            one.history.add(
                events.EXECUTION_COMPLETED,
                self.now,
                OrchestrationStatus=NUMBERS[one.status],
                Result=json.dumps(one.output) if one.status == COMPLETED else one.output,
            )
            if one.parent:
                self._tell_parent(one, *one.parent)

    # --- actions --------------------------------------------------------------------------------------

    def _activity(self, one: Instance, id: int, action: Action) -> None:
        name, text = action["functionName"], reparsed(action["input"])
        one.history.add(events.TASK_SCHEDULED, self.now, id=id, Name=name, Input=json.dumps([text]))
        self._at(self.now, lambda: self._execute(one, id, name, text))

    def _execute(self, one: Instance, id: int, name: str, text: str) -> None:
        """Call an activity. Like the extension it knows nothing of what the instance still wants."""
        latency_s = self._latency(name, json.loads(text))
        try:
            with self._outside():
                result = self.activities[name](one.id, text)
        except Aborted:
            self._in(AGAIN_S, lambda: self._execute(one, id, name, text))
            return
        except Exception as error:  # noqa: BLE001  (what the worker reports)
            reason = f"Activity function '{name}' failed: {words(error)}"
            self._post(one, events.TASK_FAILED, latency_s, TaskScheduledId=id, Reason=reason, Details="stack")
            return
        if self._chaos.loses_result():
            self.repeated += 1
            self._at(self.now, lambda: self._execute(one, id, name, text))
        else:
            self._post(one, events.TASK_COMPLETED, latency_s, TaskScheduledId=id, Result=reparsed(result))

    def _child(self, one: Instance, id: int, action: Action) -> None:
        name, child = action["functionName"], action["instanceId"] or f"{one.id}:{id}"
        input = json.dumps(action["input"])
        one.history.add(events.SUB_CREATED, self.now, id=id, Name=name, InstanceId=child, Input=input)
        self.start_raw(name, input, child, parent=(one.id, id))

    def _tell_parent(self, one: Instance, parent: str, id: int) -> None:
        whose = self.instances.get(parent)
        if whose is None:
            return
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
            self._arrive(one, events.TIMER_FIRED, **fields)

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
