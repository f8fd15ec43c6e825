"""Whom an event is for: the one running execution of that id, of the orchestrations that wait for it."""

from __future__ import annotations

from cloudless.driver.orchestration import RUNNING
from cloudless.errors import InvalidArgument, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cloudless.driver.orchestration import Snapshot, Status

    Describe = Callable[[str, str], Snapshot]
    """The execution, by name of its orchestration and its id; NotFound where there is none."""
    StatusOf = Callable[[str], Status | None]
    """Status of the execution, by name of its orchestration; None where that has none of the id."""


def addressee(event: str, orchestration: str, execution: str, waiters: Sequence[str], status_of: StatusOf) -> str:
    """Name of the orchestration whose execution gets the event. See OrchestrationDriver.send.

    orchestration: "" where the sender does not say. waiters: of the event (ir.Event.waiters).
    Raises NotFound (nobody waits for it, there is no such execution, it has ended), InvalidArgument (several run).
    """
    if not waiters:
        raise NotFound(f"no orchestration of this app waits for an event {event!r}")
    if orchestration and orchestration not in waiters:
        raise NotFound(f"orchestration {orchestration!r} does not wait for an event {event!r}")
    found = {name: status_of(name) for name in ([orchestration] if orchestration else waiters)}
    running = [name for name, status in found.items() if status == RUNNING]
    if len(running) > 1:
        which = " or ".join(f"{name}.execution({execution!r})" for name in running)
        raise InvalidArgument(f"event {event!r}: several executions have the id {execution!r}: give {which}")
    if not running:
        known = [status for status in found.values() if status is not None]
        state = f"it is {known[0]}" if known else "there is none"
        raise NotFound(f"event {event!r} is for a running execution {execution!r}, and {state}")
    return running[0]


PAUSES_S = (0.1, 0.2, 0.4)
"""Between looks at an execution that is not there: a cloud may not tell yet of one that was just started."""


def addressed(
    event: str,
    orchestration: str,
    execution: str,
    waiters: Sequence[str],
    describe: Describe,
    *,
    pause: Callable[[float], None],
) -> tuple[str, Snapshot]:
    """As `addressee`, and the execution as it is; looks again where there is none. Raises as `addressee`."""
    seen: dict[str, Snapshot] = {}

    def status_of(name: str) -> Status | None:
        try:
            snapshot = seen[name] = describe(name, execution)
        except NotFound:
            return None
        return snapshot.status

    for pause_s in PAUSES_S:
        if any(status_of(name) is not None for name in waiters if orchestration in ("", name)):
            break
        pause(pause_s)
    name = addressee(event, orchestration, execution, waiters, status_of)
    return name, seen[name]
