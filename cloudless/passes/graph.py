"""What feeds what and who calls whom, as a plain graph to draw: Application → Graph.

Queues that nobody declared are no nodes: a schedule points to its handler, `invoke_later` is an edge between
handlers. A dead-letter queue is one where somebody consumes it, or looks after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cloudless.ir import (
    API_KEY,
    DECLARED,
    FUNCTION,
    JWT,
    Application,
    Condition,
    Endpoint,
    Grant,
    Handler,
    Schedule,
    Span,
)
from cloudless.ir.orchestration import ORCHESTRATION as CHILD
from cloudless.node import node

DEAD_LETTER_QUEUE = "dead-letter queue"
ENDPOINT = "endpoint"
EVENT = "event"
HANDLER = "handler"
ORCHESTRATION = "orchestration"
QUEUE = "queue"
SCHEDULE = "schedule"
SECRET = "secret"  # noqa: S105  (a kind of node)
TOPIC = "topic"

KINDS = (DEAD_LETTER_QUEUE, ENDPOINT, EVENT, HANDLER, ORCHESTRATION, QUEUE, SCHEDULE, SECRET, TOPIC)

_GUARDS = {API_KEY: "API key", FUNCTION: "guarded", JWT: "JWT"}
_NOUNS = {"function": HANDLER}
_PASSING = frozenset({"invoke", "invoke_later", "publish", "send", "start"})
_SILENT = frozenset({"invoke", "publish", "read", "send", "start"})
_WORDS = {"invoke_later": "later"}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


@node(order=True)
class Node:
    """kind: one of KINDS. name: as declared; of an endpoint, its method and path, which no two share.

    note: what sets it apart from others of its kind, e.g. "ordered"; "" for nothing.
    """

    kind: str
    name: str
    note: str = ""

    @property
    def caption(self) -> str:
        """What it is in words, e.g. "ordered queue"."""
        return f"{self.note} {self.kind}".strip()

    def __str__(self) -> str:
        return f"{self.caption} {self.name}"


@node(order=True)
class Edge:
    """label: its lines, e.g. ("0 8 * * *", "Europe/Berlin"); none where the kinds of both ends say it all.

    aside: no message or call of everyday passes: dead letters, and what only looks or repairs.
    """

    source: Node
    target: Node
    label: tuple[str, ...] = ()
    aside: bool = False

    def __str__(self) -> str:
        said = f" ({', '.join(self.label)})" if self.label else ""
        return f"{self.source} → {self.target}{said}"


@node()
class Graph:
    """Nodes and edges, each sorted and without doubles; both ends of an edge are among the nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


_Key = tuple[str, str]
"""Noun and name. A dead-letter queue is a queue, as in the IR."""


_Guard = tuple[str, str, tuple[Span, ...]]
"""Of an endpoint: its handler, the secret of its guard, and where both are declared."""


@node()
class _Link:
    """An edge of which nobody has looked yet whether its ends are shown."""

    source: _Key
    target: _Key
    label: tuple[str, ...] = ()
    aside: bool = False


def graph(application: Application) -> Graph:
    """The graph of an application, before the passes or after them."""
    links = [*_feeds(application), *_calls(application), *_children(application), *_guards(application)]
    used = {end for link in links for end in (link.source, link.target)}
    nodes = {**_always(application), **{key: node for key, node in _where_used(application).items() if key in used}}
    edges = {
        Edge(nodes[link.source], nodes[link.target], link.label, link.aside)
        for link in (*links, *_losses(application))
        if link.source in nodes and link.target in nodes
    }
    return Graph(tuple(sorted(nodes.values())), tuple(sorted(edges)))


# --- nodes


def _always(application: Application) -> dict[_Key, Node]:
    """Nodes that are shown whatever becomes of them."""
    queues = [one for one in application.queues if one.role == DECLARED]
    return {
        **{
            _endpoint(one): _node(ENDPOINT, _endpoint(one)[1], _GUARDS.get(one.auth.kind, ""))
            for one in application.endpoints
        },
        **{(EVENT, one.name): _node(EVENT, one.name) for one in application.events},
        **{(HANDLER, one.name): _node(HANDLER, one.name) for one in application.handlers},
        **{(ORCHESTRATION, one.name): _node(ORCHESTRATION, one.name) for one in application.orchestrations},
        **{(QUEUE, one.name): _node(QUEUE, one.name, "ordered" if one.ordered else "") for one in queues},
        **{(SCHEDULE, one.name): _node(SCHEDULE, one.name) for one in application.schedules},
        **{(TOPIC, one.name): _node(TOPIC, one.name) for one in application.topics},
    }


def _where_used(application: Application) -> dict[_Key, Node]:
    """Nodes that would say nothing alone: every queue has dead letters."""
    return {
        **{(QUEUE, name): _node(DEAD_LETTER_QUEUE, name) for _, name in _lossy(application)},
        **{(SECRET, one.name): _node(SECRET, one.name) for one in application.secrets},
    }


