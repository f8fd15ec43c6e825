"""Foreign exceptions to ours, in one place: gRPC's through google-api-core, and plain HTTP statuses."""

from __future__ import annotations

from contextlib import contextmanager

from cloudless.errors import CloudlessError, InvalidArgument, NotFound, PermissionDenied, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

_KINDS: dict[int, type[CloudlessError]] = {
    400: InvalidArgument,
    401: PermissionDenied,
    403: PermissionDenied,
    404: NotFound,
}
"""By HTTP status, which google-api-core gives its gRPC errors too. Any other is Unavailable.

https://googleapis.dev/python/google-api-core/latest/exceptions.html
"""


def of_status(status: int | None, text: str) -> CloudlessError:
    """Our error for a status; None where there was no answer."""
    return _KINDS.get(status or 0, Unavailable)(text)


def of_sdk(problem: Exception, what: str) -> CloudlessError:
    """Our error for one of the SDK's, which stays at `native`."""
    from google.auth.exceptions import GoogleAuthError

    text = f"{what}: {problem}"
    ours = PermissionDenied(text) if isinstance(problem, GoogleAuthError) else of_status(_status(problem), text)
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
