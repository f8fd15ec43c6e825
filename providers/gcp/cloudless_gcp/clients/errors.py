"""Foreign exceptions to ours, in one place: answers of REST APIs, and gRPC's errors by google-api-core."""

from __future__ import annotations

from contextlib import contextmanager

from cloudless.codec import is_object
from cloudless.driver.denied import NotSignedIn
from cloudless.errors import CloudlessError, InvalidArgument, NotFound, PermissionDenied, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from cloudless.driver.rest import Answer

SIGN_IN = "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
"""What calls need outside of Google Cloud.

https://cloud.google.com/docs/authentication/application-default-credentials
"""
_KINDS: dict[int, type[CloudlessError]] = {
    400: InvalidArgument,
    401: NotSignedIn,
    403: PermissionDenied,
    404: NotFound,
}
"""By HTTP status, which google-api-core gives its gRPC errors too. Any other is Unavailable.

https://googleapis.dev/python/google-api-core/latest/exceptions.html
"""
_REMEDIES: dict[type[CloudlessError], str] = {
    NotSignedIn: f"Sign in: {SIGN_IN}",
    NotFound: "It is not there: deploy the stage, and see that its project and region are those where it is deployed",
}


def of_status(status: int | None, text: str) -> CloudlessError:
    """Our error for a status; None where there was no answer."""
    return _told(_KINDS.get(status or 0, Unavailable), text)


def of_answer(answer: Answer, what: str) -> CloudlessError:
    """Our error for an answer of a REST API that is no success.

    what: the operation, as people read it. https://cloud.google.com/apis/design/errors#http_mapping
    """
    error = error_in(answer)
    said = error.get("message") or answer.text()
    return of_status(answer.status, f"{what}: {error.get('status') or answer.status}: {said}")


def error_in(answer: Answer) -> dict[str, Any]:
    """What a REST API says of its refusal: {"code": 404, "message": "…", "status": "NOT_FOUND"}; {} if nothing."""
    found = answer.json()
    error = found.get("error") if is_object(found) else None
    return error if is_object(error) else {}


def of_sdk(problem: Exception, what: str) -> CloudlessError:
    """Our error for one of the SDK's, which stays at `native`."""
    from google.auth.exceptions import GoogleAuthError, TransportError

    if not isinstance(problem, GoogleAuthError):
        ours = of_status(_status(problem), f"{what}: {problem}")
    else:
        said = problem.args[0] if problem.args else problem  # its other arguments are whole answers
        is_refused = not isinstance(problem, TransportError) and not getattr(problem, "retryable", False)
        ours = _told(NotSignedIn if is_refused else Unavailable, f"{what}: {said}")
    ours.native = problem
    return ours


@contextmanager
def translated(what: str) -> Generator[None]:
    """Raise ours in place of the SDK's, chained. what: the operation, as people read it."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except (GoogleAPIError, GoogleAuthError) as problem:
        raise of_sdk(problem, what) from problem


def _status(problem: Exception) -> int | None:
    code = getattr(problem, "code", None)
    return int(code) if code is not None else None


def _told(kind: type[CloudlessError], text: str) -> CloudlessError:
    remedy = _REMEDIES.get(kind)
    return kind(f"{text.rstrip('.')}. {remedy}" if remedy else text)
