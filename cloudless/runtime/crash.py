"""How a simulated delivery is abandoned: BaseExceptions, so that no handler and no guard can catch them."""

from __future__ import annotations


class Abandoned(BaseException):
    """The delivery ends here, and nobody is told: nothing is acknowledged, released or completed."""


class Crash(Abandoned):
    """The instance died."""


class TimedOut(Abandoned):
    """The handler's time is up."""
