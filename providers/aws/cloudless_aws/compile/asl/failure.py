"""Errors: those that functions raise and those of the platform, as the language has them; and what is tried again.

A step of ours fails with the canonical error as JSON text in the error message of its Cause, and is known by that
shape. All else is the platform's.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from cloudless.driver.error import error_of
from cloudless.engine import retry as policies
from cloudless.ir.handler import Retry
from cloudless_aws import failures
from cloudless_aws.compile.asl.jsonata import literal
from cloudless_aws.compile.asl.variable import PLATFORM

CRASHED = ("Lambda.Unknown", "Runtime.ExitError", "Runtime.Unknown")
"""Whatever `failures.PLATFORM` does not name has crashed, and of that, these are tried again.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
"""
ANY = "Exception"
ALL = "States.ALL"
ELSE = "else"
"""Instead of a name of the platform's."""
CAUSE_MAX = 15_000
"""Characters of an error whose Cause, in which they are escaped once more, has not over 32,768.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""
_MESSAGE_MAX = 2_000
_PLATFORM = "PlatformError"
_OURS = r'/"errorMessage": ?"\{\\"type\\":/'


def table() -> dict[str, list[str]]:
    """The value of the variable PLATFORM: classes of our errors by the platform's names, those of a crash by ELSE."""
    return {**{name: _mro(kind) for name, kind in failures.PLATFORM.items()}, ELSE: _mro("Crashed")}


def caught(late: str) -> str:
    """JSONata: the error that a catcher has met. late: what a time-out says."""
    known = f"$lookup(${PLATFORM}, $failed.Error)"
    message = f"$mro[0] = 'TimeoutError' ? {literal(late).text} : $failed.Error & ': ' & $failed.Cause"
    theirs = (
        f"($mro := $exists({known}) ? {known} : ${PLATFORM}.{ELSE}; "
        f"{{'type': $mro[0], 'mro': $mro, 'message': {message}, 'data': {{}}}})"
    )
    return (
        f"{{% ($failed := $states.errorOutput; $exists($failed.Cause) and $contains($failed.Cause, {_OURS}) ? "
        f"$parse($parse($failed.Cause).errorMessage) : {theirs}) %}}"
    )


def raised(name: str, message: Any) -> dict[str, Any]:
    """The error of a check. message: JSON with JSONata in it."""
    return {**error_of(name, ""), "message": message}


def cause(error: str) -> tuple[str, str]:
    """JSONata: Error and Cause with which a machine fails; the Cause is as Lambda has it, and no longer than it may."""
    message = f"$substring(${error}.message, 0, {_MESSAGE_MAX})"
    short = f"{{'type': ${error}.type, 'mro': ${error}.mro, 'message': {message}, 'data': {{}}}}"
    kept = f"$length($text) > {CAUSE_MAX} ? $string({short}) : $text"
    text = f"($text := $string(${error}); $string({{'errorType': ${error}.type, 'errorMessage': {kept}}}))"
    return f"{{% ${error}.type %}}", f"{{% {text} %}}"


def names(retry: Retry | None) -> list[str]:
    """The names that an error of a step may have for a retrier: the first that is one of its classes."""
    return [_PLATFORM, *(_own(retry) if retry and retry.attempts > 1 else ())]


def retriers(retry: Retry | None) -> tuple[Mapping[str, Any], ...]:
    """What is tried again: failures of the platform first, which are counted by themselves, then what the step says.

    Delays are whole seconds, 1 at least: others become the next such one.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
    """
    platform = policies.PLATFORM
    ours = (*_named(_PLATFORM), *CRASHED, _PLATFORM)
    first = _retrier(ours, platform.attempts, platform.delay_s, platform.factor, platform.max_delay_s)
    if retry is None or retry.attempts < 2:
        return (first,)
    return first, _retrier(_errors(retry), retry.attempts, retry.delay_s, retry.factor, retry.max_delay_s)


def _retrier(errors: Iterable[str], attempts: int, delay_s: float, factor: float, max_delay_s: float) -> dict[str, Any]:
    interval_s, most_s = max(1, ceil(delay_s)), max(1, ceil(max_delay_s))
    retrier: dict[str, Any] = {
        "ErrorEquals": list(errors), "IntervalSeconds": interval_s, "MaxAttempts": attempts - 1,
        "BackoffRate": float(factor) if most_s > interval_s else 1.0,
    }  # fmt: skip
    if interval_s < most_s < interval_s * factor ** (attempts - 2):
        retrier["MaxDelaySeconds"] = most_s
    return retrier


def _errors(retry: Retry) -> list[str]:
    """What a retrier compares with. Of TimeoutError and its base, the platform's own time-outs, too."""
    if ANY in map(_last, retry.on):
        return [ALL]
    found = _own(retry)
    late = _named("TimeoutError") if {"TimeoutError", "OSError"} & set(found) else ()
    return list(dict.fromkeys([*found, *late]))


def _own(retry: Retry) -> list[str]:
    return [name for name in map(_last, retry.on) if name != ANY]


def _last(name: str) -> str:
    """The class's name of "module:Outer.Name"."""
    return name.rpartition(":")[2].rpartition(".")[2]


def _named(kind: str) -> list[str]:
    """The platform's names of errors of a class."""
    return [name for name, one in failures.PLATFORM.items() if kind in _mro(one)]


def _mro(kind: str) -> list[str]:
    found: list[str] = error_of(kind, "")["mro"]
    return found
