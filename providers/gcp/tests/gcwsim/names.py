"""What names in expressions mean: variables, functions of the standard library, subworkflows.

https://cloud.google.com/workflows/docs/reference/syntax/expressions#function_expressions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import INVALID, UNSPECIFIED
from providers.gcp.tests.gcwsim.evaluate import Constant, Evaluate, reader
from providers.gcp.tests.gcwsim.library import FUNCTIONS, MODULES, OBJECTS, UNMODELLED, Function, page_of
from providers.gcp.tests.gcwsim.pages import EXPRESSIONS, SUBWORKFLOWS, TROUBLESHOOTING, VARIABLES
from providers.gcp.tests.gcwsim.routine import REQUIRED, Routine
from providers.gcp.tests.gcwsim.scope import Scope

Note = Callable[[str, str, str], None]
"""Notes a problem: code, message, page."""
NOTHING = Constant(None)


class Names:
    """Names in one scope. note: where problems go."""

    def __init__(self, scope: Scope, routines: Mapping[str, Routine], note: Note) -> None:
        self._scope = scope
        self._routines = routines
        self._note = note

    def variable(self, name: str) -> Evaluate:
        place = self._scope.find(name)
        if place is not None:
            return reader(place)
        if name in self._routines or name in FUNCTIONS:
            self._note(UNSPECIFIED, f"{name!r} as a value", EXPRESSIONS)
        else:
            self._note(INVALID, f"symbol {name!r} is neither a variable nor a sub-workflow name", TROUBLESHOOTING)
        return NOTHING

    def dotted(self, name: str) -> Evaluate | None:
        root = name.partition(".")[0]
        if not root or self._scope.find(root) is not None:
            return None
        if name in OBJECTS or name in FUNCTIONS:
            self._note(UNSPECIFIED, f"{name!r} as a value", EXPRESSIONS)
            return NOTHING
        if root in MODULES:
            self._note(INVALID, f"{name!r} is nothing of the standard library", EXPRESSIONS)
            return NOTHING
        return None

    def call(self, name: str, arguments: Sequence[Evaluate]) -> Evaluate:
        if self._scope.find(name.partition(".")[0]) is not None:
            self._note(UNSPECIFIED, f"calling {name!r}, which a variable of that name may hide", VARIABLES)
        if name in FUNCTIONS:
            return self._library(FUNCTIONS[name], arguments)
        if name in self._routines:
            return self._routine(self._routines[name], arguments)
        self._unknown(name)
        return NOTHING

    def _unknown(self, name: str) -> None:
        if name.startswith("googleapis."):
            self._note(UNSPECIFIED, f"the connector {name} in an expression: a page and a sample disagree", EXPRESSIONS)
        elif name in UNMODELLED:
            self._note(INVALID, f"{name} blocks: it needs a call step", f"{EXPRESSIONS}#blocking_calls")
        else:
            self._note(INVALID, f"{name!r} is no function", EXPRESSIONS)

    def _library(self, function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
        if function.is_blocking:
            self._note(INVALID, f"{function.name} blocks: it needs a call step", f"{EXPRESSIONS}#blocking_calls")
            return NOTHING
        if not function.required <= len(arguments) <= len(function.parameters):
            self._note(INVALID, f"{function.name} with {len(arguments)} arguments", page_of(function.name))
            return NOTHING
        return applied(function, arguments)

    def _routine(self, routine: Routine, arguments: Sequence[Evaluate]) -> Evaluate:
        required = [name for name, default in routine.parameters.items() if default is REQUIRED]
        if not len(required) <= len(arguments) <= len(routine.parameters):
            self._note(INVALID, f"{routine.name} with {len(arguments)} arguments", SUBWORKFLOWS)
            return NOTHING
        return lambda frame: routine.evaluate(frame, routine.values([one(frame) for one in arguments]))


def applied(function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
    """Calling a function that does not block."""
    apply: Any = function.apply
    if function.needs_run:
        return lambda frame: apply(frame.run, *[one(frame) for one in arguments])
    if len(arguments) == 1:
        return _applied_to_one(apply, arguments[0])
    return lambda frame: apply(*[one(frame) for one in arguments])


def _applied_to_one(apply: Any, argument: Evaluate) -> Evaluate:
    def evaluate(frame: Frame) -> Any:
        return apply(argument(frame))

    return evaluate
