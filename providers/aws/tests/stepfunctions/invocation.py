"""What is asked of the functions, and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function.

    function: FunctionName, or the ARN of a direct call, with the qualifier. role_arn: of the state machine, whose
    permission it takes. state: which called. attempt: 0 for the first. waits: for a task token.
    """

    function: str
    payload: Any
    role_arn: str = ""
    execution_arn: str = ""
    state: str = ""
    attempt: int = 0
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The function's answer. after_s: virtual seconds that the call takes. version: which the qualifier meant."""

    payload: Any = None
    after_s: float = 0.0
    version: str = "$LATEST"


Invoke = Callable[[Invocation], Reply]
"""Carries one call out; raises Failed where the function, or Lambda, fails."""
