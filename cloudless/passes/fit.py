"""What an application needs, against what the providers of its stages have not got."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cloudless.config import codes
from cloudless.driver.gap import Gap
from cloudless.ir import DECLARED, ERROR, WARNING, Application, Diagnostic, Span

QUARTER_HOUR_S = 900
SOFT = frozenset({"queue.batch"})
"""Capabilities whose lack changes the cost of a program, and never what it does."""

_LOOKING = frozenset({"peek", "redrive"})
"""Verbs of dead letters that wait."""

Need = tuple[str, str, Span]
"""Capability, what needs it, and where that stands."""


def gaps(application: Application, stages: Mapping[str, tuple[str, Mapping[str, Gap]]]) -> list[Diagnostic]:
    """A problem for each need that a stage's provider does not fill. stages: provider and gaps, by stage."""
    needs = list(_first(_needs(application)))
    return [
        _problem(need, stage, provider, table[need[0]])
        for stage, (provider, table) in stages.items()
        for need in needs
        if need[0] in table
    ]


def _problem(need: Need, stage: str, provider: str, gap: Gap) -> Diagnostic:
    capability, what, span = need
    message = f"{what} does not fit stage {stage!r}: {gap.reason} ({provider}, {gap.kind.replace('_', ' ')})"
    remedy = f"leave it out, or build it for another provider{f'; {gap.link}' if gap.link else ''}"
    return Diagnostic(codes.GAP, message, span, remedy, WARNING if capability in SOFT else ERROR)


def _first(needs: Iterable[Need]) -> Iterator[Need]:
    """The first that needs a capability speaks for all."""
    seen: set[str] = set()
    for need in needs:
        if need[0] not in seen:
            seen.add(need[0])
            yield need


def _needs(application: Application) -> Iterator[Need]:
    yield from _queues(application)
    yield from _topics(application)
    for schedule in application.schedules:
        yield "schedule", f"schedule {schedule.name!r}", schedule.span
    for function in application.functions:
        yield "function", f"function {function.name!r}", function.span
        if function.queue:
            yield "function.later", f"invoke_later of {function.name!r}", function.span
    for orchestration in application.orchestrations:
        yield "orchestration", f"orchestration {orchestration.name!r}", orchestration.span
    for event in application.events:
        yield "orchestration", f"event {event.name!r}", event.span
    for orchestration in application.orchestrations:
        yield "orchestration", f"orchestration {orchestration.name!r}", orchestration.span
    for endpoint in application.endpoints:
        yield "http", f"endpoint {endpoint.method} {endpoint.path}", endpoint.span
    for secret in application.secrets:
        yield "secret", f"secret {secret.name!r}", secret.span


def _queues(application: Application) -> Iterator[Need]:
    for queue in application.queues:
        if queue.role != DECLARED:
            continue
        yield "queue", f"queue {queue.name!r}", queue.span
        if queue.ordered:
            yield "queue.ordered", f"ordered queue {queue.name!r}", queue.span
        if queue.max_delay_s > QUARTER_HOUR_S:
            yield "queue.long_delay", f"max_delay of queue {queue.name!r}", queue.span
        if queue.dead_letters:
            yield "queue.dead_letters", f"the dead letters of queue {queue.name!r}", queue.span
    for consumer in application.consumers:
        yield from _consumption(consumer.queue, consumer.batch_size, consumer.once, consumer.span)
    consumed = {consumer.queue for consumer in application.consumers}
    for handler in application.handlers:
        for grant in handler.grants:
            if grant.verb in _LOOKING and grant.name in consumed:
                span = grant.spans[0] if grant.spans else handler.span
                yield "queue.consumed_letters", f"{grant.verb} of {grant.name!r}, which a handler consumes,", span


def _topics(application: Application) -> Iterator[Need]:
    for topic in application.topics:
        yield "topic", f"topic {topic.name!r}", topic.span
    for one in application.subscriptions:
        if one.where:
            yield "topic.filter", f"the filter of {one.name!r}", one.span
        yield from _consumption(one.name, one.batch_size, one.once, one.span)


def _consumption(source: str, batch_size: int, once: str, span: Span) -> Iterator[Need]:
    if batch_size > 1:
        yield "queue.batch", f"batches of {source!r}", span
    if once:
        yield "queue.once", f"once_by of {source!r}", span
