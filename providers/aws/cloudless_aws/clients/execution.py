"""What Step Functions tells of an execution, as a Snapshot.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

from __future__ import annotations

from cloudless.codec import load
from cloudless.driver.error import error_of
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING, Snapshot
from cloudless.runtime.failure import conclusion
from cloudless_aws.failures import error_of_execution

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.orchestration import Status

NATIVE: Mapping[Status, tuple[str, ...]] = {
    RUNNING: ("RUNNING",),
    COMPLETED: ("SUCCEEDED",),
    FAILED: ("FAILED", "TIMED_OUT"),
    CANCELLED: ("ABORTED",),
}
"""Step Functions' words for a status of ours. (PENDING_REDRIVE is for parts of distributed maps.)"""
_STATUS: Mapping[str, Status] = {native: status for status, natives in NATIVE.items() for native in natives}
_TIMED_OUT = "TIMED_OUT"


def status_of(native: str) -> Status:
    """Our word for a status of theirs."""
    return _STATUS.get(native, RUNNING)


def snapshot_of(told: Mapping[str, Any], orchestration: str) -> Snapshot:
    """told: the answer of DescribeExecution. A result over the limit of results is an error, as on other clouds."""
    status, started_s = status_of(told["status"]), told["startDate"].timestamp()
    if status == RUNNING:
        return Snapshot(RUNNING, started_s)
    ended_s = told["stopDate"].timestamp()
    if status == CANCELLED:
        return Snapshot(CANCELLED, started_s, ended_s)
    if status == FAILED:
        return Snapshot(FAILED, started_s, ended_s, error=_error(told))
    output, error = conclusion(load(told["output"]), orchestration)
    return Snapshot(COMPLETED if error is None else FAILED, started_s, ended_s, output=output, error=error)


def _error(told: Mapping[str, Any]) -> Mapping[str, Any]:
    if told["status"] == _TIMED_OUT:
        return error_of("TimeoutError", f"execution {told['name']!r} took longer than its time-out")
    return error_of_execution(told.get("error", ""), told.get("cause", ""))
