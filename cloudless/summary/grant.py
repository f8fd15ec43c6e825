"""Shift: what a handler or an orchestration may do newly, or no longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloudless.node import node

Grants = Mapping[str, tuple[str, ...]]
"""Who → what: {"take": ("send queue orders", …)}."""


@node(kw_only=True)
class Shift:
    """holder: name of the handler or orchestration. gained, lost: e.g. "send queue orders", in order."""

    holder: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def shifts(before: Grants, after: Grants) -> tuple[Shift, ...]:
    """Where the grants differ, in order of name."""
    return tuple(_shifts(before, after))


def _shifts(before: Grants, after: Grants) -> Iterator[Shift]:
    for holder in sorted({*before, *after}):
        old, new = set(before.get(holder, ())), set(after.get(holder, ()))
        if old != new:
            yield Shift(holder=holder, gained=tuple(sorted(new - old)), lost=tuple(sorted(old - new)))
