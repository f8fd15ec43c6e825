"""Compare an application with the limits of the clouds that it is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloudless.driver.limit import Limit
from cloudless.ir import Application, Diagnostic, Span
from cloudless.passes.orchestration_limits import orchestration_measures

Measure = tuple[str, str, float, Span]
"""Key of the limit, what is measured, its size in the limit's unit, where it stands."""

LEAST = frozenset({"schedule.interval", "queue.receives_min"})
"""Keys of limits that are a least, not a most."""

OVER = "CL401"
_REMEDIES: Mapping[str, str] = {
    "consumer.timeout": "split the work into several messages, or let an orchestration do it in steps",
    "filter.attributes": "filter on fewer attributes",
    "function.memory": "say less in memory_mb=",
    "function.timeout": "let it do less, or let an orchestration do it in steps",
    "message.attributes": "put the others into the body",
    "orchestration.branches": "divide it",
    "orchestration.depth": "let fewer orchestrations call one another",
    "orchestration.nesting": "let the innermost do its work in a loop, or in one function",
    "orchestration.timeout": "start another execution at the end of this one",
    "schedule.interval": "let it run less often, and each run send delayed messages",
}


def limits(application: Application, tables: Mapping[str, Mapping[str, Limit]]) -> list[Diagnostic]:
    """What is over a limit of some provider. tables: limits by provider name, as providers publish them."""
    return [
        _problem(measure, provider, table[measure[0]])
        for measure in measures(application)
        for provider, table in sorted(tables.items())
        if measure[0] in table and _is_over(measure[0], measure[2], table[measure[0]])
    ]


def _is_over(key: str, size: float, limit: Limit) -> bool:
    return size < limit.value if key in LEAST else size > limit.value


def _problem(measure: Measure, provider: str, limit: Limit) -> Diagnostic:
    key, what, size, span = measure
    bound = "at least" if key in LEAST else "at most"
    message = f"{what} is {size:g} {limit.unit}, {provider} takes {bound} {limit.value:g}"
    return Diagnostic(OVER, message, span, f"{_REMEDIES[key]}; or leave {provider} out; {limit.link}")


def measures(application: Application) -> Iterator[Measure]:
    """All of an application that some provider may limit."""
    for handler in application.handlers:
        yield "function.timeout", f"the time-out of {handler.name!r}", handler.timeout_s, handler.span
        yield "function.memory", f"the memory of {handler.name!r}", handler.memory_mb, handler.span
    fed = _fed(application)
    for handler in application.handlers:
        if handler.name in fed:
            yield "consumer.timeout", f"the time-out of {handler.name!r}", handler.timeout_s, handler.span
    for topic in application.topics:
        # one attribute is ours
        yield "message.attributes", f"the attributes of topic {topic.name!r}", len(topic.attributes) + 1, topic.span
    for one in application.subscriptions:
        yield "filter.attributes", f"the filter of {one.name!r}", len(one.where), one.span
    for schedule in application.schedules:
        if schedule.every_s:
            yield "schedule.interval", f"the interval of {schedule.name!r}", schedule.every_s, schedule.span
    yield from orchestration_measures(application)


def _fed(application: Application) -> set[str]:
    """Names of the handlers that queues feed: those of `invoke_later` as well."""
    return {
        *(one.handler for one in application.consumers),
        *(one.handler for one in application.subscriptions),
        *(one.handler for one in application.schedules),
        *(one.handler for one in application.functions if one.queue),
    }
