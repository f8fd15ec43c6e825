"""What an instance of Durable Functions, as the extension tells it, says of the execution that it is."""

from __future__ import annotations

from cloudless.codec import dump
from cloudless.driver.error import error_of
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable_client import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.orchestration import Status
    from cloudless_azure.runtime.durable_client import Instance

NATIVE: dict[Status, tuple[str, ...]] = {
    RUNNING: ("Running", "Pending", "ContinuedAsNew", "Suspended"),
    COMPLETED: ("Completed",),
    FAILED: ("Failed",),
    CANCELLED: ("Terminated", "Canceled"),
}
"""https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-instance-management#query-instances"""
_STATUS: dict[str, Status] = {native: status for status, natives in NATIVE.items() for native in natives}
_TEXT_MOST = 2_000


def status_of(one: Instance) -> Status:
    """Running where the extension says what we do not know."""
    return _STATUS.get(one["runtimeStatus"], RUNNING)


def began_of(one: Instance) -> tuple[float, float]:
    """When it was started, to compare: its second, then the fraction that it noted itself, once it had begun."""
    began = one.get("customStatus")
    return seconds_of(one.get("createdTime")), began if isinstance(began, (int, float)) else float("inf")


def snapshot(one: Instance) -> dict[str, Any]:
    """An instance as a Snapshot in JSON: {"status", "started_s", "ended_s", "output", "error"}."""
    status, output = status_of(one), one.get("output")
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
