"""Events get the names of the orchestrations that wait for them, themselves or by those that they call."""

from __future__ import annotations

from collections.abc import Mapping

from cloudless.ir import Application, Orchestration
from cloudless.ir.orchestration import ORCHESTRATION
from cloudless.node import replace


def waiters(application: Application) -> Application:
    """The application with the waiters of each event."""
    known = {one.name: one for one in application.orchestrations}
    waits = {name: _waits(name, known) for name in known}
    events = [
        replace(event, waiters=tuple(sorted(name for name in known if event.name in waits[name])))
        for event in application.events
    ]
    return replace(application, events=tuple(events))


def _waits(name: str, known: Mapping[str, Orchestration]) -> set[str]:
    """Names of the events that an execution of an orchestration may wait for."""
    seen, waiting = {name}, [name]
    found: set[str] = set()
    while waiting:
        one = known[waiting.pop()]
        found.update(one.waits)
        callees = {callee.name for callee in one.calls if callee.kind == ORCHESTRATION} & known.keys()
        waiting += callees - seen
        seen |= callees
    return found
