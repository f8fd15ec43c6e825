"""One execution of a state machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from providers.aws.tests.stepfunctions.errors import RUNTIME, StateFailed
from providers.aws.tests.stepfunctions.history import US, History, HistoryFull, data, failure
from providers.aws.tests.stepfunctions.limits import text_of
from providers.aws.tests.stepfunctions.machine import Machine, Revision
from providers.aws.tests.stepfunctions.states import run
from providers.aws.tests.stepfunctions.strand import Strand
from providers.aws.tests.stepfunctions.visit import Walk, iso
from tests.virtual.agenda import Agenda, Kind

if TYPE_CHECKING:
    from providers.aws.tests.stepfunctions.service import StepFunctions


class Halt(Exception):
    """The execution ends here and now. finish: ends it."""

    def __init__(self, finish: Callable[[], None]) -> None:
        super().__init__()
        self.finish = finish


class Execution:
    """From its start to its end, and what is told of it afterwards.

    input_text: as the caller wrote it; value: parsed. version_arn, alias_arn: how it was started, "" for neither.
    """

    def __init__(
        self, service: StepFunctions, machine: Machine, revision: Revision, *, name: str, input_text: str, value: Any
    ) -> None:
        self.service = service
        self.machine = machine
        self.revision = revision
        self.name = name
        self.arn = f"{service.arn('execution')}:{machine.name}:{name}"
        self.input_text = input_text
        self.version_arn = ""
        self.alias_arn = ""
        self.status = "RUNNING"
        self.output: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.start_us = service.now_us()
        self.stop_us: int | None = None
        self.history = History()
        self.random = Random(f"{service.seed}/{self.arn}")
        self._input = value
        self._root: Strand | None = None

    @property
    def agenda(self) -> Agenda:
        return self.service.agenda

    @property
    def engine(self) -> Any:
        return self.service.engine

    @property
    def role_arn(self) -> str:
        return self.revision.role_arn

    def now_us(self) -> int:
        return self.service.now_us()

    def new_uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def start(self) -> None:
        """Begin; the first state is entered from the agenda."""
        started = {**data("input", self._input), "roleArn": self.role_arn}
        names = {"stateMachineVersionArn": self.version_arn, "stateMachineAliasArn": self.alias_arn}
        self.note("ExecutionStarted", 0, {**started, **{name: one for name, one in names.items() if one}})
        self._root = Strand(run(Walk(self, self.revision.value, 0), self._input), self._done)
        self.agenda.add(self.now_us(), self._root.resume)
        seconds = self.revision.value.get("TimeoutSeconds")
        if seconds is not None:
            self.agenda.add(self.start_us + seconds * US, self._time_out, Kind.LIMIT)

    def context(self) -> dict[str, Any]:
        """The part of the context object that all states share."""
        return {
            "Execution": {
                "Id": self.arn,
                "Input": self._input,
                "Name": self.name,
                "RoleArn": self.role_arn,
                "StartTime": iso(self.start_us),
                "RedriveCount": 0,
            },
            "StateMachine": {"Id": self.machine.arn, "Name": self.machine.name},
        }

    def before_state(self) -> None:
        """Go no further where the machine is being deleted."""
        if self.machine.is_deleting:
            raise Halt(lambda: self.abort("", ""))

    def note(self, kind: str, previous: int, details: Mapping[str, Any] | None = None) -> int:
        """Add an event. Raises Halt where no more fit."""
        try:
            return self.history.add(kind, self.now_us(), previous, details)
        except HistoryFull as full:
            text = str(full)
            raise Halt(lambda: self._fail(StateFailed(RUNTIME, text))) from full

    def abort(self, error: str, cause: str) -> None:
        """StopExecution."""
        self._end("ABORTED", "ExecutionAborted", failure(error, cause))
        self.error, self.cause = error or None, cause or None

    def _done(self, value: Any, failed: StateFailed | None) -> None:
        if failed is not None:
            self._fail(failed)
            return
        self.output = text_of(value)
        self._end("SUCCEEDED", "ExecutionSucceeded", data("output", value))

    def _fail(self, failed: StateFailed) -> None:
        self.error, self.cause = failed.error, failed.cause
        self._end("FAILED", "ExecutionFailed", failure(failed.error, failed.cause))

    def _time_out(self) -> None:
        if self.status == "RUNNING":
            self._end("TIMED_OUT", "ExecutionTimedOut", {})

    def _end(self, status: str, event: str, details: Mapping[str, Any]) -> None:
        self.status = status
        self.stop_us = self.now_us()
        if self._root is not None and not self._root.is_over:
            self._root.cancel(is_told=False)
        self.history.add(event, self.now_us(), len(self.history.events), details)
        self.service.ended(self)
