"""History: what the extension wrote down of an instance, as entries of ours.

The extension tells of an activity when it has ended, with both its times; what it was is in our reply ("of"), since
inputs are not kept: of a step that is under way nothing is known but when it began (host.json can have inputs kept:
`storeInputsInOrchestrationHistory`). Timers carry no names.
https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-http-api#get-instance-status
"""

from __future__ import annotations

from cloudless.driver.error import error_of
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable_client import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from cloudless_azure.runtime.durable_client import Instance

    Plain = dict[str, Any]
    """An Entry in JSON: {"at_s", "kind", "name", "step", "attempt", "value", "error"}."""

    Told = dict[str, Any]
    """An event of "historyEvents"."""

_TEXT_MOST = 2_000
_PLACE = {"started": -1, COMPLETED: 1, FAILED: 1, CANCELLED: 1}
_ENDS = {"Completed": COMPLETED, "Failed": FAILED, "Terminated": CANCELLED, "Canceled": CANCELLED}


def entries(instance: Instance, orchestration: str) -> Iterator[Plain]:
    """The entries of one instance. Those of a portion are without its start and end, which are ours alone."""
    is_portion = instance["instanceId"].startswith(wire.PORTION)
    for told in instance.get("historyEvents") or ():
        kind = told.get("EventType", "")
        if kind in _READ:
            yield from _READ[kind](told)
        elif kind in _OF_EXECUTION and not is_portion:
            yield from _OF_EXECUTION[kind](told, orchestration)


def in_order(entry: Plain) -> tuple[float, int]:
    """What entries of several instances are sorted by: time; the execution's own start is first, its end last."""
    return entry["at_s"], _PLACE.get(entry["kind"], 0)


def _started(told: Told, orchestration: str) -> Iterator[Plain]:
    order = wire.object_in(told.get("Input")) or {}
    yield _entry(_time(told), "started", orchestration, value=order.get("arguments"))


def _completed(told: Told, orchestration: str) -> Iterator[Plain]:
    kind, result = _ENDS.get(told.get("OrchestrationStatus", ""), COMPLETED), told.get("Result")
    value = (wire.object_in(result) or {}).get("v") if kind == COMPLETED else None
    error = wire.error_in(str(result)) if kind == FAILED else None
    yield _entry(_time(told), kind, orchestration, value=value, error=error)


def _terminated(told: Told, orchestration: str) -> Iterator[Plain]:
    yield _entry(_time(told), CANCELLED, orchestration)


def _scheduled(told: Told) -> Iterator[Plain]:
    """A step that is under way."""
    yield _called(told, _time(told), {})


def _returned(told: Told) -> Iterator[Plain]:
    reply = wire.object_in(told.get("Result")) or {}
    called = _called(told, seconds_of(told.get("ScheduledTime")), reply)
    yield called
    names = {name: called[name] for name in ("name", "step", "attempt")}
    if "err" in reply:
        yield _entry(_time(told), "raised", **names, error=reply["err"])
    else:
        yield _entry(_time(told), "returned", **names, value=reply.get("v"))


def _crashed(told: Told) -> Iterator[Plain]:
    """A step that the platform failed to carry out."""
    called = _called(told, seconds_of(told.get("ScheduledTime")), {})
    yield called
    names = {name: called[name] for name in ("name", "step", "attempt")}
    yield _entry(_time(told), "raised", **names, error=error_of("Crashed", str(told.get("Reason"))[:_TEXT_MOST]))


def _called(told: Told, at_s: float, reply: dict[str, Any]) -> Plain:
    """The beginning of a step, as far as its reply or its input says what it is."""
    request = wire.object_in(told.get("Input")) or {}
    context = request.get("ctx", {})
    name, step, attempt = reply.get("of") or (
        request.get("target", ""),
        context.get("key", ""),
        context.get("attempt", 1),
    )
    return _entry(at_s, "called", name, step=step, attempt=attempt, value=request.get("args"))


def _received(told: Told) -> Iterator[Plain]:
    event = wire.event_in(told.get("Input")) if told.get("Name") == wire.EVENT else None
    if event is not None:
        yield _entry(_time(told), "received", event["name"], step=event["id"], value=event["payload"])


def _timer(told: Told) -> Iterator[Plain]:
    """A wait begins. value: its seconds."""
    yield _entry(_time(told), "waiting", value=round(seconds_of(told.get("FireAt")) - _time(told), 3))


def _fired(told: Told) -> Iterator[Plain]:
    yield _entry(_time(told), "waited")


_READ: dict[str, Callable[[Told], Iterator[Plain]]] = {
    "EventRaised": _received,
    "TaskCompleted": _returned,
    "TaskFailed": _crashed,
    "TaskScheduled": _scheduled,
    "TimerCreated": _timer,
    "TimerFired": _fired,
}
_OF_EXECUTION: dict[str, Callable[[Told, str], Iterator[Plain]]] = {
    "ExecutionCompleted": _completed,
    "ExecutionStarted": _started,
    "ExecutionTerminated": _terminated,
}


def _time(told: Told) -> float:
    return seconds_of(told.get("Timestamp"))


def _entry(
    at_s: float, kind: str, name: str = "", *, step: str = "", attempt: int = 1, value: Any = None, error: Any = None
) -> Plain:
    return {
        "at_s": at_s, "kind": kind, "name": name, "step": step, "attempt": attempt, "value": value, "error": error,
    }  # fmt: skip
