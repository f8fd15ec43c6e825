"""The driver of orchestrations: start executions, ask after them, send them events."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any, Literal, Protocol

    from cloudless.errors import ExecutionExists
    from cloudless.message import Envelope

    Status = Literal["running", "completed", "failed", "cancelled"]
else:
    Protocol = object

RUNNING: Status = "running"
COMPLETED: Status = "completed"
FAILED: Status = "failed"
CANCELLED: Status = "cancelled"
STATUSES: tuple[Status, ...] = (RUNNING, COMPLETED, FAILED, CANCELLED)


class Snapshot:
    """An execution at one moment.

    started_s, ended_s: seconds since the epoch; None before it ended. output: JSON text of the result, where it
    completed. error: {"type", "mro", "message", "data"} where it failed, as runtime/failure.py makes it.
    """

    __slots__ = ("ended_s", "error", "output", "started_s", "status")

    def __init__(
        self,
        status: Status,
        started_s: float,
        ended_s: float | None = None,
        *,
        output: str | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        self.status: Status = status
        self.started_s = started_s
        self.ended_s = ended_s
        self.output = output
        self.error = error

    def __repr__(self) -> str:
        return f"Snapshot({self.status})"


class Entry:
    """One line of an execution's history, as plain data.

    kind: "started", "called", "returned", "raised", "sleeping", "waiting", "received", "sent", "completed", "failed",
    "cancelled", or a word of the provider's own. name: of the function, event or resource. step: which statement, and
    in which round of its loops. attempt: from 1. value: arguments, result or payload, any JSON. error: where it raised.
    """

    __slots__ = ("at_s", "attempt", "error", "kind", "name", "step", "value")

    def __init__(
        self,
        at_s: float,
        kind: str,
        name: str = "",
        *,
        step: str = "",
        attempt: int = 1,
        value: Any = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        self.at_s = at_s
        self.kind = kind
        self.name = name
        self.step = step
        self.attempt = attempt
        self.value = value
        self.error = error

    @property
    def at(self) -> datetime:
        """When, aware, in UTC."""
        from cloudless.message import utc

        return utc(self.at_s)

    def __repr__(self) -> str:
        return f"Entry({self.kind} {self.name})"


class OrchestrationDriver(Protocol):
    """Nine methods. Names are those of the IR; `execution` is an id, unique per orchestration for 90 days."""

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        """Start an execution, and return once the provider has stored it.

        call.body: the arguments as a JSON object by parameter name, complete, defaults included. An id that was used
        within 90 days, or is that of a running execution: nothing happens where `digest(call.body)` is the same as
        then, else ExecutionExists. Raises PermissionDenied, NotFound (no such orchestration), Unavailable.
        """
        ...

    def run(self, orchestration: str, call: Envelope) -> Snapshot:
        """Carry out an execution here and now, and return it ended: a direct call, for unit tests.

        Clouds raise UnsupportedError.
        """
        ...

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        """The execution as it is now. Raises NotFound, PermissionDenied, Unavailable."""
        ...

    def wait(self, orchestration: str, execution: str, timeout_s: float | None) -> Snapshot:
        """The execution once it has ended, or as it is after `timeout_s` seconds (None: however long it takes).

        Otherwise as `describe`; where the provider cannot wait, see `polled`.
        """
        ...

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        """What happened, in order, as far as the provider tells. Raises as `describe`."""
        ...

    def cancel(self, orchestration: str, execution: str) -> None:
        """End a running execution, without compensation; nothing happens where it has ended. Raises as `describe`."""
        ...

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        """Ids of up to `limit` (1 to 1,000) executions, the latest started first; of one status, or of any."""
        ...

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        """Put an event into an execution's mailbox, and return once the provider has stored it.

        orchestration: "" for the only one of those that wait for the event (ir.Event.waiters) that has a running
        execution of this id; InvalidArgument where several have. message.body: the payload. message.deduplication: the
        event's id; nothing happens where this execution got an event of that name and id before.
        Raises NotFound where there is no such execution, or it has ended; PermissionDenied, Unavailable.
        """
        ...

    def native(self, orchestration: str) -> Any:
        """The provider's own client and identifier of the orchestration."""
        ...


