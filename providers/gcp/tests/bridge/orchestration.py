"""Workflows as Terraform makes them. May import: the standard library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.labels import check as check_labels
from providers.gcp.tests.bridge.made import Workflow
from providers.gcp.tests.gcwsim import problems as problems_of
from tests.bridge import Kind, must, words

_NAME = re.compile(r"[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
"""https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/create"""
SOURCE_MAX = 128 * 1_024
"""https://cloud.google.com/workflows/quotas"""
_DESCRIPTION_MAX = 1_000


def _workflow(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "workflows", "workflowexecutions")
    name, region, source = arguments["name"], arguments["region"], arguments["source_contents"]
    must(_NAME.fullmatch(name), address, f"no name of a workflow: {name!r}")
    must(region == google.region, address, f"region {region!r}")
    must(len(source.encode()) <= SOURCE_MAX, address, f"a source of {len(source.encode()):,} bytes")
    must(len(arguments.get("description") or "") <= _DESCRIPTION_MAX, address, "its description is too long")
    must(arguments.get("deletion_protection") is False, address, "it could not be destroyed")
    found = problems_of(source)
    must(not found, address, f"what Workflows would refuse: {found[:3]}")
    account = google.account(address, arguments["service_account"])
    labels = check_labels(address, arguments.get("labels"))
    environment: Mapping[str, str] = arguments.get("user_env_vars") or {}
    full = f"{google.place}/workflows/{name}"
    must(full not in google.workflows, address, f"workflow {name} is there already")
    body = {
        "description": arguments.get("description"),
        "labels": labels or None,
        "serviceAccount": account.id,
        "sourceContents": source,
        "callLogLevel": arguments.get("call_log_level"),
        "executionHistoryLevel": arguments.get("execution_history_level"),
        "userEnvVars": environment or None,
    }
    google.call(
        address, "workflows", "projects.locations.workflows.create", {"parent": google.place, "workflowId": name}, body
    )
    made = google.workflows[full] = Workflow(full, account.email, source, "000001-a1b", labels, environment)
    return {"id": full, "name": name, "revision_id": made.revision, "state": "ACTIVE"}


KINDS: Mapping[str, Kind[Google]] = {
    "google_workflows_workflow": Kind(
        _workflow,
        words(
            "project region name description service_account source_contents call_log_level execution_history_level"
            " user_env_vars labels deletion_protection"
        ),
    ),
}
