"""What comes back with task tokens.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

from typing import Any

from providers.aws.tests.stepfunctions.definition import read
from providers.aws.tests.stepfunctions.errors import ApiError, Refused, StateFailed, Unspecified
from providers.aws.tests.stepfunctions.kinds import Json
from providers.aws.tests.stepfunctions.limits import DATA_BYTES
from providers.aws.tests.stepfunctions.service import StepFunctions
from providers.aws.tests.stepfunctions.task import Attempt


def succeed(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    text: str = parameters["output"]
    try:
        value = read(text)
    except Refused as refused:
        raise ApiError("InvalidOutput", f"Invalid Output: '{refused}'") from refused
    if len(text.encode()) > DATA_BYTES:
        raise ApiError("InvalidOutput", "Invalid Output: 'it is too large'")
    _attempt(service, parameters).report(value, None)
    return {}


def fail(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    error, cause = parameters.get("error"), parameters.get("cause")
    if (error or "").startswith("States."):
        raise Unspecified(f"SendTaskFailure with {error}, a name of the States Language")
    _attempt(service, parameters).report(None, StateFailed(error, cause))
    return {}


def beat(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    _attempt(service, parameters).beat()
    return {}


def _attempt(service: StepFunctions, parameters: Json) -> Attempt:
    token = parameters["taskToken"]
    if token in service.tokens:
        return service.tokens[token]
    if token in service.given:
        raise ApiError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
