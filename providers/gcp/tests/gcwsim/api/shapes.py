"""Resources as the REST APIs show them.

https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from providers.gcp.tests.gcwsim.callback import Endpoint
from providers.gcp.tests.gcwsim.execution import FAILED, SUCCEEDED, Execution
from providers.gcp.tests.gcwsim.history import Entry
from providers.gcp.tests.gcwsim.service import Deployed, Revision
from providers.gcp.tests.gcwsim.value import plain
from tests.virtual import US

Json = dict[str, Any]


def time_text(at_us: int) -> str:
    """2026-01-02T12:00:00.000000Z."""
    return datetime.fromtimestamp(at_us / US, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def json_text(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def workflow_shape(deployed: Deployed, revision: Revision) -> Json:
    return {
        **deployed.given,
        "name": deployed.name,
        "state": "ACTIVE",
        "revisionId": revision.id,
        "createTime": time_text(deployed.created_us),
        "updateTime": time_text(deployed.revision.created_us),
        "revisionCreateTime": time_text(revision.created_us),
        "sourceContents": revision.text,
        **({"userEnvVars": revision.environment} if revision.environment else {}),
    }


def execution_shape(execution: Execution, *, is_full: bool) -> Json:
    """An execution; not full: only the fields of the view BASIC."""
    shape: Json = {
        "name": execution.name,
        "startTime": time_text(execution.start_us),
        "state": execution.state,
        "workflowRevisionId": execution.revision.id,
    }
    if execution.end_us is not None:
        shape["endTime"] = time_text(execution.end_us)
        shape["duration"] = f"{(execution.end_us - execution.start_us) / US:f}s"
    return {**shape, **_full(execution)} if is_full else shape


def _full(execution: Execution) -> Json:
    shape: Json = {"createTime": time_text(execution.start_us), "argument": json_text(execution.argument)}
    if execution.labels:
        shape["labels"] = execution.labels
    if execution.state == SUCCEEDED:
        shape["result"] = json_text(execution.result)
    if execution.state == FAILED:
        shape["error"] = {"payload": json_text(execution.error), "context": "RuntimeError"}
    return {**shape, **execution.given}


def entry_shape(execution: Execution, entry: Entry) -> Json:
    shape: Json = {
        "name": f"{execution.name}/stepEntries/{entry.id}",
        "entryId": str(entry.id),
        "createTime": time_text(entry.created_us),
        "updateTime": time_text(entry.updated_us),
        "routine": entry.routine,
        "step": entry.step,
        "state": entry.state,
    }
    if entry.kind:
        shape["stepType"] = entry.kind
    if entry.error is not None:
        shape["exception"] = {"payload": json_text(entry.error)}
    if entry.parent:
        shape["navigationInfo"] = {"parent": str(entry.parent)}
    return shape


def callback_shape(execution: Execution, id: str, endpoint: Endpoint) -> Json:
    shape: Json = {"name": f"{execution.name}/callbacks/{id}", "method": endpoint.method}
    if endpoint.waiter is not None:
        shape["waiters"] = "1"
    if endpoint.received is not None:
        shape["availablePayloads"] = [json_text(endpoint.received)]
    return shape
