"""One visit to a state, and the walk through a flow that it belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from providers.aws.tests.stepfunctions.errors import DATA_LIMIT_EXCEEDED, QueryFailed, StateFailed, Unspecified
from providers.aws.tests.stepfunctions.expression import Scope, evaluated
from providers.aws.tests.stepfunctions.history import data, exited
from providers.aws.tests.stepfunctions.kinds import Json
from providers.aws.tests.stepfunctions.limits import DATA_BYTES, VARIABLES_BYTES, size_of

if TYPE_CHECKING:
    from providers.aws.tests.stepfunctions.execution import Execution

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = {"Task", "Map", "Parallel"}
_ABORTED = {"Task", "Wait", "Map", "Parallel"}


def iso(now_us: int) -> str:
    """A time as the context object has it: 2026-11-22T00:00:00.000Z."""
    return (_EPOCH + timedelta(microseconds=now_us)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Walk:
    """A run through one flow: its variables, and the event that comes before its next one.

    outer: the walk around, whose variables can be read.
    """

    def __init__(self, execution: Execution, flow: Json, before: int, outer: Walk | None = None) -> None:
        self.execution = execution
        self.flow = flow
        self.last = before
        self.variables: dict[str, Any] = {}
        self.outer = outer
        self.visit: Visit | None = None

    def visible(self) -> dict[str, Any]:
        """Every variable that a state of this flow can read."""
        return {**(self.outer.visible() if self.outer else {}), **self.variables}

    def note(self, kind: str, details: Json | None = None) -> None:
        """Add an event after the last one."""
        self.last = self.aside(kind, details)

    def aside(self, kind: str, details: Json | None = None) -> int:
        """Add an event that the next one does not come after."""
        return self.execution.note(kind, self.last, details)

    def note_abort(self) -> None:
        """Say that the state in which this walk is was ended."""
        if self.visit is not None and self.visit.kind in _ABORTED:
            self.aside(f"{self.visit.kind}StateAborted")


class Visit:
    """One visit, from entering a state to leaving it."""

    def __init__(self, walk: Walk, name: str, value: Any) -> None:
        self.walk = walk
        self.execution = walk.execution
        self.name = name
        self.state: Json = walk.flow["States"][name]
        self.kind: str = self.state["Type"]
        self.input = value
        self.attempts = 0
        self.token = ""
        self._before = walk.last
        self._entered_us = self.execution.now_us()
        walk.note(f"{self.kind}StateEntered", {"name": name, **data("input", value)})
        self._entered = walk.last

    def context(self) -> dict[str, Any]:
        """The context object; Map is for ItemSelector only.

        https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
        """
        state: dict[str, Any] = {"EnteredTime": iso(self._entered_us), "Name": self.name}
        if self.kind in _COUNTED:
            state["RetryCount"] = self.attempts
        context = {**self.execution.context(), "State": state}
        if self.token:
            context["Task"] = {"Token": self.token}
        return context

    def scope(self, context: Json | None = None, **members: Any) -> Scope:
        """What expressions of this state see. members: of $states, beside input and context."""
        states = {"input": self.input, "context": context if context is not None else self.context(), **members}
        execution = self.execution
        variables = {**self.walk.visible(), "states": states}
        return Scope(execution.engine, variables, execution.now_us() // 1_000, execution.random.getrandbits(32))

    def evaluate(self, value: Any, path: str, scope: Scope) -> Any:
        """A field's value. Raises StateFailed, after the event that tells of it."""
        try:
            return evaluated(value, path, scope)
        except QueryFailed as failed:
            raise self.blame(failed) from failed

    def blame(self, failed: QueryFailed) -> StateFailed:
        """What the state fails with, and the event."""
        error, cause = failed.error, self.at(failed.cause or "")
        details = {"error": error, "cause": cause, "state": self.name}
        if failed.location:
            details["location"] = failed.location
        if self.walk.last == self._entered and self.kind != "Wait":
            self.walk.last = self._before
        self.walk.note("EvaluationFailed", details)
        return StateFailed(error, cause)

    def at(self, why: str) -> str:
        """A cause, with where it happened."""
        where = f"An error occurred while executing the state '{self.name}' (entered at the event id #{self._entered})."
        return f"{where} {why}"

    def results(self, holder: Json, path: str, default: Any, **members: Any) -> tuple[Any, dict[str, Any]]:
        """Output and Assign of a state, a rule or a catcher: the output, and the variables to assign."""
        scope = self.scope(**members)
        output = self.evaluate(holder["Output"], f"{path}Output", scope) if "Output" in holder else default
        assigned = self.evaluate(holder.get("Assign", {}), f"{path}Assign", scope)
        self.check_size(output)
        _check_variables(assigned)
        return output, assigned

    def check_size(self, value: Any) -> None:
        """Refuse a result or an output that is too large."""
        if size_of(value) > DATA_BYTES:
            raise self.too_large(self.name)

    def too_large(self, what: str) -> StateFailed:
        why = "returned a result with a size exceeding the maximum number of bytes service limit."
        return StateFailed(DATA_LIMIT_EXCEEDED, f"The state/task '{what}' {why}")

    def leave(self, output: Any, assigned: Json) -> None:
        """Note that it is left, and let the next state see what was assigned."""
        self.walk.note(f"{self.kind}StateExited", exited(self.name, output, assigned))
        self.walk.variables.update(assigned)
        if assigned and size_of(self.walk.visible()) > VARIABLES_BYTES:
            raise Unspecified(f"variables of more than {VARIABLES_BYTES:,} bytes, in {self.name}")


def _check_variables(assigned: Json) -> None:
    if assigned and size_of(assigned) > DATA_BYTES:
        raise Unspecified(f"one Assign of more than {DATA_BYTES:,} bytes: {sorted(assigned)}")
