"""Execution: one run of an orchestration, as those who started it see it."""

from __future__ import annotations

from datetime import timedelta
from types import GenericAlias

from cloudless.driver.current import here
from cloudless.driver.orchestration import CANCELLED, COMPLETED, RUNNING, Entry
from cloudless.errors import ExecutionCancelled, InvalidArgument, hidden
from cloudless.flow import Failed
from cloudless.message import utc
from cloudless.outgoing import off_loop
from cloudless.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Generic, TypeVar

    from cloudless.driver.orchestration import OrchestrationDriver, Snapshot, Status
    from cloudless.orchestration import Orchestration

    R = TypeVar("R", covariant=True)
    V = TypeVar("V")

    class _Generic(Generic[R]):
        pass
else:
    R = object

    class _Generic:
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden
_ID = pattern(r"[A-Za-z0-9_-]{1,64}\Z")


class Execution(_Generic[R]):
    """One execution of an orchestration. Everything that it is asked, it asks the provider.

    id: 1 to 64 letters, digits, - and _; unique per orchestration for 90 days.
    Raises NotFound where there is none of that id, PermissionDenied, NoProvider, Unavailable.
    """

    __slots__ = ("id", "orchestration")

    def __init__(self, orchestration: Orchestration[..., R], id: str) -> None:
        self.orchestration = orchestration
        self.id = id

    def status(self) -> Status:
        """How it stands: "running", "completed", "failed" or "cancelled"."""
        return self._snapshot().status

    def result(self, timeout: timedelta | None = None) -> R:
        """Wait until it ends, and return what the orchestration returned.

        timeout: TimeoutError where it still runs after it; None waits however long it takes. In a simulation virtual
        time passes until it ends, so to test *when* it does, ask for `ended_at`, too. Raises what the orchestration
        raised, where a module that holds handlers or orchestrations names (imports) that exception type, else
        RemoteError; ExecutionCancelled; in a simulation NeverQuiet, where it waits for an event that nobody sends.
        """
        found = self._driver().wait(self.orchestration.name, self.id, _seconds(timeout))
        return result_of(self.orchestration, self.id, found)

    @property
    def error(self) -> Failed | None:
        """What it failed with; None unless it failed."""
        return failed(self._snapshot())

    @property
    def started_at(self) -> datetime:
        """When it started, aware, in UTC."""
        return utc(self._snapshot().started_s)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, aware, in UTC; None while it runs."""
        ended_s = self._snapshot().ended_s
        return None if ended_s is None else utc(ended_s)

    def history(self) -> list[Entry]:
        """What happened, in order, as far as the provider tells."""
        return list(self._driver().history(self.orchestration.name, self.id))

    def cancel(self) -> None:
        """End it, without compensation; nothing happens where it has ended."""
        self._driver().cancel(self.orchestration.name, self.id)

    async def status_async(self) -> Status:
        """As `status`, without blocking the event loop."""
        return await off_loop(here()[0], self.status)

    async def result_async(self, timeout: timedelta | None = None) -> R:  # noqa: ASYNC109  (the driver's own)
        """As `result`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.result(timeout))

    async def error_async(self) -> Failed | None:
        """As `error`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.error)

    async def history_async(self) -> list[Entry]:
        """As `history`, without blocking the event loop."""
        return await off_loop(here()[0], self.history)

    async def cancel_async(self) -> None:
        """As `cancel`, without blocking the event loop."""
        await off_loop(here()[0], self.cancel)

    def _driver(self) -> OrchestrationDriver:
        return here()[0].orchestrations

    def _snapshot(self) -> Snapshot:
        return self._driver().describe(self.orchestration.name, self.id)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Execution):
            return NotImplemented
        return other.id == self.id and other.orchestration is self.orchestration  # pyright: ignore[reportUnknownMemberType]

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<execution {self.id} of {self.orchestration.name}>"


def result_of(orchestration: Orchestration[..., V], id: str, found: Snapshot) -> V:
    """The result of an execution that has ended; raises what it failed with, TimeoutError where it still runs."""
    if found.status == COMPLETED:
        return orchestration.decoded("null" if found.output is None else found.output)
    if found.status == RUNNING:
        raise TimeoutError(f"execution {id!r} of {orchestration.name} is still running")
    if found.status == CANCELLED:
        raise ExecutionCancelled(f"execution {id!r} of {orchestration.name} was cancelled")
    from cloudless.raised import raised

    raise raised(orchestration, found.error or {})


def _seconds(timeout: timedelta | None) -> float | None:
    if timeout is None:
        return None
    if not isinstance(timeout, timedelta):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"timeout={timeout!r} is of type {type(timeout).__name__}: give a timedelta")
    return max(0.0, timeout.total_seconds())


def failed(found: Snapshot) -> Failed | None:
    """The error of an execution as plain data."""
    error: Any = found.error
    return None if error is None else Failed(error["type"], error["message"], error.get("data"))


def checked_id(id: str) -> str:
    """An id that every cloud takes (InvalidArgument)."""
    if not isinstance(id, str) or not _ID.match(id):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"id={id!r}: the id of an execution is 1 to 64 letters, digits, - and _")
    return id
