"""Requests about executions, their steps and their callbacks.

https://cloud.google.com/workflows/docs/reference/executions/rest
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.gcwsim.api.fields import body_of, filtered, invalid, not_found, page_of, query_of
from providers.gcp.tests.gcwsim.api.shapes import callback_shape, entry_shape, execution_shape
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.execution import ACTIVE
from providers.gcp.tests.gcwsim.pages import EXECUTIONS_API
from providers.gcp.tests.gcwsim.service import Workflows

Json = dict[str, Any]
Query = Mapping[str, str]
_GIVEN = {"callLogLevel", "executionHistoryLevel", "disableConcurrencyQuotaOverflowBuffering"}
FIELDS = {*_GIVEN, "argument", "labels"}
OUTPUT = {
    "name", "createTime", "startTime", "endTime", "duration", "state", "result", "error", "workflowRevisionId",
    "status", "stateError",
}  # fmt: skip
_FILTERS = {"state", "workflowRevisionId"}
_ENTRY_FILTERS = {"entryId", "routine", "step", "stepType", "state"}
_PAGES = {"pageSize", "pageToken", "filter", "orderBy"}


def create(service: Workflows, parent: str, body: Any, query: Query) -> Json:
    query_of(query, set())
    given = body_of(body, FIELDS, OUTPUT)
    argument = given.get("argument", "null")
    if not isinstance(argument, str):
        raise invalid("argument: a string of JSON is expected")
    execution = service.create(parent, argument)
    execution.labels = {**service.workflow(parent).given.get("labels", {}), **given.get("labels", {})}
    execution.given = {name: one for name, one in given.items() if name in _GIVEN}
    return execution_shape(execution, is_full=True)


def get(service: Workflows, name: str, body: Any, query: Query) -> Json:
    return execution_shape(service.execution(name), is_full=_is_full(query_of(query, {"view"}), "FULL"))


def _is_full(query: Query, default: str) -> bool:
    view = query.get("view") or default
    if view not in ("BASIC", "FULL", "EXECUTION_VIEW_UNSPECIFIED"):
        raise invalid(f"view: {view!r}")
    return (default if view == "EXECUTION_VIEW_UNSPECIFIED" else view) == "FULL"


def listed(service: Workflows, parent: str, body: Any, query: Query) -> Json:
    """The newest first."""
    is_full = _is_full(query_of(query, {"view", *_PAGES}), "BASIC")
    service.workflow(parent)
    found = [one for one in service.executions.values() if one.name.startswith(f"{parent}/")]
    shapes = [execution_shape(one, is_full=is_full) for one in reversed(found)]
    page, more = page_of(filtered(shapes, query, _FILTERS), query, 100, 100 if is_full else 1_000)
    return {"executions": page, **more}


def cancel(service: Workflows, name: str, body: Any, query: Query) -> Json:
    query_of(query, set())
    body_of(body, set())
    execution = service.execution(name)
    if execution.state != ACTIVE:
        raise Unspecified(f"cancelling an execution that is {execution.state}", EXECUTIONS_API)
    execution.cancel()
    return execution_shape(execution, is_full=True)


def entries(service: Workflows, parent: str, body: Any, query: Query) -> Json:
    query_of(query, {"skip", "view", *_PAGES})
    execution = service.execution(parent)
    history = execution.run.history
    shapes = [entry_shape(execution, one) for one in history.entries] if history is not None else []
    found = filtered(shapes, query, _ENTRY_FILTERS)[int(query.get("skip", "0") or 0) :]
    page, more = page_of(found, query, 1_000, 1_000)
    return {"stepEntries": page, "totalSize": len(found), **more}


def entry(service: Workflows, name: str, body: Any, query: Query) -> Json:
    query_of(query, {"view"})
    execution_name, _, id = name.partition("/stepEntries/")
    execution = service.execution(execution_name)
    for one in execution.run.history.entries if execution.run.history is not None else []:
        if str(one.id) == id:
            return entry_shape(execution, one)
    raise not_found(name)


def callbacks(service: Workflows, parent: str, body: Any, query: Query) -> Json:
    """Those of an execution that runs, by id."""
    query_of(query, {"pageSize", "pageToken"})
    execution = service.execution(parent)
    endpoints = execution.run.callbacks.listed() if execution.state == ACTIVE else {}
    shapes = [callback_shape(execution, id, endpoints[id]) for id in sorted(endpoints)]
    page, more = page_of(shapes, query, 100, 100)
    return {"callbacks": page, **more}
