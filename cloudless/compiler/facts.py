"""Facts: what our runtime is told in a function, where every handler has one of its own. Units → JSON values.

    queue, schedule    {"app", "include", "kind", "plan"}; "timing" of a schedule, "where" of what our runtime filters
    http               {"app", "include", "endpoint": plan}
    function           {"app", "include", "plan"}, "later": plan of its queue
    worker             {"app", "include", "plans": of pure functions}
    broker             {"events": {event: [orchestrations that wait for it]}}

What a cloud needs besides, its provider adds. What they mean is said in cloudless/runtime, a module a noun.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import BROKER, CALL, HTTP, WORKER, takes_lists
from cloudless.ir import Application, Condition
from cloudless.passes.plans import endpoint_plans, plans, pure_plans, timings

if TYPE_CHECKING:
    from typing import Protocol

    from cloudless.compiler.definitions import Definitions
    from cloudless.compiler.unit import Source, Unit

    class Fed(Protocol):
        """What feeds a consumer: `cloudless.compiler.unit.Source`, or a provider's own."""

        @property
        def queue(self) -> str: ...
        @property
        def where(self) -> tuple[Condition, ...]: ...


class Facts:
    """Of the units of one application. Everything about it is looked up once.

    start: what the facts of every handler begin with. timings: of schedules, by name.
    """

    def __init__(self, application: Application, definitions: Definitions) -> None:
        self._application = application
        self._definitions = [json.loads(text) for _, text in sorted(definitions.texts.items())]
        self._plans = plans(application)
        self._endpoints = endpoint_plans(application)
        self.timings = timings(application)
        self._spans = {handler.name: handler.span for handler in application.handlers}
        self.start = {"app": application.entry, "include": list(application.include)}

    def of(self, unit: Unit) -> dict[str, Any]:
        """What the runtime is told of a unit, beside addresses."""
        if unit.kind == BROKER:
            return {"events": self._events()}
        if unit.kind == HTTP:
            return {**self.start, "endpoint": self._endpoints[unit.handler].to_json()}
        if unit.kind == WORKER:
            pures = pure_plans(self._application)
            return {**self.start, "plans": {name: plan.to_json() for name, plan in pures.items()}}
        if unit.kind == CALL:
            return self._function(unit)
        return self.consumer(source_of(unit), unit.schedule)

    def what(self, unit: Unit) -> str:
        """What a unit is, in a line for whoever reads its entry."""
        if unit.kind == WORKER:
            return "What orchestrations do beside calling functions: pure functions, sends and publishes."
        if unit.kind == BROKER:
            return "The mailbox of events, between who sends them and who waits for them."
        place = f"{unit.handler} at {self.place(unit.handler)}"
        if unit.kind == HTTP:
            plan = self._endpoints[unit.handler]
            return f"{plan.method} {plan.path}, answered by {place}."
        if unit.kind == CALL:
            return f"Calls and steps of {place}."
        return f"What comes from {source_of(unit).queue}, to {place}."

    def place(self, handler: str) -> str:
        """Where a handler stands, within a docstring."""
        span = self._spans[handler]
        return f"{span.file}:{span.line}".replace("\\", "/").replace('"', "'")

    def consumer(self, source: Fed, schedule: str = "") -> dict[str, Any]:
        """What the runtime is told of a consumer. schedule: whose ticks it gets, "" for none."""
        plan = self._plans[source.queue]
        kind = "batch" if takes_lists(plan) else "queue"
        facts: dict[str, Any] = {**self.start, "kind": kind, "plan": plan.to_json()}
        if schedule:
            facts["timing"] = self.timings[schedule]
        if source.where:
            facts["where"] = [_condition(one) for one in source.where]
        return facts

    def _function(self, unit: Unit) -> dict[str, Any]:
        facts = {**self.start, "plan": self._plans[unit.handler].to_json()}
        if unit.source is not None:
            facts["later"] = self._plans[unit.source.queue].to_json()
        return facts

    def _events(self) -> dict[str, list[str]]:
        """Which orchestrations wait for each event, those of earlier builds that still run included."""
        waiters = {event.name: set(event.waiters) for event in self._application.events}
        for definition in self._definitions:
            for program in definition["orchestrations"].values():
                for event in program.get("waits", ()):
                    waiters.setdefault(event, set()).add(definition["main"])
        return {event: sorted(found) for event, found in sorted(waiters.items())}


def noun_of(unit: Unit) -> str:
    """The noun of a unit, by which its module in a provider's runtime is called."""
    if unit.kind in {WORKER, BROKER, HTTP}:
        return unit.kind
    if unit.kind == CALL:
        return "function"
    return "schedule" if unit.schedule else "queue"


def call_of(unit: Unit) -> str:
    """What an entry calls the function that does its work."""
    noun = noun_of(unit)
    identifier = unit.handler.replace("-", "_")  # no two differ in hyphens alone (CL102)
    return f"{_VERBS[noun]}_{identifier}" if unit.handler else _VERBS[noun]


_VERBS = {
    "queue": "handle",
    "schedule": "run",
    "http": "answer",
    "function": "call",
    "worker": "work",
    "broker": "keep",
}


def source_of(unit: Unit) -> Source:
    """What feeds a unit that has something to feed it."""
    if unit.source is None:
        raise ValueError(f"unit {unit.name} has no source")
    return unit.source


def _condition(one: Condition) -> list[Any]:
    return [one.attribute, one.operator, list(one.values)]
