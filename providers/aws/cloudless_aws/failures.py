r"""What Step Functions and Lambda call a failure, as errors of the language: for whoever reads what they tell.

    Error "CardDeclined", Cause {"errorType": "CardDeclined", "errorMessage": "{\"type\": \"CardDeclined\", …}"}   ours
    Error "Lambda.TooManyRequestsException", any Cause                                            ThrottledError
    Error "States.Timeout"                                                                        TimeoutError
    Error "Runtime.ExitError"                                                                     Crashed

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
May import: `cloudless.driver.error`.
"""

from __future__ import annotations

import json

from cloudless.codec import is_object
from cloudless.driver.error import error_of, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.error import Error

PLATFORM: Mapping[str, str] = {
    "Lambda.AWSLambdaException": "UnavailableError",
    "Lambda.ClientExecutionTimeoutException": "UnavailableError",
    "Lambda.SdkClientException": "UnavailableError",
    "Lambda.ServiceException": "UnavailableError",
    "Lambda.TooManyRequestsException": "ThrottledError",
    "Sandbox.Timedout": "TimeoutError",
    "States.HeartbeatTimeout": "TimeoutError",
    "States.Timeout": "TimeoutError",
}
"""Our class by AWS's name; any other of theirs is Crashed."""
_TEXT_MOST = 2_000


def error_of_step(name: str, cause: str) -> Error:
    """What a step failed with. name, cause: Error and Cause of a task that failed, "" where AWS tells none."""
    return canonical(cause) or error_of(PLATFORM.get(name, "Crashed"), _message(cause) or name)


def error_of_execution(name: str, cause: str) -> Error:
    """What an execution failed with; InternalError where Step Functions itself gave up a definition."""
    return canonical(cause) or error_of("InternalError", f"{name}: {cause[:_TEXT_MOST]}".rstrip(": "))


def canonical(cause: str) -> Error | None:
    """The error that a Cause of ours tells; None for any other Cause."""
    message = _object(cause).get("errorMessage")
    return told(_object(message)) if isinstance(message, str) else None


def _message(cause: str) -> str:
    message = _object(cause).get("errorMessage", cause)
    return str(message)[:_TEXT_MOST]


def _object(text: str) -> dict[str, Any]:
    """A JSON object; JSONata's `$string` leaves control characters as they are."""
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    return found if is_object(found) else {}
