"""Routine: a function as an adapter calls it, for clouds where one function of theirs takes direct calls and steps."""

from __future__ import annotations

from cloudless.runtime import boot, entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.message import StepEnvelope
    from cloudless.runtime.entry import Binding
    from cloudless.runtime.function import Answer
    from cloudless.runtime.step import Attempt


class Routine:
    """answer: the reply to a direct call. The way of steps is only gone where there are any.

    facts: as in `cloudless.runtime.boot`. bound: the handler that they describe.
    """

    __slots__ = ("_attempt", "_bound", "_result", "answer")

    def __init__(self, facts: Mapping[str, Any], bound: Binding) -> None:
        self._bound = bound
        self._result = boot.registered(facts).result
        self.answer: Answer = entry.function(bound, self._result)
        self._attempt: Attempt | None = None

    def reply(self, event: Mapping[str, Any], cause: StepEnvelope) -> str:
        """The reply to a step, {"args": …}; see `cloudless.runtime.step`."""
        from cloudless.runtime.step import arguments_of

        if self._attempt is None:
            self._attempt = entry.attempt(self._bound, self._result)
        return self._attempt(arguments_of(event), cause)
