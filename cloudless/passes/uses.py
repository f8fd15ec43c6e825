"""What an application uses, and where: each need of a capability, and what clouds keep differently.

needs   capabilities without which it cannot run; fit.py holds them against the gaps of a stage's provider
uses    those, and all else by which clouds may be compared: comparison.py
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cloudless.ir import DECLARED, Application, Orchestration, Span
from cloudless.ir.statement import FanOut, Gather, Send, Sleep, Statement, Wait
from cloudless.node import node
from cloudless.passes.tree import statements

QUARTER_HOUR_S = 900
_LOOKING = frozenset({"peek", "redrive"})
"""Verbs of dead letters that wait."""
_PATHS = ("http.raw_path", "http.dot_segments", "http.slashes")


@node()
class Use:
    """feature: a capability, or one of `cloudless.driver.guarantee.FEATURES`. what: "ordered queue 'lines'"."""

    feature: str
    what: str
    span: Span


def uses(application: Application, delayed: Collection[Span] = ()) -> list[Use]:
    """Everything that an application uses, each once, in source order. delayed: where handlers send with a delay."""
    found = [*needs(application), *_handlers(application), *_consumed(application)]
    found += [*_delays(application, delayed), *_orchestrations(application), *_paths(application)]
    return sorted(dict.fromkeys(found), key=lambda use: use.span)


def needs(application: Application) -> Iterator[Use]:
    """What an application cannot do without; the first of each capability is where it is said first."""
    yield from _queues(application)
    yield from _topics(application)
    for schedule in application.schedules:
        yield Use("schedule", f"schedule {schedule.name!r}", schedule.span)
    for function in application.functions:
        yield Use("function", f"function {function.name!r}", function.span)
        if function.queue:
            yield Use("function.later", f"invoke_later of {function.name!r}", function.span)
    for orchestration in application.orchestrations:
        yield Use("orchestration", f"orchestration {orchestration.name!r}", orchestration.span)
    for event in application.events:
        yield Use("orchestration", f"event {event.name!r}", event.span)
    for endpoint in application.endpoints:
        yield Use("http", f"endpoint {endpoint.method} {endpoint.path}", endpoint.span)
    for secret in application.secrets:
        yield Use("secret", f"secret {secret.name!r}", secret.span)


def _queues(application: Application) -> Iterator[Use]:
    for queue in application.queues:
        if queue.role != DECLARED:
            continue
        yield Use("queue", f"queue {queue.name!r}", queue.span)
        if queue.ordered:
            yield Use("queue.ordered", f"ordered queue {queue.name!r}", queue.span)
        if queue.max_delay_s > QUARTER_HOUR_S:
            yield Use("queue.long_delay", f"max_delay of queue {queue.name!r}", queue.span)
        if queue.dead_letters:
            yield Use("queue.dead_letters", f"the dead letters of queue {queue.name!r}", queue.span)
    for consumer in application.consumers:
        yield from _consumption(consumer.queue, consumer.batch_size, consumer.once, consumer.span)
    consumed = {consumer.queue for consumer in application.consumers}
    for handler in application.handlers:
        for grant in handler.grants:
            if grant.verb in _LOOKING and grant.name in consumed:
                span = grant.spans[0] if grant.spans else handler.span
                what = f"{grant.verb} of {grant.name!r}, which a handler consumes,"
                yield Use("queue.consumed_letters", what, span)


def _topics(application: Application) -> Iterator[Use]:
    for topic in application.topics:
        yield Use("topic", f"topic {topic.name!r}", topic.span)
    for one in application.subscriptions:
        if one.where:
            yield Use("topic.filter", f"the filter of {one.name!r}", one.span)
        yield from _consumption(one.name, one.batch_size, one.once, one.span)


def _consumption(source: str, batch_size: int, once: str, span: Span) -> Iterator[Use]:
    if batch_size > 1:
        yield Use("queue.batch", f"batches of {source!r}", span)
    if once:
        yield Use("queue.once", f"once_by of {source!r}", span)


def _handlers(application: Application) -> Iterator[Use]:
    for handler in application.handlers:
        yield Use("handler", f"handler {handler.name!r}", handler.span)
        if handler.grants:
            yield Use("identity.per_function", f"what handler {handler.name!r} may do", handler.span)


def _consumed(application: Application) -> Iterator[Use]:
    """What messages reach handlers by, whether the program calls it a queue or not."""
    ordered = {queue.name for queue in application.queues if queue.ordered}
    for consumer in application.consumers:
        yield from _deliveries(f"consumer {consumer.handler!r}", consumer.span, ordered=consumer.queue in ordered)
        if consumer.once or consumer.queue in ordered:
            yield Use("ledger.expiry", f"what is remembered of {consumer.queue!r}", consumer.span)
    for subscription in application.subscriptions:
        if subscription.handler:
            yield from _deliveries(f"subscriber {subscription.handler!r}", subscription.span)
        if subscription.once:
            yield Use("ledger.expiry", f"what is remembered of {subscription.name!r}", subscription.span)
    for function in application.functions:
        if function.queue:
            yield from _deliveries(f"invoke_later of {function.name!r}", function.span)
    for schedule in application.schedules:
        if schedule.overlap == "skip":
            yield Use("ledger.expiry", f"what is remembered of schedule {schedule.name!r}", schedule.span)


def _deliveries(what: str, span: Span, *, ordered: bool = False) -> Iterator[Use]:
    """Ordered queues are compared by themselves."""
    features = ("queue.retry_after", "queue.throttled")
    for feature in features if ordered else ("delivery", *features):
        yield Use(feature, what, span)


def _delays(application: Application, delayed: Collection[Span]) -> Iterator[Use]:
    longest_s = {queue.name: queue.max_delay_s for queue in application.queues}
    for handler in application.handlers:
        for grant in handler.grants:
            for span in grant.spans if grant.verb == "send" else ():
                if span in delayed:
                    yield from _delay(grant.name, longest_s.get(grant.name, 0), span)
    for orchestration in application.orchestrations:
        for one in statements(orchestration.body):
            if isinstance(one, Send) and one.delay_s:
                yield from _delay(one.resource, one.delay_s, one.span)


def _delay(queue: str, at_most_s: float, span: Span) -> Iterator[Use]:
    yield Use("queue.delay", f"a delayed message to {queue!r}", span)
    if at_most_s > QUARTER_HOUR_S:
        yield Use("queue.long_delay", f"a delayed message to {queue!r}", span)


def _orchestrations(application: Application) -> Iterator[Use]:
    for one in application.orchestrations:
        yield Use("identity.callers", f"starts of {one.name!r} from outside", one.span)
        for statement in statements(one.body):
            yield from _waits(one, statement)


def _waits(orchestration: Orchestration, one: Statement) -> Iterator[Use]:
    if isinstance(one, Gather):
        yield Use("orchestration.parallel", f"gather in {orchestration.name!r}", one.span)
    elif isinstance(one, FanOut):
        yield Use("orchestration.parallel", f"fan_out in {orchestration.name!r}", one.span)
    elif isinstance(one, Sleep):
        yield Use("orchestration.sleep", f"sleep in {orchestration.name!r}", one.span)
    elif isinstance(one, Wait) and one.timeout_s is not None:
        yield Use("orchestration.sleep", f"the time-out of a wait in {orchestration.name!r}", one.span)


def _paths(application: Application) -> Iterator[Use]:
    """Paths into which callers put text of theirs."""
    for endpoint in application.endpoints:
        if "{" in endpoint.path:
            for feature in _PATHS:
                yield Use(feature, f"endpoint {endpoint.method} {endpoint.path}", endpoint.span)
