"""What a simulation says of handlers that raise, through `logging`: pytest shows it of a test that fails.

Without it a slip in a handler is an outcome, "again" in place of "done", and the line that raised is nowhere. What the
test itself asked for, by `cloud.fail` or faults, is not told.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cloudless.errors import PartialFailure, Reject, RetryAfter
from cloudless.runtime.outcome import Postponed
from cloudless.source import is_ours

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from cloudless.message import Envelope
    from cloudless.runtime.call import Call
    from cloudless.runtime.endpoint import EndpointPlan
    from cloudless.runtime.plan import Plan

MOST = 20
"""Failures that one simulation tells of: what fails for ever would bury the first."""

_MEANT = (PartialFailure, Postponed, Reject, RetryAfter)
_PROVOKING = frozenset({"adversary.py", "attacked.py", "attacked_execution.py", "doubles.py"})
_HERE = os.path.dirname(__file__)  # noqa: PTH120  (pathlib costs 4 ms of a test run)


class Telling:
    """Tells of the first failures of one simulation: once with the traceback, and with a line where it comes again."""

    def __init__(self) -> None:
        self._told = 0
        self._seen: set[tuple[str, type, str, int]] = set()

    def call(self, plan: Plan, call: Call) -> Call:
        """A handler's call that tells of what it raises."""

        def told(body: Any, envelope: Envelope) -> Any:
            try:
                return call(body, envelope)
            except Exception as problem:
                self._tell(f"{plan.handler} failed in attempt {envelope.attempt}", plan.handler, problem)
                raise

        return told

    def request(self, plan: EndpointPlan, cause: Envelope, problem: Exception) -> None:
        """Tell of a request that is answered with a 5xx."""
        self._tell(f"{plan.method} {plan.path} failed", plan.handler, problem)

    def _tell(self, what: str, handler: str, problem: Exception) -> None:
        if self._told == MOST or isinstance(problem, _MEANT) or _is_provoked(problem):
            return
        import logging

        self._told += 1
        ours = logging.getLogger("cloudless")
        if not ours.handlers:  # where nobody listens, Python itself would print what the trace shows anyway
            ours.addHandler(logging.NullHandler())
        raised = (handler, type(problem), *_place(problem.__traceback__))
        again = raised in self._seen
        self._seen.add(raised)
        text = f"{what}{' like before' if again else ''}: {type(problem).__name__}"
        text += "; further failures are not told" if self._told == MOST else ""
        trace = None if again else (type(problem), problem, _of_the_program(problem.__traceback__))
        logging.getLogger(f"cloudless.{handler}").warning("%s", text, exc_info=trace)


def _place(trace: TracebackType | None) -> tuple[str, int]:
    """The file and the line that raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else ("", 0)


def _is_provoked(problem: Exception) -> bool:
    """Whether a double or a fault raised it."""
    folder, name = os.path.split(_place(problem.__traceback__)[0])
    return folder == _HERE and name in _PROVOKING


def _of_the_program(trace: TracebackType | None) -> TracebackType | None:
    """A traceback from the program's first frame on."""
    while trace is not None and is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace
