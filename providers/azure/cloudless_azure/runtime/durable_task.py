"""DurableHost: what the engine asks for, as tasks of the SDK; their ends, as what the engine is told.

Whenever something ends, the generator is resumed with that task and yields the next `task_any`, of the one event that
is always waited for and of all tasks that are open. Pitfalls that it honours:

- The extension goes through the actions of an orchestrator one by one and awaits each; tasks that are scheduled
  already are not repeated. So `any(old, new)` is awaited as `any(new)`: where the old task ends first, what the
  orchestrator wants next is not scheduled before the new one has ended too. After an event that came early, that is
  never. Hence an action that is complete at once, an empty `all`, in every `any`: nothing is awaited there.
- A timer of the SDK that is longer than the extension's six days cannot be cancelled
  (https://github.com/Azure/azure-functions-durable-python/issues/573): long waits are made of short ones here.
- A timer that is not cancelled would keep the instance running: the engine cancels all when it ends.
"""

from __future__ import annotations

from datetime import timedelta

from cloudless.driver.error import error_of
from cloudless.engine.effect import PORTION
from cloudless_azure.runtime import durable_wire as wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime
    from typing import Any, Protocol

    from cloudless.engine import Scheduler
    from cloudless.engine.effect import Step

    class Action(Protocol):
        """What the SDK tells the extension of an `all` or `any`."""

        compound_tasks: list[Any]

    class Task(Protocol):
        """A task of the SDK. result: None until it is completed; an Exception where it failed."""

        action_repr: Action
        is_completed: bool
        result: Any

        def cancel(self) -> None: ...

    class Context(Protocol):
        """The part of `azure.durable_functions.DurableOrchestrationContext` that is used."""

        instance_id: str
        current_utc_datetime: datetime

        def get_input(self, *, expected_type: type) -> Any: ...
        def call_activity(self, name: str, input_: Any, *, expected_type: type) -> Task: ...
        def call_sub_orchestrator(self, name: str, input_: Any, instance_id: str, *, expected_type: type) -> Task: ...
        def set_custom_status(self, status: Any) -> None: ...
        def create_timer(self, fire_at: datetime) -> Task: ...
        def wait_for_external_event(self, name: str, *, expected_type: type) -> Task: ...
        def task_any(self, activities: list[Task]) -> Task: ...
        def task_all(self, activities: Sequence[Task]) -> Task: ...


PORTION_SIZE = 100
"""Items of a fan-out that one instance handles; see `cloudless.engine.host.Host.portion_size`."""

LONGEST = timedelta(days=6)
"""Of one timer: what the extension allows
(https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-timers)."""

_FAR_S = 10**10
"""A wait of three centuries or more is one of three centuries: dates end."""

_OVERDUE = 0
"""Handle of the execution's own time-out; the engine counts from 1."""


