"""How long a delivery may take beside its handler, and how long our runtime's own requests may take until then.

    Pub/Sub pushes ──► an instance starts ──► ledger ──► handler ──► ledger, copy or dead letter ──► answer
                          START_S             BEFORE_S   time-out    LATE_S + AFTER_S               ANSWER_S

The acknowledgement deadline and the time-out of the function are the sum, so that an answer always counts. A request
that our runtime makes between ends when its part is over: then the message is returned, and comes again.

Standard library only: a function imports it at its start.
"""

from __future__ import annotations

from contextvars import ContextVar
from math import inf
from time import monotonic

START_S = 30
"""Both deadlines may run already while an instance is started.

Cloud Run has a request wait for 10 s, or for 3.5 times as long as instances took to start on average, whichever is
longer: this is for those that start within eight seconds. What a slower one gets may be pushed twice.
https://cloud.google.com/run/docs/about-instance-autoscaling#exceeding_maximum_instances
"""
BEFORE_S = 8
"""For the ledger, before the handler is called."""
LATE_S = 1
"""For a coroutine to end by itself when it was cancelled."""
AFTER_S = 10
"""For the ledger, and for a copy or a dead letter, when the handler has ended."""
ANSWER_S = 1
OURS_S = BEFORE_S + LATE_S + AFTER_S + ANSWER_S
"""Of an instance that is there, a delivery takes no longer than its handler's time-out and this."""

_until_s: ContextVar[float | None] = ContextVar("until_s", default=None)
"""By the process's own clock; None where nobody waits for us."""


def within(seconds: float) -> None:
    """From now on, requests in this context end within so many seconds."""
    _until_s.set(monotonic() + seconds)


def unbounded() -> bool:
    """From now on they do not have to; whether they had."""
    was_bound = _until_s.get() is not None
    if was_bound:
        _until_s.set(None)
    return was_bound


def left_s() -> float:
    """Seconds that a request of ours may take now, at least 0."""
    until_s = _until_s.get()
    return inf if until_s is None else max(0.0, until_s - monotonic())
