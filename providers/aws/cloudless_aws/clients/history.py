"""History: the events of an execution, as entries of ours.

A task's parameters say which function of ours it called, and with what; its success and failure point back to it.
Everything else (Pass, Choice, assignments) is how the definition works, and left out.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
"""

from __future__ import annotations

from cloudless.codec import is_object, load
from cloudless.driver.error import error_of
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, Entry
from cloudless.errors import InvalidBody
from cloudless_aws.failures import error_of_execution, error_of_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    Told = Mapping[str, Any]
    """An event of Step Functions'."""

    Task = Mapping[str, Any]
    """What a task was: {"kind", "name", "step", "attempt", "value"}, the kind being "called" or "waiting"."""

CALLED = "called"
WAITING = "waiting"
_SEND = {"send": "queue", "publish": "topic"}
_MESSAGE = ("body", "attributes", "delay_s", "group")


class Reading:
    """One history that is read. functions: logical name by name of the Lambda function."""

    __slots__ = ("_functions", "_orchestration", "_tasks")

    def __init__(self, orchestration: str, functions: Mapping[str, str]) -> None:
        self._orchestration = orchestration
        self._functions = functions
        self._tasks: dict[int, Task] = {}

    def entries(self, events: Iterable[Told]) -> Iterator[Entry]:
        """events: oldest first."""
        for told in events:
            read = _READ.get(told["type"])
            if read is not None:
                yield from read(self, told)
            elif told["previousEventId"] in self._tasks and told["type"] in _OF_TASK:
                self._tasks[told["id"]] = self._tasks[told["previousEventId"]]

    # --- the execution

    def _started(self, told: Told) -> Iterator[Entry]:
        given = _object(told["executionStartedEventDetails"].get("input"))
        yield Entry(_at_s(told), "started", self._orchestration, value=given.get("args"))

    def _succeeded(self, told: Told) -> Iterator[Entry]:
        output = _object(told["executionSucceededEventDetails"].get("output"))
        yield Entry(_at_s(told), COMPLETED, self._orchestration, value=output.get("v"))

    def _failed(self, told: Told) -> Iterator[Entry]:
        why = told.get("executionFailedEventDetails", {})
        error = error_of_execution(why.get("error", ""), why.get("cause", ""))
        yield Entry(_at_s(told), FAILED, self._orchestration, error=error)

    def _overdue(self, told: Told) -> Iterator[Entry]:
        error = error_of("TimeoutError", "the execution took longer than its time-out")
        yield Entry(_at_s(told), FAILED, self._orchestration, error=error)

    def _aborted(self, told: Told) -> Iterator[Entry]:
        yield Entry(_at_s(told), CANCELLED, self._orchestration)

    # --- its steps

    def _scheduled(self, told: Told) -> Iterator[Entry]:
        task = self._tasks[told["id"]] = self._task(_object(told["taskScheduledEventDetails"].get("parameters")))
        yield _entry(told, task["kind"], task, value=task["value"])

    def _task(self, parameters: Mapping[str, Any]) -> Task:
        payload: Mapping[str, Any] = parameters.get("Payload") or {}
        ctx: Mapping[str, Any] = payload.get("ctx") or {}
        op, kind, name, value = payload.get("op", ""), CALLED, self._function(parameters), payload.get("args")
        if op == "wait":
            kind, name, value = WAITING, payload.get("event", ""), None
        elif op in _SEND:
            name = f"{_SEND[op]}:{payload.get('resource', '')}"
            value = {part: payload.get(part) for part in _MESSAGE}
        elif op:
            name = payload.get("name", "")
        return {
            "kind": kind, "name": name, "step": ctx.get("key", ""), "attempt": ctx.get("attempt", 1), "value": value,
        }  # fmt: skip

    def _function(self, parameters: Mapping[str, Any]) -> str:
        """The logical name of a function: "arn:…:function:shop-prod-charge:live", or from shop-prod-charge on."""
        name = str(parameters.get("FunctionName", "")).partition("function:")
        physical = (name[2] or name[0]).partition(":")[0]
        return self._functions.get(physical, physical)

    def _returned(self, told: Told) -> Iterator[Entry]:
        task = self._tasks.get(told["previousEventId"])
        if task is None:
            return
        output = _object(told["taskSucceededEventDetails"].get("output"))
        if task["kind"] == WAITING:
            yield _entry(told, "received", task, value=output.get("v"))
        else:
            yield _entry(told, "returned", task, value=_value(output.get("Payload")))

    def _raised(self, told: Told) -> Iterator[Entry]:
        task = self._tasks.get(told["previousEventId"])
        why: dict[str, Any] = {}
        for part in _FAILURES:
            why |= told.get(part, {})
        if task is not None:
            error = error_of_step(why.get("error", ""), why.get("cause", ""))
            yield _entry(told, "raised", task, error=error)

    # --- waits

    def _sleeping(self, told: Told) -> Iterator[Entry]:
        yield Entry(_at_s(told), "sleeping", step=told["stateEnteredEventDetails"]["name"])

    def _waited(self, told: Told) -> Iterator[Entry]:
        yield Entry(_at_s(told), "waited", step=told["stateExitedEventDetails"]["name"])


_FAILURES = (
    "taskFailedEventDetails",
    "taskTimedOutEventDetails",
    "taskStartFailedEventDetails",
    "taskSubmitFailedEventDetails",
)
_OF_TASK = frozenset({"TaskStarted", "TaskSubmitted"})
_READ: Mapping[str, Callable[[Reading, Told], Iterator[Entry]]] = {
    "ExecutionAborted": Reading._aborted,  # noqa: SLF001  (its own)
    "ExecutionFailed": Reading._failed,  # noqa: SLF001
    "ExecutionStarted": Reading._started,  # noqa: SLF001
    "ExecutionSucceeded": Reading._succeeded,  # noqa: SLF001
    "ExecutionTimedOut": Reading._overdue,  # noqa: SLF001
    "TaskFailed": Reading._raised,  # noqa: SLF001
    "TaskScheduled": Reading._scheduled,  # noqa: SLF001
    "TaskStartFailed": Reading._raised,  # noqa: SLF001
    "TaskSubmitFailed": Reading._raised,  # noqa: SLF001
    "TaskSucceeded": Reading._returned,  # noqa: SLF001
    "TaskTimedOut": Reading._raised,  # noqa: SLF001
    "WaitStateEntered": Reading._sleeping,  # noqa: SLF001
    "WaitStateExited": Reading._waited,  # noqa: SLF001
}


def _entry(told: Told, kind: str, task: Task, *, value: Any = None, error: Mapping[str, Any] | None = None) -> Entry:
    return Entry(
        _at_s(told), kind, task["name"], step=task["step"], attempt=task["attempt"], value=value, error=error
    )  # fmt: skip


def _value(answer: Any) -> Any:
    """What a function of ours answered: {"v": …}."""
    return answer.get("v") if is_object(answer) else None


def _at_s(told: Told) -> float:
    at_s: float = told["timestamp"].timestamp()
    return at_s


def _object(text: str | None) -> dict[str, Any]:
    """A JSON object; {} where AWS tells none, as of data that is encrypted."""
    try:
        found = load(text or "{}")
    except InvalidBody:
        return {}
    return found if is_object(found) else {}