def _node(kind: str, name: str, note: str = "") -> Node:
    return Node(kind, _printable(name), note)


def _endpoint(one: Endpoint) -> _Key:
    return ENDPOINT, f"{one.method} {one.path}"


# --- edges


def _feeds(application: Application) -> Iterator[_Link]:
    """What a cloud delivers by itself."""
    for consumer in application.consumers:
        yield _Link((QUEUE, consumer.queue), (HANDLER, consumer.handler))
    for one in application.subscriptions:
        target = (QUEUE, one.forward) if one.forward else (HANDLER, one.handler)
        yield _Link((TOPIC, one.topic), target, tuple(map(_condition, one.where)))
    for schedule in application.schedules:
        yield _Link((SCHEDULE, schedule.name), (HANDLER, schedule.handler), _timing(schedule))
    for endpoint in application.endpoints:
        yield _Link(_endpoint(endpoint), (HANDLER, endpoint.handler))
    for orchestration in application.orchestrations:
        for event in orchestration.waits:
            yield _Link((EVENT, event), (ORCHESTRATION, orchestration.name))


def _calls(application: Application) -> Iterator[_Link]:
    """What handlers and orchestrations do, one edge for all that one of them does to one thing."""
    guards = {(one.handler, one.auth.secret, (one.span,)) for one in application.endpoints}
    grants = [((HANDLER, one.name), _own(one, guards)) for one in application.handlers]
    grants += [((ORCHESTRATION, one.name), one.grants) for one in application.orchestrations]
    for source, granted in grants:
        verbs: dict[_Key, list[str]] = {}
        for grant in sorted(granted):
            verbs.setdefault((_NOUNS.get(grant.noun, grant.noun), grant.name), []).append(grant.verb)
        for target, asked in verbs.items():
            yield _Link(source, target, _said(asked), _PASSING.isdisjoint(asked))


def _own(handler: Handler, guards: Collection[_Guard]) -> tuple[Grant, ...]:
    """Without the secret that only its endpoint's guard reads, which the decorator asks for."""
    return tuple(one for one in handler.grants if (handler.name, one.name, one.spans) not in guards)


def _children(application: Application) -> Iterator[_Link]:
    """Orchestrations that are steps of others."""
    for one in application.orchestrations:
        for callee in one.calls:
            if callee.kind == CHILD:
                yield _Link((ORCHESTRATION, one.name), (ORCHESTRATION, callee.name))


def _guards(application: Application) -> Iterator[_Link]:
    """Secrets with which endpoints check who calls."""
    for one in application.endpoints:
        if one.auth.secret:
            yield _Link(_endpoint(one), (SECRET, one.auth.secret), aside=True)


def _losses(application: Application) -> Iterator[_Link]:
    """From what gives up messages to where they go."""
    for source, name in _lossy(application):
        yield _Link(source, (QUEUE, name), aside=True)


def _lossy(application: Application) -> list[tuple[_Key, str]]:
    """What may give up messages, and the name of its dead-letter queue."""
    every = [
        *(((QUEUE, one.name), one.dead_letters) for one in application.queues if one.role == DECLARED),
        *(((TOPIC, one.topic), one.dead_letters) for one in application.subscriptions),
        *(((SCHEDULE, one.name), one.dead_letters) for one in application.schedules),
        *(((HANDLER, one.handler), one.dead_letters) for one in application.functions),
    ]
    return [(source, name) for source, name in every if name]


# --- labels


def _said(verbs: list[str]) -> tuple[str, ...]:
    """Verbs in words, in order; none where they go without saying."""
    return () if _SILENT.issuperset(verbs) else (", ".join(_WORDS.get(verb, verb) for verb in verbs),)


def _condition(one: Condition) -> str:
    """One attribute's part of a filter, e.g. "region: eu, us"."""
    values = [_printable(value) for value in one.values]
    said = {
        "exists": "any",
        "none_of": f"not {', '.join(values)}",
        "prefix": ", ".join(f"{value}…" for value in values),
    }
    return f"{_printable(one.attribute)}: {said.get(one.operator, ', '.join(values))}"


def _timing(one: Schedule) -> tuple[str, ...]:
    """When it is due. An interval is anchored at the epoch, so its zone changes nothing."""
    return (one.cron, one.timezone) if one.cron else (f"every {_interval(one.every_s)}",)


def _interval(seconds: int) -> str:
    """Seconds as they are typed elsewhere, e.g. "1h30m"."""
    text = ""
    for unit, letter in _UNITS:
        number, seconds = divmod(seconds, unit)
        text += f"{number}{letter}" if number else ""
    return text


def _printable(text: str) -> str:
    """Values of a filter may be any text; what cannot be drawn, and no XML may hold, is a replacement character."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
