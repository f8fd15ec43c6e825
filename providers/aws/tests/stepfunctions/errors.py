"""What goes wrong: definitions and requests that are refused, states that fail, and what nobody wrote down.

Refused(Exception)      a definition; holds every problem
ApiError(Exception)     a request to the API; code as in the API's reference
StateFailed(Exception)  a state; what Retry and Catch look at
Failed(Exception)       what an invocation of a function raises: its error's name and cause
Unspecified(Exception)  the documentation does not say, or its pages disagree: whoever relies on it must not
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

SCHEMA = "SCHEMA_VALIDATION_FAILED"
TARGET = "MISSING_TRANSITION_TARGET"
DUPLICATE_STATE = "DUPLICATE_STATE_NAME"
DUPLICATE_VARIABLE = "DUPLICATE_VARIABLE_NAME"
JSONATA = "INVALID_JSONATA_EXPRESSION"
UNSPECIFIED = "UNSPECIFIED"
"""Codes of problems. The last one is ours: AWS may take it, but the documentation does not say what it then does."""


class Problem(NamedTuple):
    """One thing that a definition may not say. path: "/States/Pack/Next"."""

    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.path or '/'}"


class Refused(Exception):
    """A definition with problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(f"Invalid State Machine Definition: '{', '.join(map(str, self.problems))}'")


class ApiError(Exception):
    """A refused request. code: "StateMachineDoesNotExist"; status: of HTTP."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Unspecified(Exception):
    """Nothing says what Step Functions does here."""


class Failed(Exception):
    """An invocation failed. error: the name that ErrorEquals is compared with; cause: text, for a function's own JSON.

    after_s: how long, in virtual seconds, the call took.
    """

    def __init__(self, error: str, cause: str = "", *, after_s: float = 0.0) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.after_s = after_s

    @classmethod
    def raised(cls, kind: str, message: str, *, request_id: str = "", after_s: float = 0.0) -> Failed:
        """What comes of an exception that a Python function raised, without its traceback."""
        cause: dict[str, Any] = {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": []}
        return cls(kind, json.dumps(cause, separators=(",", ":"), ensure_ascii=False), after_s=after_s)


class StateFailed(Exception):
    """A state failed. error, cause: None where whoever failed it gave none. aliases: further names that match it."""

    def __init__(self, error: str | None, cause: str | None, *aliases: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.aliases = aliases


class QueryFailed(StateFailed):
    """A field's value could not be computed. location: "Assign/x", "" where no field is to blame."""

    def __init__(self, what: str, location: str) -> None:
        super().__init__(QUERY_EVALUATION_ERROR, what)
        self.location = location


ALL = "States.ALL"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
RUNTIME = "States.Runtime"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"

KNOWN = {
    ALL, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, NO_CHOICE_MATCHED, QUERY_EVALUATION_ERROR, RUNTIME, TASK_FAILED,
    TIMEOUT,
    "States.BranchFailed", "States.ExceedToleratedFailureThreshold", "States.Http.Socket", "States.IntrinsicFailure",
    "States.ItemReaderFailed", "States.ParameterPathFailure", "States.Permissions", "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
}  # fmt: skip
"""https://states-language.net/#appendix-a
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
