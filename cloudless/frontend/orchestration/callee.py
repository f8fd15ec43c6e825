"""What steps call: functions, pure functions and orchestrations, with their parameters and results."""

from __future__ import annotations

from typing import Any

from cloudless import ir
from cloudless.frontend.functions import is_async, original
from cloudless.frontend.orchestration.annotation import Types
from cloudless.frontend.orchestration.kinds import ANY
from cloudless.frontend.source import Sources
from cloudless.function import Function
from cloudless.handler import Routine, argument_names, defaults_of, hints_of
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION, PURE, Callee
from cloudless.ir.type import Type
from cloudless.message import is_context
from cloudless.orchestration import Orchestration


class Target:
    """One callee. result: None where it has no annotation. positional: how many parameters take arguments by position.

    defaults: of an orchestration's parameters, as objects; functions fill theirs themselves.
    """

    __slots__ = ("data", "defaults", "is_async", "positional", "result", "routine")

    def __init__(self, routine: Routine[..., Any], types: Types) -> None:
        function = original(routine.function)
        hints = signature(function)
        names = [] if function is None else argument_names(function)
        count = 0 if function is None else function.__code__.co_argcount
        known = defaults_of(function) if function else {}
        kept = [name for name in names if not is_context(hints.get(name))]
        self.routine = routine
        self.positional = sum(name in kept for name in names[:count])
        self.is_async = is_async(routine.function)
        self.result: Type | None = types.of(hints["return"]) if "return" in hints else None
        self.defaults = known if isinstance(routine, Orchestration) else {}
        parameters = [
            ir.Argument(name, types.of(hints[name]) if name in hints else ANY, name not in known) for name in kept
        ]
        self.data = Callee(routine.name, _kind(routine), tuple(parameters), self.result or ANY)


class Callees:
    """The callees of one app, each looked at once."""

    def __init__(self, types: Types, sources: Sources) -> None:
        self._types = types
        self._sources = sources
        self._known: dict[int, Target] = {}

    def of(self, routine: Routine[..., Any]) -> Target:
        """What is known of a function, a pure function or an orchestration."""
        found = self._known.get(id(routine))
        if found is None:
            found = self._known[id(routine)] = Target(routine, self._types)
        return found


def signature(function: Any) -> dict[str, Any]:
    """Annotations as objects; none where one cannot be evaluated, which the checks report."""
    try:
        return hints_of(function) if function else {}
    except Exception:  # noqa: BLE001  (the user's annotations may raise anything)
        return {}


def _kind(routine: Routine[..., Any]) -> str:
    if isinstance(routine, Orchestration):
        return ORCHESTRATION
    return FUNCTION if isinstance(routine, Function) else PURE
