"""What an application is that Azure cannot take, beside what every cloud is asked (cloudless.passes.limits): problems.

Numbers stand in `cloudless_azure.limits`, with their pages. All problems of an application are found at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cloudless.compiler.unfit import Named, Unfit
from cloudless.config import codes
from cloudless.errors import UnsupportedError
from cloudless.ir import Application, Diagnostic, Queue, Subscription, Topic
from cloudless_azure import limits
from cloudless_azure.compile.filter import rule_of
from cloudless_azure.compile.group import HUB
from cloudless_azure.names import entity_of, is_elsewhere, topic_of, vault_secret_of

if TYPE_CHECKING:
    from cloudless.config import Stage
    from cloudless_azure.compile.ground import Ground
    from cloudless_azure.compile.group import Group

_TAKEN = frozenset({"azure", "cloudless_azure", "cloudless_entry", "function_app"})
"""Modules of a package that are Microsoft's or ours; one of the user's would take their place."""


_LESS = "make it less, or several applications of it"


def problems(application: Application, groups: Iterable[Group], stage: Stage) -> list[Diagnostic]:
    """Everything that does not fit, in the order of the nouns."""
    unfit = Unfit("azure", application)
    return [
        *unfit.python(stage.python, limits.RUNTIMES, "none of Azure Functions"),
        *unfit.modules(_TAKEN, "the package of a function app"),
        *_apps(application, tuple(groups), unfit),
        *_entities(application, unfit),
        *_secrets(application, unfit),
        *_topics(application, unfit),
        *(problem for one in application.subscriptions for problem in _filter(one, unfit)),
    ]


def warnings(ground: Ground) -> Iterator[str]:
    """What others in the subscription have a part in as well."""
    roles = sum(len(ground.needed.of(group)) for group in ground.groups)
    accounts = len(ground.groups) + bool(ground.groups) + ground.has_ledger + (HUB in ground.needs)
    for count, limit, where in ((roles, limits.ROLES, ""), (accounts, limits.ACCOUNTS, " in a region by default")):
        if count > limit.value:
            yield f"{count:,} {limit.unit}, a subscription takes {limit.value:,.0f}{where}; {limit.link}"


def _apps(application: Application, groups: tuple[Group, ...], unfit: Unfit) -> Iterator[Diagnostic]:
    spans = {handler.name: handler.span for handler in application.handlers}
    named = [(f"handler {one.handlers[0]!r}", one.name, spans[one.handlers[0]]) for one in groups if one.handlers]
    yield from unfit.doubles(named, "function app to Azure", str.lower)


def _entities(application: Application, unfit: Unfit) -> Iterator[Diagnostic]:
    """Service Bus tells no cases apart, and has queues and topics under one roof."""
    yield from (_elsewhere("queue", one, unfit) for one in application.queues if is_elsewhere(one))
    yield from (_elsewhere("topic", one, unfit) for one in application.topics if is_elsewhere(one))
    queues = [one for one in application.queues if not is_elsewhere(one)]
    topics = [one for one in application.topics if not is_elsewhere(one)]
    named: list[Named] = [(f"queue {one.name!r}", entity_of(one), one.span) for one in queues]
    named += [(f"topic {one.name!r}", topic_of(one), one.span) for one in topics]
    named += [(f"subscription {one.name!r}", one.name, one.span) for one in application.subscriptions if one.handler]
    yield from unfit.doubles(named, "queue or topic to Azure", str.lower)
    yield from unfit.most(len(named), limits.ENTITIES, "the application has", unfit.start, _LESS)
    for what, name, span in named:
        yield from unfit.most(len(name), limits.LIMITS["queue.name"], f"the name of {what} has", span, _LESS)


def _secrets(application: Application, unfit: Unfit) -> Iterator[Diagnostic]:
    named: list[Named] = []
    for one in application.secrets:
        try:
            named.append((f"secret {one.name!r}", vault_secret_of(one), one.span))
        except UnsupportedError as problem:
            yield Diagnostic(codes.GAP, str(problem), one.span, "give such an id, or a name in the stage's own vault")
    yield from unfit.doubles(
        [one for one in named if not one[1].startswith("https:")], "secret of the vault to Azure", str.lower
    )


def _elsewhere(noun: str, one: Queue | Topic, unfit: Unfit) -> Diagnostic:
    what = f"{noun} {one.name!r} is told by a resource id, and a {noun} of another namespace is not built"
    return unfit(what, one.span, f"give the name of a {noun} in the stage's own namespace")


def _topics(application: Application, unfit: Unfit) -> Iterator[Diagnostic]:
    for topic in application.topics:
        subscribed = [one for one in application.subscriptions if one.topic == topic.name]
        filtered = [one for one in subscribed if (rule_of(one.where) or {}).get("filter_type") == "SqlFilter"]
        yield from unfit.most(len(subscribed), limits.SUBSCRIPTIONS, f"topic {topic.name!r} has", topic.span, _LESS)
        yield from unfit.most(len(filtered), limits.SQL_FILTERS, f"topic {topic.name!r} has", topic.span, _LESS)
        asked = {condition.attribute.lower() for one in subscribed for condition in one.where}
        named = [(f"attribute {one!r}", one, topic.span) for one in topic.attributes if one.lower() in asked]
        yield from unfit.doubles(named, "property in a filter to Azure", str.lower)


def _filter(one: Subscription, unfit: Unfit) -> Iterator[Diagnostic]:
    """Between a topic and a queue that it is forwarded to there is no runtime of ours that could filter."""
    if one.forward and rule_of(one.where) is None:
        what = f"the filter of the forward to {one.forward!r} is more than a rule of Service Bus holds"
        most = limits.FILTER_TEXT
        yield unfit(
            f"{what} ({most.value:g} {most.unit} of SQL, characters of XML)",
            one.span,
            f"filter on fewer or shorter values, or write a subscriber that sends; {most.link}",
        )
