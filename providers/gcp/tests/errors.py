"""How Google's APIs say no: a status, a code and a text, as JSON.

https://cloud.google.com/apis/design/errors#http_mapping. May import: the standard library, tests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.hosting.http import Response

STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNKNOWN": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_JSON = (("Content-Type", "application/json; charset=UTF-8"),)


class ApiError(Exception):
    """What an API answers with. code: "NOT_FOUND". details: as in the error's list, each with its "@type"."""

    def __init__(self, code: str, text: str, *details: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {text}")
        self.status = STATUSES[code]
        self.code = code
        self.text = text
        self.details = details


def refused(error: ApiError) -> Response:
    """An error on the wire."""
    told: dict[str, Any] = {"code": error.status, "message": error.text, "status": error.code}
    if error.details:
        told["details"] = list(error.details)
    return answered({"error": told}, error.status)


def answered(body: Mapping[str, Any], status: int = 200) -> Response:
    """An answer on the wire."""
    return Response(status=status, headers=_JSON, body=json.dumps(body).encode())
