"""Units on Google Cloud: what functions are called there, for how long they may run, and which filters Pub/Sub applies.

See `cloudless.compiler.unit` for what a unit is.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from cloudless.compiler.unit import BROKER, Source, Unit, Units
from cloudless.ir import Application, Condition, Handler
from cloudless_gcp import names
from cloudless_gcp.compile.filter import filter_of
from cloudless_gcp.deadline import OURS_S, START_S
from cloudless_gcp.limits import LIMITS

if TYPE_CHECKING:
    from cloudless.compiler.program import Programs

LONGEST_S = int(LIMITS["function.timeout"].value)
WORKER_S = 1_800
"""As long as Workflows waits for a call: https://cloud.google.com/workflows/quotas#request_limit."""
BROKER_S = 30


def units(application: Application, programs: Programs, place: names.Place) -> tuple[Unit, ...]:
    """The functions of an application, by name. programs: its orchestrations, with those that may still run."""
    return _Functions(application, programs, place).all()


class _Functions(Units):
    def __init__(self, application: Application, programs: Programs, place: names.Place) -> None:
        super().__init__(application, programs, place.prefix)
        self._place = place

    def function_of(self, handler: str) -> str:
        return names.function_id(self._place, handler)

    def timeout_of(self, kind: str, handler: Handler | None, source: Source | None) -> int:
        if handler is None:
            return BROKER_S if kind == BROKER else WORKER_S
        return min(LONGEST_S, ceil(handler.timeout_s) + OURS_S + START_S)

    def is_filtered(self, where: tuple[Condition, ...]) -> bool:
        return filter_of(where) is not None

    def has_broker(self) -> bool:
        """Every execution begins there, and events are kept there."""
        return bool(self.programs.all or self.programs.waiters)
