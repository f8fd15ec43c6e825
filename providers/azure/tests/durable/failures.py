"""How calls of orchestrators and activities end otherwise than by a value."""

from __future__ import annotations


class Aborted(Exception):
    """The host is stopping, or an orchestrator took too long: the message goes back to its queue, and comes again."""


class Raised(Exception):
    """What a function in another process raised, or why it did not get as far, in the words of the host."""


def words(problem: Exception) -> str:
    """What a host tells of an exception."""
    return str(problem) if isinstance(problem, Raised) else f"{type(problem).__name__}: {problem}"
