"""Find messages that go round in a circle: queue → function → the same queue, also through topics and functions."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from cloudless.ir import Application, Diagnostic, Span

Graph = dict[str, set[str]]
"""From what feeds a handler to what that handler feeds."""


def loops(application: Application) -> list[Diagnostic]:
    """One problem a circle, unless a consumer on it says `recursive=True`.

    Feeds are queues, subscriptions and functions. Functions that only invoke each other are no loop of
    messages: each invocation ends before its caller does.
    """
    fed, spans = _fed(application), _spans(application)
    graph = {feed: _reached(application, handler) & fed.keys() for feed, handler in fed.items()}
    found: list[Diagnostic] = []
    while cycle := _cycle(graph):
        carrying = [feed for feed in cycle if not feed.startswith("function ")]
        if carrying:
            start = cycle.index(min(carrying))
            found.append(_problem([*cycle[start:], *cycle[:start], cycle[start]], spans[cycle[start]]))
        del graph[min(carrying or cycle)]
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


def _reached(application: Application, handler: str) -> set[str]:
    """What a handler puts messages into, by its grants; dead letters of a failure are no feed of its own."""
    found: set[str] = set()
    queues = {one.name: one.queue for one in application.functions}
    for grant in application.handler(handler).grants:
        if grant.verb == "send":
            found.add(f"queue {grant.name}")
        elif grant.verb == "publish":
            found |= _subscribed(application, grant.name)
        elif grant.verb == "invoke":
            found.add(f"function {grant.name}")
        elif grant.verb == "invoke_later":
            found.add(f"queue {queues.get(grant.name, '')}")
    return found


def _subscribed(application: Application, topic: str) -> set[str]:
    there = [one for one in application.subscriptions if one.topic == topic]
    return {f"queue {one.forward}" if one.forward else f"subscription {one.name}" for one in there}
