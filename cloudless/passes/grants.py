"""Grants of several holders together, and what those of dead letters lead to."""

from __future__ import annotations

from collections.abc import Iterable

from cloudless.ir import Application, Grant, Span


def union(holders: Iterable[tuple[Grant, ...]]) -> tuple[Grant, ...]:
    """The grants of several holders together, in order, each with every line that asks for it."""
    granted = list(filter(None, holders))
    if len(granted) == 1:
        return granted[0]
    spans: dict[tuple[str, str, str], set[Span]] = {}
    for grants in granted:
        for one in grants:
            spans.setdefault((one.noun, one.name, one.verb), set()).update(one.spans)
    return tuple(
        Grant(noun=noun, name=name, verb=verb, spans=tuple(sorted(found)))
        for (noun, name, verb), found in sorted(spans.items())
    )


def redrive_targets(application: Application) -> dict[str, str]:
    """By dead-letter queue, the queue that its messages go back to."""
    return {
        **{one.dead_letters: one.name for one in application.queues if one.dead_letters},
        **{one.dead_letters: one.name for one in application.subscriptions if one.dead_letters and one.handler},
        **{one.dead_letters: one.queue for one in application.schedules if one.dead_letters},
        **{one.dead_letters: one.queue for one in application.functions if one.dead_letters},
    }
