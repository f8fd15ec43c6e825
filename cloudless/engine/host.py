"""Host: what a scheduler runs on: the in-memory cloud, Durable Functions, or a test."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from cloudless.engine.effect import Step
else:
    Protocol = object

SLEEP = "sleep"
EVENT = "event"
RETRY = "retry"
TIMEOUT = "timeout"


class Host(Protocol):
    """Starts what a scheduler asks for, and tells it later: `Scheduler.complete`, `fire`, `deliver`; never at once.

    handle: a number, counted from 1 in the order of asking, the same whenever an execution is replayed.
    portion_size: fan-outs of more than twice as many items are divided into steps of the verb PORTION, of so many items
    each; 0 for never. entropy: what nobody outside can guess, drawn when the execution starts, and kept with it.
    """

    portion_size: int
    entropy: str

    def now(self) -> str:
        """The time of the last thing that the scheduler was told, RFC 3339, UTC, six digits of fraction, "Z"."""
        ...

    def call(self, handle: int, step: Step, attempt: int) -> None:
        """Begin an attempt, from 1, of a step; `complete` it with {"v": value} or {"err": error}."""
        ...

    def timer(self, handle: int, seconds: float, kind: str, id: str) -> None:
        """`fire` after a time. kind: SLEEP, EVENT (a wait's time-out), RETRY (back-off) or TIMEOUT (of an attempt)."""
        ...

    def cancel(self, handle: int) -> None:
        """Forget a call or timer whose end nobody waits for any more; to tell of it all the same does no harm."""
        ...
