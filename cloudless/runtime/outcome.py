"""What became of a delivery: None (done), Skipped (nothing to do), Dead (stored as a dead letter), or Again.

An adapter acknowledges everything but Again.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.message import Failure


class Again:
    """The delivery failed and must come again.

    delay_s: seconds before it is visible again, fractions allowed; 0 for at once. The adapter chooses the
    means: change the visibility, the platform's own back-off, or a scheduled copy
    (`envelope.again(envelope.attempt + 1, delay_s=…)`, then acknowledge).
    failure: why. counted: whether this was an attempt; a copy of an uncounted one keeps its number.
    called: whether the handler was called; not where the delivery was postponed before.
    stuck: whether it is to be given up, and the queue of its dead letters refused it, for which the failure says why.
    """

    __slots__ = ("called", "counted", "delay_s", "failure", "stuck")

    def __init__(
        self, delay_s: float, failure: Failure, *, counted: bool = True, called: bool = True, stuck: bool = False
    ) -> None:
        self.delay_s = delay_s
        self.failure = failure
        self.counted = counted
        self.called = called
        self.stuck = stuck

    def __repr__(self) -> str:
        return f"Again({self.delay_s:g} s, {self.failure!r})"


class Dead:
    """The message was given up: it is a dead letter now, or lost where the queue has `dead_letters=False`.

    failure: why. called: whether the handler was called; not for a body that does not validate, nor for a
    delivery beyond the last allowed one.
    """

    __slots__ = ("called", "failure")

    def __init__(self, failure: Failure, *, called: bool) -> None:
        self.failure = failure
        self.called = called

    def __repr__(self) -> str:
        return f"Dead({self.failure!r})"


class Skipped:
    """There was nothing to do, and the handler was not called; of a `Call` too: what a guard returns then.

    why: in a few words, for whoever looks at a trace, e.g. "handled already, once_by='id'".
    """

    __slots__ = ("why",)
    called = False

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"Skipped({self.why})"


SKIPPED = Skipped("nothing to do")


class Postponed(Exception):
    """Raised below the handler, never by it: the delivery cannot be decided now; not an attempt."""

    def __init__(self, delay_s: float, reason: str) -> None:
        super().__init__(reason)
        self.delay_s = delay_s


class Overran(TimeoutError):
    """Raised by what runs coroutines: the handler's own time is up. Not an error of the handler's, as in a crash."""


def overran(timeout_s: float) -> Overran:
    """The error of a handler whose time is up."""
    return Overran(f"the handler took longer than {timeout_s:g} s")


if TYPE_CHECKING:
    Outcome = Again | Dead | Skipped | None
else:
    Outcome = object