class DurableHost:
    """See `cloudless.engine.host.Host`. orchestration: whose work this is. order: what the instance was started with.

    timeout_s: of the execution, 0 for none.
    """

    portion_size = PORTION_SIZE

    def __init__(self, context: Context, orchestration: str, order: wire.Order, timeout_s: float) -> None:
        self.entropy = order.entropy
        self._context = context
        self._orchestration = orchestration
        self._order = order
        self._execution = order.execution or context.instance_id
        now_s = context.current_utc_datetime.timestamp()
        self._timeout_s = timeout_s
        if order.portion is None:
            self._rest_s, self._deadline_s = timeout_s, now_s + timeout_s if timeout_s else 0
        else:
            self._rest_s, self._deadline_s = max(0.0, order.deadline_s - now_s), order.deadline_s
        self._tasks: dict[int, Task] = {}
        self._handles: dict[Task, int] = {}
        self._calls: set[int] = set()
        self._ends: dict[int, tuple[datetime, datetime]] = {}
        self._is_new = False

    def now(self) -> str:
        return self._context.current_utc_datetime.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def call(self, handle: int, step: Step, attempt: int) -> None:
        context = self._context
        if step.verb == PORTION:
            order, id = self._portion(step), self._portion_id(handle)
            task = context.call_sub_orchestrator(wire.ORCHESTRATOR, order.text(), id, expected_type=str)
        else:
            task = context.call_activity(wire.ACTIVITY, self._request(step, attempt), expected_type=str)
        self._calls.add(handle)
        self._open(handle, task)

    def timer(self, handle: int, seconds: float, kind: str, id: str) -> None:
        now = self._context.current_utc_datetime
        self._wait(handle, now, now + timedelta(seconds=min(seconds, _FAR_S)))

    def cancel(self, handle: int) -> None:
        task = self._tasks.pop(handle)
        del self._handles[task]
        if handle in self._calls:
            self._calls.remove(handle)
        else:
            del self._ends[handle]
            task.cancel()

    def _portion(self, step: Step) -> wire.Order:
        """It ends by itself when the execution's time is up: nobody would tell it."""
        own = self._order
        return wire.Order(
            own.definition, self._execution, portion=step.payload, entropy=own.entropy, deadline_s=self._deadline_s,
            trace=own.trace, correlation=own.correlation,
        )  # fmt: skip

    def _portion_id(self, handle: int) -> str:
        own = self._context.instance_id
        begin = f"{own}." if own.startswith(wire.PORTION) else wire.portions_of(own, self.entropy)
        return f"{begin}{handle}"

    def _request(self, step: Step, attempt: int) -> str:
        """See durable_step.py."""
        context = {
            "execution": self._execution,
            "orchestration": self._orchestration,
            "step": step.id,
            "key": step.key,
            "attempt": attempt,
        }
        if self._order.trace:
            context["trace"] = self._order.trace
        if self._order.correlation:
            context["correlation"] = self._order.correlation
        return wire.unhidden({"verb": step.verb, "target": step.target, "args": step.payload, "ctx": context})

    def serve(self, scheduler: Scheduler) -> Generator[Task, Task, dict[str, Any]]:
        """Wait for whatever comes next, and tell the scheduler, until there is an outcome, or the time is up."""
        inbox = self._inbox()
        if self._deadline_s:
            self.timer(_OVERDUE, self._rest_s, "", "")
        while scheduler.outcome is None:
            done = yield self._next(inbox)
            if done is inbox:
                inbox = self._inbox()
                if (event := wire.event_in(done.result)) is not None:
                    scheduler.deliver(**event)
            elif self._tell(scheduler, done):
                return self._overdue(scheduler)
        self._forget_all()
        return scheduler.outcome

    def _overdue(self, scheduler: Scheduler) -> dict[str, Any]:
        """The end of an execution whose time is up: no block of it is run any more."""
        scheduler.close()
        self._forget_all()
        error = error_of("TimeoutError", f"execution {self._execution!r} took longer than {self._timeout_s:g} s")
        return {"err": error}

    def _forget_all(self) -> None:
        for handle in list(self._tasks):
            self.cancel(handle)

    def _inbox(self) -> Task:
        self._is_new = True
        return self._context.wait_for_external_event(wire.EVENT, expected_type=str)

    def _next(self, inbox: Task) -> Task:
        """What ends first. Needs an extension that takes compound actions: its bundle 4 does."""
        first = self._context.task_any([inbox, *self._handles])
        if self._is_new:
            first.action_repr.compound_tasks.append(self._context.task_all([]).action_repr)
            self._is_new = False
        return first

    def _tell(self, scheduler: Scheduler, done: Task) -> bool:
        """Pass on the end of a task; return whether the time of the whole execution is up."""
        handle = self._handles.pop(done)
        del self._tasks[handle]
        if handle in self._calls:
            self._calls.remove(handle)
            scheduler.complete(handle, wire.reply_in(done.result))
            return False
        fired, end = self._ends.pop(handle)
        if fired < end:
            self._wait(handle, fired, end)
        elif handle == _OVERDUE:
            return True
        else:
            scheduler.fire(handle)
        return False

    def _wait(self, handle: int, now: datetime, end: datetime) -> None:
        fire_at = min(end, now + LONGEST)
        self._ends[handle] = fire_at, end
        self._open(handle, self._context.create_timer(fire_at))

    def _open(self, handle: int, task: Task) -> None:
        self._tasks[handle] = task
        self._handles[task] = handle
        self._is_new = True
