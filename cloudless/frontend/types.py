"""Types of bodies, arguments and results as the IR names them."""

from __future__ import annotations

from typing import Any

from cloudless.codec import is_builtin, type_name
from cloudless.ir import Retry as RetryData
from cloudless.ir import TypeRef
from cloudless.retry import Retry


def type_ref(kind: Any) -> TypeRef:
    """The reference to a type; any JSON for `object`, `Any` and None."""
    if kind is None or kind is object or kind is Any:
        return TypeRef(name="JSON")
    return TypeRef(name=type_name(kind), pydantic=not is_builtin(kind))


def retry_data(retry: Retry) -> RetryData:
    """A Retry in seconds and names."""
    return RetryData(
        attempts=retry.attempts,
        delay_s=retry.delay.total_seconds(),
        factor=retry.factor,
        max_delay_s=retry.max_delay.total_seconds(),
        on=tuple(dotted(kind) for kind in retry.on),
    )


def dotted(kind: type) -> str:
    """Where a class is found: "module:QualName"."""
    return f"{kind.__module__}:{kind.__qualname__}"
