"""One synchronous call of a Lambda function of ours, and what became of it.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

from cloudless.codec import dump, is_object, load
from cloudless.errors import InvalidBody, RemoteError, Unavailable
from cloudless_aws.clients.errors import code_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless_aws.clients.sdk import Client

_TIMED_OUT = "Sandbox.Timedout"
_TIMED_OUT_TEXT = "Task timed out after"
"""Of a function that Lambda itself stopped."""
_LOST = frozenset({"ServiceException", "InternalFailure", "InternalServerError"})
"""Codes after which nobody knows whether the function ran. After others it did not."""
_LOST_ON_THE_WAY = frozenset({"ConnectionClosedError", "HTTPClientError", "ResponseStreamingError"})
_TEXT_MOST = 2_000


def invoke(client: Client, what: str, function: str, qualifier: str, payload: Mapping[str, Any]) -> str:
    """The function's answer, JSON text. One request.

    Raises TimeoutError (Lambda stopped it, or it gave no answer in the client's time), RemoteError("Crashed", …) where
    it died or nobody knows, Unavailable where it was surely not called, NotFound, PermissionDenied, InvalidArgument.
    """

    def request(aws: Any) -> tuple[str, str]:
        answer = aws.invoke(FunctionName=function, Qualifier=qualifier, Payload=dump(payload).encode())
        return answer.get("FunctionError", ""), answer["Payload"].read().decode("utf-8", "replace")

    try:
        failed, text = client.once(what, request)
    except Unavailable as problem:
        raise _lost(problem) from problem.native
    if failed:
        raise _failed(text)
    return text


def _lost(problem: Unavailable) -> Exception:
    name = type(problem.native).__name__
    if name == "ReadTimeoutError":
        return TimeoutError(f"no answer in time: {problem}")
    if name in _LOST_ON_THE_WAY or code_of(problem.native) in _LOST:
        return RemoteError("Crashed", f"no answer came, and nobody knows what became of it: {problem}")
    return problem


def _failed(text: str) -> Exception:
    """What Lambda says of a function that did not answer: {"errorType": …, "errorMessage": …}."""
    try:
        found = load(text)
    except InvalidBody:
        found = None
    told: Mapping[str, Any] = found if is_object(found) else {"errorMessage": text}
    kind, message = str(told.get("errorType", "")), str(told.get("errorMessage", ""))[:_TEXT_MOST]
    if kind == _TIMED_OUT or _TIMED_OUT_TEXT in message:
        return TimeoutError(message)
    return RemoteError("Crashed", f"{kind}: {message}" if kind else message)
