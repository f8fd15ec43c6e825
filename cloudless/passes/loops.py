"""Find messages that go round in a circle: queue → function → the same queue, also through topics and functions."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from cloudless.ir import Application, Diagnostic, Grant, Span

Graph = dict[str, set[str]]
"""From what feeds a handler to what that handler feeds."""


def loops(application: Application) -> list[Diagnostic]:
    """One problem a circle, unless a consumer on it says `recursive=True`.

    Feeds are queues, subscriptions and functions. Functions that only invoke each other are no loop of
    messages: each invocation ends before its caller does.
    """
    fed, spans, outgoing = _fed(application), _spans(application), _Outgoing(application)
    graph = {feed: outgoing.of(handler) & fed.keys() for feed, handler in fed.items()}
    found: list[Diagnostic] = []
    while cycle := _cycle(graph):
        carrying = [feed for feed in cycle if not feed.startswith("function ")]
        if carrying:
            start = cycle.index(min(carrying))
            found.append(_problem([*cycle[start:], *cycle[:start], cycle[start]], spans[cycle[start]]))
        del graph[min(carrying or cycle)]
    return found


def circling(application: Application) -> frozenset[str]:
    """Handlers on a circle that is meant: each that messages pass between a `recursive=True` consumer and itself."""
    starts = [f"queue {one.queue}" for one in application.consumers if one.recursive]
    if not starts:
        return frozenset()
    fed, outgoing = _fed(application), _Outgoing(application)
    fed |= {f"queue {one.queue}": one.handler for one in application.consumers if one.recursive}
    graph = {feed: outgoing.of(handler) & fed.keys() for feed, handler in fed.items()}
    backwards: Graph = {feed: set() for feed in graph}
    for feed, others in graph.items():
        for other in others:
            backwards[other].add(feed)
    round_trips = (_reached(graph, start) & _reached(backwards, start) for start in starts)
    return frozenset(fed[feed] for found in round_trips for feed in found)


def calling_back(application: Application) -> frozenset[str]:
    """Handlers of functions that call themselves, directly or through others."""
    handlers = {one.name: one.handler for one in application.functions}
    if not handlers:
        return frozenset()
    grants = {one.name: one.grants for one in application.handlers}
    graph = {
        name: {one.name for one in grants[handler] if one.noun == "function" and one.verb == "invoke"} & handlers.keys()
        for name, handler in handlers.items()
    }
    return frozenset(handlers[name] for name in graph if name in _reached(graph, name))


def _reached(graph: Graph, start: str) -> set[str]:
    """What can be come to from a feed, itself only by a circle."""
    found: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        feed = waiting.pop()
        if feed not in found:
            found.add(feed)
            waiting += graph[feed]
    return found


def _problem(path: list[str], span: Span) -> Diagnostic:
    return Diagnostic(
        "CL163",
        f"messages go round: {' → '.join(path)}",
        span,
        "stop it there, or say recursive=True on a queue's consumer that ends it by itself",
    )


def _cycle(graph: Graph) -> list[str]:
    """The feeds of one circle in the order in which messages pass; none where there is no circle."""
    ordered = {feed: sorted(graph[feed] & graph.keys()) for feed in sorted(graph)}
    try:
        TopologicalSorter(ordered).prepare()
    except CycleError as problem:
        backwards: list[str] = problem.args[1]  # it knows nodes by what comes before them
        return backwards[:0:-1]
    return []


def _fed(application: Application) -> dict[str, str]:
    """Handler of each feed; consumers that may be recursive are left out, and with them their circles."""
    fed = {f"queue {one.queue}": one.handler for one in application.consumers if not one.recursive}
    fed |= {f"subscription {one.name}": one.handler for one in application.subscriptions if one.handler}
    for one in application.functions:
        fed[f"function {one.name}"] = one.handler
        if one.queue:
            fed[f"queue {one.queue}"] = one.handler
    return fed


def _spans(application: Application) -> dict[str, Span]:
    spans = {f"queue {one.queue}": one.span for one in application.consumers}
    spans |= {f"subscription {one.name}": one.span for one in application.subscriptions}
    return spans | {f"queue {one.queue}": one.span for one in application.functions if one.queue}


class _Outgoing:
    """What handlers put messages into, looked up by name: an application may have thousands of each."""

    def __init__(self, application: Application) -> None:
        self._grants = {one.name: one.grants for one in application.handlers}
        self._queues = {one.name: one.queue for one in application.functions}
        self._subscribed: dict[str, set[str]] = {}
        for one in application.subscriptions:
            feed = f"queue {one.forward}" if one.forward else f"subscription {one.name}"
            self._subscribed.setdefault(one.topic, set()).add(feed)

    def of(self, handler: str) -> set[str]:
        """By a handler's grants; dead letters of a failure are no feed of its own."""
        return {feed for grant in self._grants[handler] for feed in self._fed_by(grant)}

    def _fed_by(self, grant: Grant) -> set[str]:
        if grant.verb == "send":
            return {f"queue {grant.name}"}
        if grant.verb == "publish":
            return self._subscribed.get(grant.name, set())
        if grant.verb == "invoke":
            return {f"function {grant.name}"}
        if grant.verb == "invoke_later":
            return {f"queue {self._queues.get(grant.name, '')}"}
        return set()
