"""Every exception of cloudless, in one place. Imports nothing.

CloudlessError                    what goes wrong in or around cloudless
├── InvalidArgument               a value out of range or of the wrong shape (also a ValueError)
│   ├── UnknownOption             a keyword that nobody knows, with the nearest one that exists
│   ├── InvalidBody               a body that does not fit the declared type, or is not JSON
│   └── PayloadTooLarge           a body or its attributes over the contract's limit
├── DefinitionError               the program itself is wrong; carries every problem found
├── ConfigError                   cloudless.toml is wrong; carries every problem found
├── NoProvider                    a client call outside a function, a connection and a simulation
├── PermissionDenied              a handler uses what its code was not seen to mention
├── NotFound                      the resource does not exist in this stage
├── MissingSecret                 no value for a secret in this stage
├── Unavailable                   the cloud could not be reached; safe to repeat
│   └── PartlySent                some messages of a list were stored and some were not
├── UnsupportedError              this provider cannot do it (a declared gap)
├── RemoteError                   an invoked function or an execution raised a type that is not found here
├── ExecutionExists               the id was used before, with other arguments
├── ExecutionCancelled            the execution whose result was asked for was cancelled
├── NeverQuiet                    the simulated world keeps producing work
├── HistoryOverflow               a simulation recorded more than it keeps
├── TerraformError                Terraform or OpenTofu is missing, or failed
└── InternalError                 a bug of ours
Reject, RetryAfter, PartialFailure    what a handler raises to choose an outcome; not failures of ours
HttpError                             the same, of an HTTP endpoint: the status of its answer
└── LinkRefused                       a signed link that is forged, expired, or of another event

What steps of an orchestration fail with, beside what functions raise (and TimeoutError, after their time-out):
PlatformError                         the cloud, not the function, failed
├── ThrottledError                    too many calls at once
├── UnavailableError                  the cloud could not be reached
└── Crashed                           the function died without an answer
CompensationFailed                    a saga could not undo everything; `original` is what it failed with
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta
    from typing import Any

    from cloudless.ir.diagnostic import Diagnostic


class CloudlessError(Exception):
    """Base of everything that cloudless raises.

    native: the provider's own exception, where one was translated.
    """

    native: BaseException | None = None


class InvalidArgument(CloudlessError, ValueError):
    """A value is out of range or has the wrong shape; the message says which, and what is allowed.

    option: the name of the argument, where a declaration refuses one.
    """

    option: str = ""


class UnknownOption(InvalidArgument, TypeError):
    """A keyword argument that the call does not take; the message names the nearest one."""


class InvalidBody(InvalidArgument):
    """A message body does not fit its declared type, or cannot be written as JSON.

    fields: (where in the body, e.g. "items.0.count", what is wrong there) of each problem, where that is known.
    is_json: False where the text is no JSON at all.
    """

    fields: tuple[tuple[str, str], ...] = ()
    is_json: bool = True


class PayloadTooLarge(InvalidArgument):
    """A body is over the limit of the contract.

    size: bytes as encoded; limit: bytes allowed (192 KiB, 96 KiB when delayed beyond 15 minutes).
    """

    def __init__(self, message: str, size: int, limit: int) -> None:
        super().__init__(message)
        self.size = size
        self.limit = limit


class _Problems(CloudlessError):
    """Several problems found in one pass, each with place and remedy."""

    def __init__(self, problems: Iterable[Diagnostic]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(problem.render() for problem in self.problems))


class DefinitionError(_Problems):
    """The application cannot be compiled or run; `problems` has every one found, in source order."""


class ConfigError(_Problems):
    """cloudless.toml cannot be used; `problems` has every mistake with its line."""


class NoProvider(CloudlessError):
    """A client call was made outside a function, `cloudless.connect` and `simulate`."""


class PermissionDenied(CloudlessError):
    """The running handler was not granted the verb on the resource; the message gives the line to add."""


class NotFound(CloudlessError):
    """The resource, or the message, does not exist in this stage."""


class MissingSecret(CloudlessError):
    """No value is known for a secret in this stage."""


class Unavailable(CloudlessError):
    """The provider could not be reached, or throttled, after its client's retries; safe to repeat.

    A client call raises it. In a step of an orchestration it is an error of the function, so that the step fails with
    it unless `Retry(on=[Unavailable])` says otherwise. (`UnavailableError` is a failure of the step itself.)
    """


class PartlySent(Unavailable):
    """Some messages of `send_all` or `publish_all` were stored and some were not; safe to repeat those.

    unsent: (index in the list, why) of each that was not.
    """

    def __init__(self, total: int, unsent: Iterable[tuple[int, CloudlessError]]) -> None:
        self.unsent = tuple(unsent)
        super().__init__(f"{len(self.unsent)} of {total} messages were not stored; the first: {self.unsent[0][1]}")


class UnsupportedError(CloudlessError):
    """The provider cannot do this; the message cites the gap."""


class RemoteError(CloudlessError):
    """An invoked function, or an execution, raised an exception whose type is not found here.

    It is looked for by its name in the modules that hold handlers or orchestrations, and in modules that these import:
    import the class there, and it is raised itself. type: its name; text: its message.
    """

    def __init__(self, type: str, text: str) -> None:
        super().__init__(f"{type}: {text}")
        self.type = type
        self.text = text


class ExecutionExists(CloudlessError):
    """An execution of this id was started before with other arguments; with the same ones it is not an error."""


class ExecutionCancelled(CloudlessError):
    """The execution was cancelled, so it has no result."""


class NeverQuiet(CloudlessError):
    """The simulated world went on producing work past the limit of steps; the message shows the loop."""


class HistoryOverflow(CloudlessError):
    """A simulation recorded more events than it keeps, so a list of them would be incomplete."""


class TerraformError(CloudlessError):
    """Terraform or OpenTofu is missing, or failed; the message says why, and what to do about it.

    text: what it wrote of that itself, "" where it did not run.
    """

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


class InternalError(CloudlessError):
    """A bug in cloudless. Please report it with the message."""


def hidden(raised: Any) -> bool:
    """What pytest asks as `__tracebackhide__` of a module: an error of ours is shown at the user's line, not in here.

    raised: pytest's ExceptionInfo. Bugs are shown whole, and everything under --full-trace.
    """
    error = raised.value
    return isinstance(error, CloudlessError) and not isinstance(error, InternalError)


class Reject(Exception):
    """Raise from a handler: the message goes to the dead letters now, and is never retried.

    reason: why, at most 2 KiB of it is kept.
    """

    def __init__(self, reason: str = "rejected") -> None:
        super().__init__(reason)
        self.reason = reason


class RetryAfter(Exception):
    """Raise from a handler: the delivery failed, and the next one comes after `delay`.

    delay: 0 s to 10 minutes. Counts as a failed attempt.
    """

    def __init__(self, delay: timedelta, reason: str = "retry later") -> None:
        super().__init__(reason)
        self.delay = delay


class PartialFailure(Exception):
    """Raise from a batch handler: the messages of these ids failed, all others are done.

    ids: message ids out of the batch; an id that is not in the batch fails the whole batch.
    """

    def __init__(self, ids: Iterable[str], reason: str = "part of the batch failed") -> None:
        if isinstance(ids, str):
            raise InvalidArgument(f"PartialFailure({ids!r}): give a list of message ids, e.g. [{ids!r}]")
        super().__init__(reason)
        self.ids = frozenset(ids)


class HttpError(Exception):
    """Raise from an HTTP endpoint, or from its `auth=` function: the answer has this status.

    status: 400 to 599. detail: what the caller is told. headers: of the answer.
    """

    def __init__(self, status: int, detail: str = "", *, headers: Mapping[str, str] | None = None) -> None:
        if not isinstance(status, int) or not 400 <= status <= 599:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidArgument(f"HttpError({status!r}): errors are 400 to 599; return a Response for others")
        super().__init__(detail or f"status {status}")
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class LinkRefused(HttpError):
    """A signed link does not hold. reason: "expired" (status 410), "forged" or "other event" (status 403)."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(410 if reason == "expired" else 403, detail)
        self.reason = reason


class PlatformError(Exception):
    """A step failed in the cloud, not in the function; it was tried twice more before."""


class ThrottledError(PlatformError):
    """Too many calls at once."""


class UnavailableError(PlatformError):
    """The cloud could not be reached to run a step; what a client call in a function raises is `Unavailable`."""


class Crashed(PlatformError):
    """The function died without an answer."""


class CompensationFailed(Exception):
    """A saga failed, and some of its compensations failed too, which needs people to look.

    original: what the saga failed with. failures: what compensations failed with, in the order that they ran.
    """

    def __init__(self, message: str, original: Exception | None = None, failures: Iterable[Exception] = ()) -> None:
        super().__init__(message)
        self.original = original
        self.failures = tuple(failures)
