"""Units on AWS: how many messages a call of a Lambda function gets, for how long it may run, what comes back to it.

See `cloudless.compiler.unit` for what a unit is.
"""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from cloudless.compiler.unit import BROKER, Source, Unit, Units, takes_lists
from cloudless.ir import Application, Condition, Handler
from cloudless.passes.loops import calling_back, circling
from cloudless_aws import names
from cloudless_aws.compile.filter import policy_of
from cloudless_aws.limits import BATCH, LIMITS, MARGIN_S

if TYPE_CHECKING:
    from cloudless.compiler.program import Programs
    from cloudless.runtime.plan import Plan

LONGEST_S = int(LIMITS["function.timeout"].value)
TOGETHER_S = 120
"""For the messages of one call together; what is not reached comes again, and does not count."""
BROKER_S = 30


def units(application: Application, programs: Programs, prefix: str) -> tuple[Unit, ...]:
    """The Lambda functions of an application, by name. programs: its orchestrations, with those that may still run."""
    return _Functions(application, programs, prefix).all()


class _Functions(Units):
    def function_of(self, handler: str) -> str:
        return names.function_of(self.prefix, handler)

    def timeout_of(self, kind: str, handler: Handler | None, source: Source | None) -> int:
        if handler is None:
            return BROKER_S if kind == BROKER else LONGEST_S
        calls = source.batch_size if source and not takes_lists(self.plans[source.queue]) else 1
        return min(LONGEST_S, _lasting(calls, ceil(handler.timeout_s)) + MARGIN_S)

    def is_filtered(self, where: tuple[Condition, ...]) -> bool:
        return policy_of(where) is not None

    def batch_of(self, plan: Plan) -> int:
        return plan.batch_size if takes_lists(plan) else _together(plan.timeout_s)

    def is_recursive(self, handler: str, source: Source | None) -> bool:
        return handler in self._circling or (source is not None and self._is_copying(source))

    @cached_property
    def _circling(self) -> frozenset[str]:
        return frozenset(circling(self.application) | calling_back(self.application))

    def _is_copying(self, source: Source) -> bool:
        """Whether our runtime sends messages once more that it could not handle yet: runtime/queue.py."""
        several = source.batch_size > 1 and not takes_lists(self.plans[source.queue])
        return not source.ordered and (several or source.guarded)


def _together(timeout_s: float) -> int:
    """How many messages one call gets: several, where at least two of them can take all of their time."""
    return BATCH if 2 * ceil(timeout_s) <= TOGETHER_S else 1


def _lasting(calls: int, timeout_s: int) -> int:
    """How long a call may last: seldom does each message take its whole time, and our runtime begins none too late.

    A crash hides the messages of a call for six times that, so it is not as long as it could be.
    """
    return min(calls * timeout_s, max(timeout_s, TOGETHER_S))
