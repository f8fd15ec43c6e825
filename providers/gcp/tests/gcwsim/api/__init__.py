"""The REST of workflows.googleapis.com and workflowexecutions.googleapis.com, as far as it is needed.

A response is what the resource is; what an API takes and no page says the meaning of raises Unspecified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from providers.gcp.tests.gcwsim.api import executions, workflows
from providers.gcp.tests.gcwsim.errors import ApiError
from providers.gcp.tests.gcwsim.service import Workflows

Answer = Callable[[Workflows, str, Any, Mapping[str, str]], dict[str, Any]]

_PARENT = r"projects/[^/]+/locations/[^/]+"
_WORKFLOW = rf"{_PARENT}/workflows/[^/:]+"
_EXECUTION = rf"{_WORKFLOW}/executions/[^/:]+"
ROUTES: list[tuple[str, str, str, Answer]] = [
    ("POST", _PARENT, "/workflows", workflows.create),
    ("GET", _PARENT, "/workflows", workflows.listed),
    ("GET", _WORKFLOW, "", workflows.get),
    ("PATCH", _WORKFLOW, "", workflows.patch),
    ("DELETE", _WORKFLOW, "", workflows.delete),
    ("GET", _WORKFLOW, ":listRevisions", workflows.revisions),
    ("GET", rf"{_PARENT}/operations/[^/]+", "", workflows.operation),
    ("POST", _WORKFLOW, "/executions", executions.create),
    ("GET", _WORKFLOW, "/executions", executions.listed),
    ("GET", _EXECUTION, "", executions.get),
    ("POST", _EXECUTION, ":cancel", executions.cancel),
    ("GET", _EXECUTION, "/callbacks", executions.callbacks),
    ("GET", _EXECUTION, "/stepEntries", executions.entries),
    ("GET", rf"{_EXECUTION}/stepEntries/[^/]+", "", executions.entry),
]
_PATTERNS = [(verb, re.compile(rf"/v1/({name}){re.escape(end)}\Z"), answer) for verb, name, end, answer in ROUTES]


def answer(service: Workflows, method: str, path: str, body: Any, query: Mapping[str, str]) -> dict[str, Any]:
    """What a request is answered with. Raises ApiError, Unspecified."""
    for verb, pattern, found in _PATTERNS:
        match = pattern.match(path)
        if verb == method and match is not None:
            return found(service, match[1], body, query)
    raise ApiError(404, "NOT_FOUND", f"{method} {path}: no such method")
