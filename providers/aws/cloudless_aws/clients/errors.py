"""Foreign exceptions to ours, in one place: those of botocore."""

from __future__ import annotations

from contextlib import contextmanager

from cloudless.errors import CloudlessError, InvalidArgument, NotFound, PermissionDenied, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

_KINDS: dict[str, type[CloudlessError]] = {
    "AccessDenied": PermissionDenied,
    "AccessDeniedException": PermissionDenied,
    "ExpiredToken": PermissionDenied,
    "ExpiredTokenException": PermissionDenied,
    "InvalidClientTokenId": PermissionDenied,
    "InvalidSecurity": PermissionDenied,
    "MissingAuthenticationToken": PermissionDenied,
    "SignatureDoesNotMatch": PermissionDenied,
    "UnrecognizedClientException": PermissionDenied,
    "AWS.SimpleQueueService.NonExistentQueue": NotFound,
    "QueueDoesNotExist": NotFound,
    "ResourceNotFoundException": NotFound,
    "AWS.SimpleQueueService.UnsupportedOperation": InvalidArgument,
    "BatchRequestTooLong": InvalidArgument,
    "InvalidMessageContents": InvalidArgument,
    "InvalidParameterValue": InvalidArgument,
    "InvalidParameterValueException": InvalidArgument,
    "MissingParameter": InvalidArgument,
    "UnsupportedOperation": InvalidArgument,
    "ValidationException": InvalidArgument,
}
"""By error code; any other (throttling, faults of theirs, codes to come) is Unavailable.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""


def of_code(code: str, text: str) -> CloudlessError:
    """Our error for one of the service's codes, with or without the prefix of its query protocol."""
    return _KINDS.get(code, _KINDS.get(code.rpartition(".")[2], Unavailable))(text)


def of_sdk(problem: Exception, what: str) -> CloudlessError:
    """Our error for one of the SDK's, which stays at `native`."""
    from botocore.exceptions import ClientError, NoCredentialsError, ParamValidationError

    text = f"{what}: {problem}"
    if isinstance(problem, ClientError):
        ours = of_code(problem.response.get("Error", {}).get("Code", ""), text)
    elif isinstance(problem, NoCredentialsError):
        ours = PermissionDenied(text)
    else:
        ours = InvalidArgument(text) if isinstance(problem, ParamValidationError) else Unavailable(text)
    ours.native = problem
    return ours


@contextmanager
def translated(what: str) -> Generator[None]:
    """Raise ours in place of the SDK's, chained. what: the operation, as people read it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as problem:
        raise of_sdk(problem, what) from problem
