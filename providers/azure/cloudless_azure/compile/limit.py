"""What an application is that Azure cannot take, beside what every cloud is asked (cloudless.passes.limits): problems.

Numbers stand in `cloudless_azure.limits`, with their pages. All problems of an application are found at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cloudless.config import codes
from cloudless.driver.limit import Limit
from cloudless.errors import UnsupportedError
from cloudless.ir import Application, Diagnostic, Handler, Orchestration, Pure, Queue, Span, Subscription, Topic
from cloudless_azure import limits
from cloudless_azure.compile.filter import rule_of
from cloudless_azure.compile.group import HUB
from cloudless_azure.names import entity_of, is_elsewhere, topic_of, vault_secret_of

if TYPE_CHECKING:
    from cloudless.config import Stage
    from cloudless_azure.compile.ground import Ground
    from cloudless_azure.compile.group import Group

OVER = "CL401"
_TAKEN = frozenset({"azure", "cloudless_azure", "cloudless_entry", "function_app"})
"""Modules of a package that are Microsoft's or ours; one of the user's would take their place."""

_Named = tuple[str, str, Span]
"""What it is, its name, and where it stands."""


def problems(application: Application, groups: Iterable[Group], stage: Stage) -> list[Diagnostic]:
    """Everything that does not fit, in the order of the nouns."""
    found = tuple(groups)
    return [
        *_runtime(application, stage),
        *_modules(application),
        *_apps(application, found),
        *_entities(application),
        *_secrets(application),
        *_topics(application),
        *(problem for one in application.subscriptions for problem in _filter(one)),
    ]


def warnings(ground: Ground) -> Iterator[str]:
    """What others in the subscription have a part in as well."""
    roles = sum(len(ground.needed.of(group)) for group in ground.groups)
    accounts = len(ground.groups) + bool(ground.groups) + ground.has_ledger + (HUB in ground.needs)
    for count, limit, where in ((roles, limits.ROLES, ""), (accounts, limits.ACCOUNTS, " in a region by default")):
        if count > limit.value:
            yield f"{count:,} {limit.unit}, a subscription takes {limit.value:,.0f}{where}; {limit.link}"


def _runtime(application: Application, stage: Stage) -> Iterator[Diagnostic]:
    if stage.python not in limits.RUNTIMES:
        known = ", ".join(limits.RUNTIMES)
        yield _unfit(
            f"Python {stage.python} is none of Azure Functions ({known})", _start(application), "choose one of those"
        )


def _modules(application: Application) -> Iterator[Diagnostic]:
    """A module of the user's that hides one of the package's, by the first handler that is in it."""
    roots = {application.entry.partition(":")[0].partition(".")[0]: _start(application)}
    written: list[Handler | Orchestration | Pure] = [*application.handlers, *application.orchestrations]
    for one in [*written, *application.pures]:
        roots.setdefault(one.module.partition(".")[0], one.span)
    for root, span in roots.items():
        if root in _TAKEN:
            what = f"module {root!r} of the application hides the one of that name in the package of a function app"
            yield _unfit(what, span, "rename the module, or put it into a package of yours")


def _apps(application: Application, groups: tuple[Group, ...]) -> Iterator[Diagnostic]:
    spans = {handler.name: handler.span for handler in application.handlers}
    named = [(f"handler {one.handlers[0]!r}", one.name, spans[one.handlers[0]]) for one in groups if one.handlers]
    yield from _doubles(named, "function app")


def _entities(application: Application) -> Iterator[Diagnostic]:
    """Service Bus tells no cases apart, and has queues and topics under one roof."""
    yield from (_elsewhere("queue", one) for one in application.queues if is_elsewhere(one))
    yield from (_elsewhere("topic", one) for one in application.topics if is_elsewhere(one))
    queues = [one for one in application.queues if not is_elsewhere(one)]
    topics = [one for one in application.topics if not is_elsewhere(one)]
    named: list[_Named] = [(f"queue {one.name!r}", entity_of(one), one.span) for one in queues]
    named += [(f"topic {one.name!r}", topic_of(one), one.span) for one in topics]
    named += [(f"subscription {one.name!r}", one.name, one.span) for one in application.subscriptions if one.handler]
    yield from _doubles(named, "queue or topic")
    yield from _most(len(named), limits.ENTITIES, "the application has", _start(application))
    for what, name, span in named:
        yield from _most(len(name), limits.LIMITS["queue.name"], f"the name of {what} has", span)


def _secrets(application: Application) -> Iterator[Diagnostic]:
    named: list[_Named] = []
    for one in application.secrets:
        try:
            named.append((f"secret {one.name!r}", vault_secret_of(one), one.span))
        except UnsupportedError as problem:
            yield Diagnostic(codes.GAP, str(problem), one.span, "give such an id, or a name in the stage's own vault")
    yield from _doubles([one for one in named if not one[1].startswith("https:")], "secret of the vault")


def _elsewhere(noun: str, one: Queue | Topic) -> Diagnostic:
    what = f"{noun} {one.name!r} is told by a resource id, and a {noun} of another namespace is not built"
    return _unfit(what, one.span, f"give the name of a {noun} in the stage's own namespace")


def _topics(application: Application) -> Iterator[Diagnostic]:
    for topic in application.topics:
        subscribed = [one for one in application.subscriptions if one.topic == topic.name]
        filtered = [one for one in subscribed if (rule_of(one.where) or {}).get("filter_type") == "SqlFilter"]
        yield from _most(len(subscribed), limits.SUBSCRIPTIONS, f"topic {topic.name!r} has", topic.span)
        yield from _most(len(filtered), limits.SQL_FILTERS, f"topic {topic.name!r} has", topic.span)
        asked = {condition.attribute.lower() for one in subscribed for condition in one.where}
        named = [(f"attribute {one!r}", one, topic.span) for one in topic.attributes if one.lower() in asked]
        yield from _doubles(named, "property in a filter")


def _filter(one: Subscription) -> Iterator[Diagnostic]:
    """Between a topic and a queue that it is forwarded to there is no runtime of ours that could filter."""
    if one.forward and rule_of(one.where) is None:
        what = f"the filter of the forward to {one.forward!r} is more than a rule of Service Bus holds"
        most = limits.FILTER_TEXT
        yield _unfit(
            f"{what} ({most.value:g} {most.unit} of SQL, characters of XML)",
            one.span,
            f"filter on fewer or shorter values, or write a subscriber that sends; {most.link}",
        )


def _doubles(named: Iterable[_Named], what: str) -> Iterator[Diagnostic]:
    """Two that are one to Azure, which tells no cases apart."""
    first: dict[str, _Named] = {}
    for one in named:
        there = first.setdefault(one[1].lower(), one)
        if there is not one:
            at = f"{there[2].file}:{there[2].line}"
            yield _unfit(f"{one[0]} and {there[0]} at {at} are one {what} to Azure: {one[1]!r}", one[2], "rename one")


def _most(count: int, limit: Limit, what: str, span: Span) -> Iterator[Diagnostic]:
    if count > limit.value:
        message = f"{what} {count:,} {limit.unit}, azure takes {limit.value:,.0f}"
        yield Diagnostic(OVER, message, span, f"make it less, or several applications of it; {limit.link}")


def _unfit(message: str, span: Span, remedy: str) -> Diagnostic:
    return Diagnostic(codes.GAP, f"azure: {message}", span, remedy)


def _start(application: Application) -> Span:
    """Where to point at for what is nobody's own: the first thing declared, or the entry."""
    spans = [one.span for one in application.handlers] + [one.span for one in application.queues]
    return min([*spans, *(one.span for one in application.topics)], default=Span(application.entry, 0))
