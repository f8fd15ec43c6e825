"""Programs of the orchestration language, and what each comes to: run unchanged by every engine.

world.py      World: input, replies of functions, events: plain data
observed.py   Observed: what an engine tells; differences between two
"""

from __future__ import annotations

from typing import TypeVar

from cloudless.conformance.orchestrations.observed import WAITING, Observed, Seen, differences
from cloudless.conformance.orchestrations.world import Reply, Sent, World, canonical, plain_of, world_of

T = TypeVar("T")

__all__ = ["WAITING", "Observed", "Reply", "Seen", "Sent", "World", "canonical", "differences", "plain_of", "play",
           "world_of"]  # fmt: skip


def play(function: str, **arguments: object) -> T:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Stand for the body of a function whose calls are answered by a world: nothing that runs one comes here."""
    raise NotImplementedError(f"{function}{arguments}: its replies come from a World")
