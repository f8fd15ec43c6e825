"""Where handlers send messages that are delivered later: calls with `delay=`, as far as the source can be read."""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.frontend.source import Sources
from cloudless.ir import Application, Span


def delayed(application: Application) -> frozenset[Span]:
    """Those places of `send` grants at which a delay is named, or may be: `**options`, or no source to read."""
    sources = Sources()
    return frozenset(span for span in _sends(application) if _may_delay(sources, span))


def _sends(application: Application) -> Iterator[Span]:
    for handler in application.handlers:
        for grant in handler.grants:
            if (grant.noun, grant.verb) == ("queue", "send"):
                yield from grant.spans


def _may_delay(sources: Sources, span: Span) -> bool:
    calls = sources.calls_of(span)
    return not calls or any(keyword.arg in {None, "delay"} for one in calls for keyword in one.keywords)
