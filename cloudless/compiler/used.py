"""Used: what a unit has to know the place of, by its grants and what feeds it. Nothing else is in its addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import BROKER, Unit
from cloudless.ir import Application, Grant
from cloudless.passes.grants import redrive_targets

if TYPE_CHECKING:
    from cloudless.compiler.program import Programs
    from cloudless.runtime.plan import Plan


class Used:
    """What units use. plans: by source. programs: the orchestrations, with those that may still run."""

    def __init__(self, application: Application, plans: Mapping[str, Plan], programs: Programs) -> None:
        self._plans = plans
        self._programs = programs
        self._later = {one.name: one.queue for one in application.functions}
        self._targets = redrive_targets(application)

    def addresses(self, every: Mapping[str, Any], unit: Unit) -> dict[str, Any]:
        """The addresses of a unit, each part as far as it uses it. every: of the whole stage, in the same form.

        That of the broker goes to whoever sends events. What a cloud has besides, its provider adds.
        """
        queues, events = self.queues(unit), self.named(unit, "event")
        found: dict[str, Any] = {
            "queues": picked(every, "queues", queues),
            "topics": picked(every, "topics", self.named(unit, "topic")),
            "functions": picked(every, "functions", self.named(unit, "function")),
            "orchestrations": picked(every, "orchestrations", self.orchestrations(unit)),
            "events": picked(every, "events", events),
            "broker": every.get("broker", "") if events else "",
            "secrets": picked(every, "secrets", self.named(unit, "secret")),
            "ledger": every.get("ledger", "") if self.ledger(unit) else "",
            "delays": picked(every, "delays", queues),
            "config": every.get("config", {}),
        }
        return {part: value for part, value in found.items() if value}

    def queues(self, unit: Unit) -> set[str]:
        """Its own, with its dead letters, and those that its code uses."""
        found = {name for grant in unit.grants for name in self._of_grant(grant)}
        if unit.source is not None:
            plan = self._plans[unit.source.queue]
            found |= {name for name in (plan.source, plan.dead_letters) if name}
        return found

    def _of_grant(self, grant: Grant) -> Iterator[str]:
        if grant.noun == "queue":
            yield grant.name
            if grant.verb == "redrive" and grant.name in self._targets:
                yield self._targets[grant.name]
        elif grant.verb == "invoke_later":
            yield self._later[grant.name]

    def named(self, unit: Unit, noun: str) -> set[str]:
        """What the unit's code uses of a noun."""
        return {one.name for one in unit.grants if one.noun == noun}

    def orchestrations(self, unit: Unit) -> set[str]:
        """Those that its code starts or controls, and those that wait for what it hands over."""
        if unit.kind == BROKER:
            return {name for found in self._programs.waiters.values() for name in found}
        return self.named(unit, "orchestration")

    def ledger(self, unit: Unit) -> bool:
        """Whether it claims keys, or keeps events."""
        return unit.kind == BROKER or (unit.source is not None and unit.source.guarded)


def picked(every: Mapping[str, Any], part: str, wanted: Iterable[str]) -> dict[str, Any]:
    """Of one part of all addresses, those that are wanted, in order."""
    known = every.get(part, {})
    return {name: known[name] for name in sorted(wanted) if name in known}