class RemoteOrchestrations:
    """What drivers of clouds have of their own accord: executions run elsewhere, and whoever waits asks after them."""

    provider: str

    __slots__ = ()

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        """See OrchestrationDriver."""
        raise NotImplementedError

    def run(self, orchestration: str, call: Envelope) -> Snapshot:
        from cloudless.errors import UnsupportedError

        raise UnsupportedError(
            f"{self.provider}: an execution of {orchestration!r} is not carried out by its caller: start it, "
            f"{orchestration}.start(…), or call it in a simulation"
        )

    def wait(self, orchestration: str, execution: str, timeout_s: float | None) -> Snapshot:
        return polled(self, orchestration, execution, timeout_s)


class Pinning(Protocol):
    """What a driver has besides, where a build has to keep what running executions need, e.g. definitions."""

    def running(self, orchestration: str) -> Mapping[str, int]:
        """How many executions run, by the sha256 of their definition. Raises as `describe`."""
        ...


def pinning(driver: Any) -> Pinning | None:
    """The driver, where it can say what runs; None where nothing needs to be kept for what runs."""
    return driver if hasattr(driver, "running") else None


def taken(orchestration: str, execution: str) -> ExecutionExists:
    """The error of a start with an id that stands for other arguments."""
    from cloudless.errors import ExecutionExists

    return ExecutionExists(
        f"execution {execution!r} of {orchestration!r} was started with other arguments within 90 days, "
        "or still runs: use an id of its own for each input"
    )


def digest(body: str) -> str:
    """What tells arguments apart: SHA-256 of the JSON value, whatever the order of its keys, 1 being 1.0."""
    import hashlib
    import json

    text = json.dumps(_plain(json.loads(body)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_plain(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def input_of(call: Envelope) -> str:
    """What an execution begins with where a cloud's own engine runs it: its arguments, and where it comes from."""
    from cloudless.codec import dump, load
    from cloudless.message import trace_of

    origin = {"id": call.id, "trace": trace_of(call), "correlation": call.correlation or call.id, "sent": call.sent_s}
    return dump({"args": load(call.body), "from": origin})


def plain_of(found: Snapshot | Entry) -> dict[str, Any]:
    """A snapshot, or an entry of a history, as JSON."""
    return {name: getattr(found, name) for name in type(found).__slots__}


def snapshot_from(plain: Mapping[str, Any]) -> Snapshot:
    """The snapshot that `plain_of` gave."""
    return Snapshot(plain["status"], plain["started_s"], plain["ended_s"], output=plain["output"], error=plain["error"])


def entry_from(plain: Mapping[str, Any]) -> Entry:
    """The entry that `plain_of` gave."""
    return Entry(
        plain["at_s"],
        plain["kind"],
        plain["name"],
        step=plain["step"],
        attempt=plain["attempt"],
        value=plain["value"],
        error=plain["error"],
    )


def polled(
    driver: OrchestrationDriver | RemoteOrchestrations,
    orchestration: str,
    execution: str,
    timeout_s: float | None,
    longest_s: float = 5,
) -> Snapshot:
    """`wait` by asking again and again, after 0.1 s at first and `longest_s` at last: for drivers of clouds."""
    import time

    end_s = None if timeout_s is None else time.monotonic() + timeout_s
    pause_s = 0.1
    while True:
        found = driver.describe(orchestration, execution)
        rest_s = longest_s if end_s is None else end_s - time.monotonic()
        if found.status != RUNNING or rest_s <= 0:
            return found
        time.sleep(min(pause_s, rest_s))
        pause_s = min(pause_s * 1.5, longest_s)
