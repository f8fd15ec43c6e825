"""Who else does what we do, each in an environment of its own, measured in the same rounds.

    catalogue ──install──► .tools/peers-NAME ──child.py──► rounds of its contestants ──► rows

A file a peer: what it is (`PEER`), what it takes part in (`CONTESTANTS`), the shortest tests that one writes with it
(`FIRST`); some also what a function of it imports (`IMPORTS`), and handlers for Lambda (`LAMBDA`). Beside it NAME.txt
has every version of its environment: `python -m tests.benchmarks.peers.catalogue lock NAME` resolves it anew from the
requirements in `PEER`. What a peer brings is imported in functions only, so that we can read its file without it.
`ours.py` is of the same form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.benchmarks.row import PEER as PEER_KIND
from tests.benchmarks.row import Goal


class Peer(NamedTuple):
    """Who it is, and how it is used.

    name: of its file and its environment. requirements: what is installed, each with its version.
    link: the page that says to use it so. used: how. more, less: what it promises beyond us, and what it does not.
    """

    name: str
    requirements: tuple[str, ...]
    link: str
    used: str
    more: str
    less: str


class Contestant(NamedTuple):
    """One way to do what a contest asks for.

    run: does it for so many units; returns the seconds that they took, and raises where one was lost.
    units: of a round. reference: seconds a unit of what its ratio is to, where that is not the contest's own.
    """

    contest: str
    name: str
    run: Callable[[int], float]
    units: int
    goal: Goal | None = None
    kind: str = PEER_KIND
    reference: Callable[[], float] | None = None


class Lost(Exception):
    """Something was handed in and not handled."""


def counted(seen: int, expected: int) -> None:
    """Raise Lost unless all were handled."""
    if seen != expected:
        raise Lost(f"handled {seen} of {expected}")
