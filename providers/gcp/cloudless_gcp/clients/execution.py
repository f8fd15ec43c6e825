"""Executions as Workflows tells them, as snapshots of ours.

https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions
"""

from __future__ import annotations

from cloudless.codec import is_object, load
from cloudless.driver.error import error_of, told
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING, Snapshot
from cloudless.errors import InvalidBody, Unavailable
from cloudless.runtime.failure import conclusion
from cloudless_gcp.moment import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.error import Error
    from cloudless.driver.orchestration import Status

    Told = Mapping[str, Any]
    """An execution, in Workflows' words."""

NATIVE: Mapping[Status, tuple[str, ...]] = {
    RUNNING: ("ACTIVE", "QUEUED"),
    COMPLETED: ("SUCCEEDED",),
    FAILED: ("FAILED",),
    CANCELLED: ("CANCELLED",),
}
_STATUS: Mapping[str, Status] = {native: status for status, natives in NATIVE.items() for native in natives}
_TEXT_MOST = 2_000


def status_of(told: Told) -> Status:
    """Our word for its state. Raises Unavailable where Google cannot tell, e.g. since a key was revoked."""
    state = told.get("state", "")
    if state not in _STATUS:
        raise Unavailable(f"Workflows cannot tell how an execution stands: {state} {told.get('stateError', '')}")
    return _STATUS[state]


def is_taken(told: Told) -> bool:
    """Whether it ended at once, since another one has its id: {"taken": true}."""
    found = _object(told.get("result"))
    return found.get("taken") is True and "v" not in found


def id_of(told: Told) -> str:
    """Our id, of the argument; "" for an execution that is none of ours."""
    return str(_object(told.get("argument")).get("id") or "")


def started_s(told: Told) -> float:
    """When it began, seconds since the epoch; of one that waits for its turn, when it was created."""
    return seconds_of(told.get("startTime") or told["createTime"])


def snapshot_of(told: Told, orchestration: str) -> Snapshot:
    """A result over the limit of results is an error, as on other clouds."""
    status, at_s = status_of(told), started_s(told)
    if status == RUNNING:
        return Snapshot(RUNNING, at_s)
    ended_s = seconds_of(told["endTime"])
    if status == CANCELLED:
        return Snapshot(CANCELLED, at_s, ended_s)
    if status == FAILED:
        return Snapshot(FAILED, at_s, ended_s, error=error_of_execution(told))
    output, error = conclusion(_object(told.get("result")), orchestration)
    return Snapshot(COMPLETED if error is None else FAILED, at_s, ended_s, output=output, error=error)


def error_of_execution(execution: Told) -> Error:
    """What it failed with; InternalError where Workflows itself gave up, e.g. at one of its limits."""
    failure: dict[str, Any] = execution.get("error") or {}
    payload: str = failure.get("payload", "")
    return told(_value(payload)) or error_of("InternalError", f"Workflows: {payload[:_TEXT_MOST]}")


def _value(text: str) -> Any:
    try:
        return load(text or "null")
    except InvalidBody:
        return None


def _object(text: str | None) -> dict[str, Any]:
    found = _value(text or "")
    return found if is_object(found) else {}
