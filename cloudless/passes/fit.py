"""What an application needs, against what the providers of its stages have not got."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cloudless.config import codes
from cloudless.driver.gap import Gap
from cloudless.ir import ERROR, WARNING, Application, Diagnostic
from cloudless.passes.uses import Use, needs

SOFT = {"queue.batch": "nothing has to change: the program does the same there, in more calls"}
"""Capabilities whose lack changes the cost of a program, and never what it does; with what to say of that."""


def gaps(application: Application, stages: Mapping[str, tuple[str, Mapping[str, Gap]]]) -> list[Diagnostic]:
    """A problem for each need that a stage's provider does not fill. stages: provider and gaps, by stage."""
    first = list(_first(needs(application)))
    return [
        _problem(need, stage, provider, table[need.feature])
        for stage, (provider, table) in stages.items()
        for need in first
        if need.feature in table
    ]


def _problem(need: Use, stage: str, provider: str, gap: Gap) -> Diagnostic:
    message = f"{need.what} cannot be had on stage {stage!r}: {gap.reason} ({provider}, {gap.kind.replace('_', ' ')})"
    remedy = SOFT.get(need.feature, "leave it out, or build it for another provider")
    if gap.link:
        remedy += f"; {gap.link}"
    return Diagnostic(codes.GAP, message, need.span, remedy, WARNING if need.feature in SOFT else ERROR)


def _first(found: Iterable[Use]) -> Iterator[Use]:
    """The first that needs a capability speaks for all."""
    seen: set[str] = set()
    for need in found:
        if need.feature not in seen:
            seen.add(need.feature)
            yield need
