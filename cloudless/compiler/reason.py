"""Reasons: why somebody may do something, in a few words, for comments of documents: grants with the lines that ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from cloudless.compiler.document import places
from cloudless.ir import Grant, Span

T = TypeVar("T")
EARLIER = "executions of an earlier build, which may still run"
"""Who asks for what no line of the program does any more."""


def reason(grant: Grant) -> str:
    """Why: "send queue orders: shop/app.py:12"."""
    return because(f"{grant.verb} {grant.noun} {grant.name}", grant.spans)


def reasoned(grants: Iterable[Grant], needs: Callable[[Grant], Iterable[T]]) -> Iterator[tuple[T, str]]:
    """All that grants need, with why. needs: what one of them comes to on a cloud."""
    for grant in grants:
        why = reason(grant)
        for need in needs(grant):
            yield need, why


def because(what: str, spans: Iterable[Span]) -> str:
    """The same of anything that lines of the program ask for, or executions of an earlier build."""
    return f"{what}: {places(spans) or EARLIER}"
