"""Foreign exceptions to ours, in one place: those of botocore."""

from __future__ import annotations

from contextlib import contextmanager

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import CloudlessError, InvalidArgument, NotFound, PermissionDenied, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

SIGN_IN = "aws sso login, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
"""What calls need outside of AWS.

https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
"""


_KINDS: dict[str, type[CloudlessError]] = {
    "AccessDenied": PermissionDenied,
    "AccessDeniedException": PermissionDenied,
    "AuthorizationError": PermissionDenied,
    "AuthorizationErrorException": PermissionDenied,
    "KMSAccessDenied": PermissionDenied,
    "KMSAccessDeniedException": PermissionDenied,
    "KmsAccessDenied": PermissionDenied,
    "KmsAccessDeniedException": PermissionDenied,
    "OptInRequired": PermissionDenied,
    "ExpiredToken": NotSignedIn,
    "ExpiredTokenException": NotSignedIn,
    "IncompleteSignature": NotSignedIn,
    "InvalidAccessKeyId": NotSignedIn,
    "InvalidClientTokenId": NotSignedIn,
    "InvalidSecurity": NotSignedIn,
    "InvalidSignatureException": NotSignedIn,
    "MissingAuthenticationToken": NotSignedIn,
    "MissingAuthenticationTokenException": NotSignedIn,
    "RequestExpired": NotSignedIn,
    "SignatureDoesNotMatch": NotSignedIn,
    "UnrecognizedClientException": NotSignedIn,
    "AWS.SimpleQueueService.NonExistentQueue": NotFound,
    "ExecutionDoesNotExist": NotFound,
    "NotFound": NotFound,
    "NotFoundException": NotFound,
    "QueueDoesNotExist": NotFound,
    "ResourceNotFoundException": NotFound,
    "StateMachineDeleting": NotFound,
    "StateMachineDoesNotExist": NotFound,
    "AWS.SimpleQueueService.UnsupportedOperation": InvalidArgument,
    "BatchRequestTooLong": InvalidArgument,
    "BatchRequestTooLongException": InvalidArgument,
    "InvalidArn": InvalidArgument,
    "InvalidExecutionInput": InvalidArgument,
    "InvalidMessageContents": InvalidArgument,
    "InvalidName": InvalidArgument,
    "InvalidOutput": InvalidArgument,
    "InvalidParameter": InvalidArgument,
    "InvalidParameterException": InvalidArgument,
    "InvalidParameterValue": InvalidArgument,
    "InvalidParameterValueException": InvalidArgument,
    "InvalidRequestContentException": InvalidArgument,
    "MissingParameter": InvalidArgument,
    "ParameterValueInvalid": InvalidArgument,
    "RequestTooLargeException": InvalidArgument,
    "UnsupportedOperation": InvalidArgument,
    "ValidationError": InvalidArgument,
    "ValidationException": InvalidArgument,
}
"""By error code; any other (throttling, faults of theirs, codes to come) is Unavailable.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

_OF_SDK: dict[str, type[CloudlessError]] = {
    "ConfigNotFound": NotSignedIn,
    "ConfigParseError": NotSignedIn,
    "CredentialRetrievalError": NotSignedIn,
    "InvalidConfigError": NotSignedIn,
    "LoginError": NotSignedIn,
    "NoAuthTokenError": NotSignedIn,
    "NoCredentialsError": NotSignedIn,
    "PartialCredentialsError": NotSignedIn,
    "ProfileNotFound": NotSignedIn,
    "SSOError": NotSignedIn,
    "TokenRetrievalError": NotSignedIn,
    "InvalidRegionError": InvalidArgument,
    "NoRegionError": InvalidArgument,
    "ParamValidationError": InvalidArgument,
}
"""By name of the class or one of its bases, for what went wrong before an answer came. Any other is Unavailable."""
_REMEDIES = (
    (NotSignedIn, f"Sign in: {SIGN_IN}"),
    (NotFound, "It is not there: deploy the stage, and see that its region is the one where it is deployed"),
)


def of_code(code: str, text: str) -> CloudlessError:
    """Our error for one of the service's codes, with or without the prefix of its query protocol."""
    return _told(_KINDS.get(code, _KINDS.get(code.rpartition(".")[2], Unavailable)), text)


def of_sdk(problem: Exception, what: str) -> CloudlessError:
    """Our error for one of the SDK's, which stays at `native`."""
    code = code_of(problem)
    text = f"{what}: {problem}"
    ours = of_code(code, text) if code else _told(_before_answer(problem), text)
    ours.native = problem
    return ours


def code_of(problem: BaseException | None) -> str:
    """The service's code in one of the SDK's exceptions; "" where no answer came."""
    response: Any = getattr(problem, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if response else ""


@contextmanager
def translated(what: str) -> Generator[None]:
    """Raise ours in place of the SDK's, chained. what: the operation, as people read it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as problem:
        raise of_sdk(problem, what) from problem


def _before_answer(problem: Exception) -> type[CloudlessError]:
    names = [one.__name__ for one in type(problem).__mro__]
    return next((_OF_SDK[name] for name in names if name in _OF_SDK), Unavailable)


def _told(kind: type[CloudlessError], text: str) -> CloudlessError:
    remedy = next((remedy for one, remedy in _REMEDIES if kind is one), "")
    return kind(f"{text.rstrip('.')}. {remedy}" if remedy else text)
