"""Requests about workflows and their operations.

https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.gcwsim.api.fields import body_of, invalid, not_found, page_of, query_of
from providers.gcp.tests.gcwsim.api.shapes import time_text, workflow_shape
from providers.gcp.tests.gcwsim.errors import ApiError, Refused
from providers.gcp.tests.gcwsim.limits import ENVIRONMENT_BYTES, ENVIRONMENT_VARIABLES
from providers.gcp.tests.gcwsim.service import Deployed, Workflows
from providers.gcp.tests.gcwsim.value import is_map

Json = dict[str, Any]
Query = Mapping[str, str]
_ID = re.compile(r"[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?\Z")
_LABEL = re.compile(r"[^\W\d_A-Z][^\WA-Z]*(-*[^\WA-Z]*)*\Z")
_GIVEN = {"description", "labels", "serviceAccount", "callLogLevel", "executionHistoryLevel", "cryptoKeyName", "tags"}
FIELDS = {*_GIVEN, "sourceContents", "userEnvVars", "name"}
OUTPUT = {
    "state", "revisionId", "createTime", "updateTime", "revisionCreateTime", "stateError", "allKmsKeys",
    "allKmsKeysVersions", "cryptoKeyVersion",
}  # fmt: skip
TYPE = "type.googleapis.com/google.cloud.workflows.v1"


def create(service: Workflows, parent: str, body: Any, query: Query) -> Json:
    id = query_of(query, {"workflowId"}).get("workflowId", "")
    if not _ID.match(id):
        raise invalid(f"workflowId {id!r}: letters, digits, - and _, 1 to 64, from a letter to a letter or digit")
    name = f"{parent}/workflows/{id}"
    if parent != service.parent:
        raise invalid(f"{parent} is not {service.parent}")
    if name in service.workflows:
        raise ApiError(409, "ALREADY_EXISTS", f"{name} exists")
    _deploy(service, id, body_of(body, FIELDS, OUTPUT))
    return _operation(service, name, "create")


def patch(service: Workflows, name: str, body: Any, query: Query) -> Json:
    """Fields of updateMask, all without one. New source, variables or account make a new revision."""
    given = body_of(body, FIELDS, OUTPUT)
    deployed = service.workflow(name)
    mask = [one for one in query_of(query, {"updateMask"}).get("updateMask", "").split(",") if one]
    unknown = [one for one in mask if _camel(one) not in FIELDS]
    if unknown:
        raise invalid(f"updateMask: no field {unknown[0]!r}")
    if mask:
        fields = {_camel(one) for one in mask}
        given = {**_current(deployed), **{one: given[one] for one in fields & given.keys()}}
    _deploy(service, name.rpartition("/")[2], given)
    return _operation(service, name, "update")


def _current(deployed: Deployed) -> Json:
    revision = deployed.revision
    return {**deployed.given, "sourceContents": revision.text, "userEnvVars": revision.environment}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _deploy(service: Workflows, id: str, given: Json) -> None:
    name = f"{service.parent}/workflows/{id}"
    before = service.workflows.get(name)
    environment = _environment(given.get("userEnvVars", {}))
    fields = {field: one for field, one in given.items() if field in _GIVEN}
    _check_labels(fields.get("labels", {}))
    if before is None or _is_new(before, given, environment):
        try:
            service.deploy(id, given.get("sourceContents", ""), env=environment)
        except Refused as refused:
            raise invalid(str(refused)) from refused
    service.workflows[name].given = fields


def _is_new(before: Deployed, given: Json, environment: Json) -> bool:
    revision = before.revision
    changed = given.get("serviceAccount") != before.given.get("serviceAccount")
    return changed or given.get("sourceContents") != revision.text or environment != revision.environment


def _environment(given: Any) -> dict[str, str]:
    if not is_map(given) or len(given) > ENVIRONMENT_VARIABLES:
        raise invalid(f"userEnvVars: a map of at most {ENVIRONMENT_VARIABLES}")
    for name, text in given.items():
        if not name or name.startswith(("GOOGLE", "WORKFLOWS")):
            raise invalid(f"userEnvVars: the name {name!r}")
        if not isinstance(text, str) or max(len(text.encode()), len(name.encode())) > ENVIRONMENT_BYTES:
            raise invalid(f"userEnvVars: {name} is no text of at most {ENVIRONMENT_BYTES:,} bytes")
    return dict(given)


def _check_labels(labels: Any) -> None:
    if not is_map(labels) or len(labels) > 64:
        raise invalid("labels: a map of at most 64")
    for name, text in labels.items():
        if not _LABEL.match(name) or len(name) > 63 or len(str(text)) > 63 or str(text) != str(text).lower():
            raise invalid(f"labels: {name}={text}")


def get(service: Workflows, name: str, body: Any, query: Query) -> Json:
    deployed = service.workflow(name)
    id = query_of(query, {"revisionId"}).get("revisionId", "")
    for revision in reversed(deployed.revisions):
        if id in ("", revision.id):
            return workflow_shape(deployed, revision)
    raise not_found(f"{name}@{id}")


def listed(service: Workflows, parent: str, body: Any, query: Query) -> Json:
    query_of(query, {"pageSize", "pageToken"})
    shapes = [workflow_shape(one, one.revision) for one in service.workflows.values()]
    page, more = page_of(shapes, query, 500, 1_000)
    return {"workflows": page, **more}


def revisions(service: Workflows, name: str, body: Any, query: Query) -> Json:
    query_of(query, {"pageSize", "pageToken"})
    deployed = service.workflow(name)
    shapes = [workflow_shape(deployed, one) for one in reversed(deployed.revisions)]
    page, more = page_of(shapes, query, 20, 100)
    return {"workflows": page, **more}


def delete(service: Workflows, name: str, body: Any, query: Query) -> Json:
    """Running executions are cancelled and deleted with it."""
    query_of(query, set())
    service.workflow(name)
    for execution in [one for one in service.executions.values() if one.name.startswith(f"{name}/")]:
        execution.cancel()
        del service.executions[execution.name]
    del service.workflows[name]
    return _operation(service, name, "delete")


def operation(service: Workflows, name: str, body: Any, query: Query) -> Json:
    if name not in service.operations:
        raise not_found(name)
    return service.operations[name]


def _operation(service: Workflows, name: str, verb: str) -> Json:
    """A long-running operation, which has already ended."""
    id, now = f"{service.parent}/operations/operation-{service.new_id()}", time_text(service.now_us())
    metadata = {"@type": f"{TYPE}.OperationMetadata", "createTime": now, "endTime": now, "target": name}
    deployed = service.workflows.get(name)
    response = {"@type": "type.googleapis.com/google.protobuf.Empty"}
    if deployed is not None:
        response = {"@type": f"{TYPE}.Workflow", **workflow_shape(deployed, deployed.revision)}
    done = {"name": id, "metadata": {**metadata, "verb": verb, "apiVersion": "v1"}, "done": True, "response": response}
    service.operations[id] = done
    return done
