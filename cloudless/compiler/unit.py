"""Units: the functions of a stage on a cloud where every handler has one of its own. Application → Units.

    on       a consumer, subscriber or schedule, fed by a queue
    http     an endpoint
    call     a function, with its queue of `invoke_later`; orchestrations call it as a step
    worker   what orchestrations do besides: pure functions, sends and publishes. One for all of them
    broker   the events that executions wait for

Plain data, from which the documents and the entries of a provider are made. What clouds have of their own (names,
times, batches, filters) a subclass of Units says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING

from cloudless.driver.names import broker_of, worker_of
from cloudless.ir import Application, Condition, Grant, Handler
from cloudless.node import node
from cloudless.passes.grants import union
from cloudless.passes.plans import plans

if TYPE_CHECKING:
    from cloudless.compiler.program import Programs
    from cloudless.runtime.plan import Plan

ON, HTTP, CALL, WORKER, BROKER = "on", "http", "call", "worker", "broker"

WORKER_UNIT = "cloudless--worker"
BROKER_UNIT = "cloudless--broker"
"""No handler has two hyphens in a row (CL103)."""

OUR_MEMORY_MB = 256
_CARRIED = frozenset({"queue", "topic"})
"""What orchestrations do through the worker; the functions that they call, the cloud's engine calls."""


@node(kw_only=True)
class Source:
    """A queue that a unit consumes. queue: its logical name, by which `plans` has the plan.

    batch_size: most messages of one call. window_s: longest wait to fill it. ordered: whether it keeps the order.
    where: what our runtime has to filter by, because the cloud cannot. guarded: whether our runtime asks the ledger
    before it calls the handler.
    """

    queue: str
    batch_size: int = 1
    window_s: int = 0
    ordered: bool = False
    where: tuple[Condition, ...] = ()
    guarded: bool = False


@node(kw_only=True)
class Unit:
    """One function. name: of its handler, which is its label; "cloudless--worker", "cloudless--broker".

    kind: ON, HTTP, CALL, WORKER or BROKER. handler: its name, "" for ours. function: its physical name.
    source: what feeds it, beside direct calls. schedule: name of the one whose ticks it gets, "" for none.
    timeout_s: of the function. min_instances: kept warm. recursive: whether messages or calls come back to it, and may.
    grants: of the handler; of the worker, those of all orchestrations together.
    """

    name: str
    kind: str
    function: str
    handler: str = ""
    source: Source | None = None
    schedule: str = ""
    timeout_s: int
    memory_mb: int = OUR_MEMORY_MB
    min_instances: int = 0
    recursive: bool = False
    grants: tuple[Grant, ...] = ()

    @property
    def module(self) -> str:
        """Name of its module in the package, and of its files there: on_take. No two handlers share it (CL102)."""
        return f"{self.kind}_{self.handler.replace('-', '_')}" if self.handler else self.kind


class Units:
    """Makes the units of one application. Everything about it is looked up once.

    programs: its orchestrations, with those that may still run. prefix: what names of the stage begin with.
    """

    def __init__(self, application: Application, programs: Programs, prefix: str) -> None:
        self.application = application
        self.programs = programs
        self.prefix = prefix
        self.handlers: Mapping[str, Handler] = {one.name: one for one in application.handlers}
        self.plans: Mapping[str, Plan] = plans(application)

    def all(self) -> tuple[Unit, ...]:
        """The units, by name."""
        return tuple(sorted([*self._theirs(), *self._ours()], key=lambda one: one.name))

    # --- what a cloud says ----------------------------------------------------------------------------

    def function_of(self, handler: str) -> str:
        """The physical name of a handler's function."""
        raise NotImplementedError

    def timeout_of(self, kind: str, handler: Handler | None, source: Source | None) -> int:
        """How long the function may run; handler: None for ours."""
        raise NotImplementedError

    def is_filtered(self, where: tuple[Condition, ...]) -> bool:
        """Whether the cloud itself keeps out what a filter does not let through."""
        raise NotImplementedError

    def batch_of(self, plan: Plan) -> int:
        """Most messages of one call, for a queue that keeps no order and has no schedule."""
        return 1

    def is_recursive(self, handler: str, source: Source | None) -> bool:
        """Whether the cloud has to be told that something may come back."""
        return False

    def has_broker(self) -> bool:
        """Whether anything needs the broker."""
        return bool(self.programs.waiters)

    # --- what follows from that -----------------------------------------------------------------------

    def _theirs(self) -> Iterator[Unit]:
        application = self.application
        for consumer in application.consumers:
            yield self._unit(ON, consumer.handler, self._source(consumer.queue, window_s=ceil(consumer.window_s)))
        for one in application.subscriptions:
            if one.handler:
                where = () if self.is_filtered(one.where) else one.where
                yield self._unit(ON, one.handler, self._source(one.name, where=where))
        for schedule in application.schedules:
            source = self._source(schedule.queue, is_timed=True)
            yield self._unit(ON, schedule.handler, source, schedule=schedule.name)
        for endpoint in application.endpoints:
            yield self._unit(HTTP, endpoint.handler)
        for function in application.functions:
            yield self._unit(CALL, function.handler, self._source(function.queue) if function.queue else None)

    def _ours(self) -> Iterator[Unit]:
        if self.programs.work:
            grants = [one.grants for one in self.application.orchestrations]
            carried = [tuple(one for one in found if one.noun in _CARRIED) for found in grants]
            yield self._of_ours(WORKER_UNIT, WORKER, worker_of(self.prefix), union([self.programs.sends, *carried]))
        if self.has_broker():
            yield self._of_ours(BROKER_UNIT, BROKER, broker_of(self.prefix), ())

    def _of_ours(self, name: str, kind: str, function: str, grants: tuple[Grant, ...]) -> Unit:
        return Unit(name=name, kind=kind, function=function, timeout_s=self.timeout_of(kind, None, None), grants=grants)

    def _source(
        self, queue: str, *, is_timed: bool = False, window_s: int = 0, where: tuple[Condition, ...] = ()
    ) -> Source:
        plan = self.plans[queue]
        return Source(
            queue=queue,
            batch_size=1 if plan.ordered or is_timed else self.batch_of(plan),
            window_s=window_s,
            ordered=plan.ordered,
            where=where,
            guarded=plan.is_guarded,
        )

    def _unit(self, kind: str, handler: str, source: Source | None = None, *, schedule: str = "") -> Unit:
        one = self.handlers[handler]
        return Unit(
            name=handler,
            kind=kind,
            function=self.function_of(handler),
            handler=handler,
            source=source,
            schedule=schedule,
            timeout_s=self.timeout_of(kind, one, source),
            memory_mb=one.memory_mb,
            min_instances=one.min_instances,
            recursive=self.is_recursive(handler, source),
            grants=one.grants,
        )


def takes_lists(plan: Plan) -> bool:
    """Whether the handler of a plan takes all messages of a call at once."""
    return any(kind in {"bodies", "messages"} for _, kind in plan.parameters)
