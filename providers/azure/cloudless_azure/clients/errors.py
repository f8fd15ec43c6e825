"""Foreign exceptions to ours, in one place: those of the Service Bus SDK, and plain HTTP statuses."""

from __future__ import annotations

from contextlib import contextmanager

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import CloudlessError, InvalidArgument, NotFound, PermissionDenied, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

SIGN_IN = "az login, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"
"""What calls need outside of Azure. ARM_CLIENT_ID and its like are Terraform's alone.

https://learn.microsoft.com/en-us/python/api/overview/azure/identity-readme#environment-variables
"""


_OF_STATUS: dict[int, type[CloudlessError]] = {
    400: InvalidArgument,
    401: PermissionDenied,
    403: PermissionDenied,
    404: NotFound,
}
"""By HTTP status. Any other is Unavailable."""

_OF_SDK: dict[str, type[CloudlessError]] = {
    "ClientAuthenticationError": PermissionDenied,
    "MessageSizeExceededError": InvalidArgument,
    "MessagingEntityNotFoundError": NotFound,
    "ServiceBusAuthenticationError": PermissionDenied,
    "ServiceBusAuthorizationError": PermissionDenied,
}
"""By class name, so that nothing is imported for it. Any other is Unavailable.

https://learn.microsoft.com/en-us/python/api/azure-servicebus/azure.servicebus.exceptions
"""


def of_status(status: int | None, text: str) -> CloudlessError:
    """Our error for a status; None where there was no answer."""
    return _OF_STATUS.get(status or 0, Unavailable)(text)


def of_sdk(problem: Exception, what: str) -> CloudlessError:
    """Our error for one of the SDK's, which stays at `native`; NotSignedIn as it is, which the SDK wraps."""
    inner = getattr(problem, "inner_exception", None)
    if isinstance(inner, NotSignedIn):
        return inner
    ours = _OF_SDK.get(type(problem).__name__, Unavailable)(f"{what}: {problem}")
    ours.native = problem
    return ours


@contextmanager
def translated(what: str) -> Generator[None]:
    """Raise ours in place of the SDK's, chained. what: the operation, as people read it, and where."""
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as problem:
        raise of_sdk(problem, what) from problem
