"""Groups: which handlers share a function app, and what each app consumes, may do and needs. Application → Groups.

    http          all endpoints, so that they share a host
    steps         functions with their queues of `invoke_later`, and orchestrations with what they call
    on-<handler>  one consumer, subscriber or schedule

Plain data, from which the documents (compile/), the entries (entry.py) and `cloudless permissions` are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cloudless.compiler.needs import needs, offers
from cloudless.compiler.unit import takes_lists
from cloudless.driver.names import digest_of
from cloudless.ir import Application, Condition, Consumer, Grant, Handler, Queue, Subscription
from cloudless.node import node
from cloudless.passes.grants import union
from cloudless.passes.plans import plans
from cloudless_azure.compile.filter import rule_of

if TYPE_CHECKING:
    from cloudless.runtime.plan import Plan

HTTP = "http"
STEPS = "steps"
ON = "on"

BATCH_TIMEOUT_MAX_S = 240
"""A host does not renew the locks of a batch, and a lock lasts 300 s: docs/mechanisms.md, batches."""

BUS, LEDGER, VAULT, CALLS, HUB = "bus", "ledger", "vault", "calls", "hub"
"""What a group needs: Service Bus; the ledger; the vault; to call the app `steps`; Durable Functions."""

_SENDS = {"queue": "send", "topic": "publish"}
_CALLED = frozenset({"orchestration", "event"})


@node(kw_only=True)
class Source:
    """A queue that a group consumes. queue: its logical name, by which `plans` has the plan. handler: who gets it.

    many: whether a trigger hands over several messages. sessions: whether the queue is ordered.
    where: what our runtime has to filter by, because the broker cannot hold it (filter.py).
    """

    queue: str
    handler: str
    many: bool = False
    sessions: bool = False
    where: tuple[Condition, ...] = ()


@node(kw_only=True)
class Drain:
    """Moves what the broker gave up on an ordered queue to our dead-letter queue (decision 0005). Logical names."""

    queue: str
    dead_letters: str


@node(kw_only=True)
class Group:
    """One function app. name: "http", "steps" or "on-take". kind: HTTP, STEPS or ON.

    handlers: names, in order. endpoints, functions: those of them that are. orchestrations, pures: names; of STEPS,
    with orchestrations of earlier builds whose executions may still run.
    timers: names of schedules, whose queue is among the sources. grants: of all handlers and orchestrations together,
    each with every line that asks for it. needs: of BUS, LEDGER, VAULT, CALLS and HUB, sorted.
    """

    name: str
    kind: str
    handlers: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    orchestrations: tuple[str, ...] = ()
    pures: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    drains: tuple[Drain, ...] = ()
    timers: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """Name of its module in the package, and of its files there."""
        return self.name.replace("-", "_")


def groups(application: Application, retained: Iterable[bytes] = ()) -> tuple[Group, ...]:
    """The groups of an application: `http` and `steps` where there is something for them, then the others by name.

    retained: definitions of earlier builds whose executions may still run; what they send to is granted as well.
    """
    known = _Known(application)
    found = [*_http(known), *_steps(known, _Kept(application, retained)), *_others(known)]
    return tuple(sorted(found, key=lambda one: (one.kind == ON, one.name)))


def group_name(handler: str) -> str:
    """Name of the group of a consumer, subscriber or schedule, fit for hosts and containers: on-take.

    Where hyphens in a row or at an end are left out, a digest keeps it apart from others.
    """
    plain = handler.lower().replace("_", "-")
    slug = "-".join(filter(None, plain.split("-")))
    return f"on-{slug}" if slug == plain else f"on-{slug}-{digest_of(handler, digits=4)}"


def takes_many(plan: Plan) -> bool:
    """Whether the trigger of a plan hands over several messages at a time."""
    return takes_lists(plan) and plan.batch_size > 1 and not plan.ordered and plan.timeout_s <= BATCH_TIMEOUT_MAX_S


class _Known:
    """An application, and its parts by name."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.handlers: Mapping[str, Handler] = {one.name: one for one in application.handlers}
        self.queues: Mapping[str, Queue] = {one.name: one for one in application.queues}
        self.plans: Mapping[str, Plan] = MappingProxyType(plans(application))

    def source(self, queue: str, where: tuple[Condition, ...] = ()) -> Source:
        plan = self.plans[queue]
        return Source(queue=queue, handler=plan.handler, many=takes_many(plan), sessions=plan.ordered, where=where)

    def drains(self, queue: str) -> tuple[Drain, ...]:
        """What an ordered queue with dead letters needs beside its consumer."""
        one = self.queues.get(queue)
        if one is None or not one.ordered or not one.dead_letters:
            return ()
        return (Drain(queue=queue, dead_letters=one.dead_letters),)

    def grants(self, handlers: Iterable[str], others: Iterable[tuple[Grant, ...]] = ()) -> tuple[Grant, ...]:
        return union([*(self.handlers[name].grants for name in handlers), *others])


class _Kept:
    """Definitions of earlier builds. names: of their orchestrations. grants: without a line, for there is none now."""

    def __init__(self, application: Application, texts: Iterable[bytes]) -> None:
        kept = tuple(texts)
        self.names = {json.loads(text)["main"] for text in kept}
        offered = offers(application) if kept else {}
        wanted = {tuple(title.split(" ", 1)) for text in kept for title in needs(text, offered)}
        self.grants = tuple(
            Grant(noun=noun, name=name, verb=_SENDS[noun]) for noun, name in sorted(wanted) if noun in _SENDS
        )


def _http(known: _Known) -> Iterator[Group]:
    endpoints = tuple(sorted(one.handler for one in known.application.endpoints))
    if endpoints:
        yield _group(known, HTTP, HTTP, endpoints, endpoints=endpoints)


def _steps(known: _Known, kept: _Kept) -> Iterator[Group]:
    application = known.application
    orchestrations = tuple(sorted(kept.names.union(one.name for one in application.orchestrations)))
    if not application.functions and not orchestrations and not application.events:
        return
    functions = tuple(one.name for one in application.functions)
    yield _group(
        known,
        STEPS,
        STEPS,
        tuple(sorted(one.handler for one in application.functions)),
        [kept.grants, *(one.grants for one in application.orchestrations)],
        functions=functions,
        orchestrations=orchestrations,
        pures=tuple(one.name for one in application.pures) if orchestrations else (),
        sources=tuple(known.source(one.queue) for one in application.functions if one.queue),
    )


def _others(known: _Known) -> Iterator[Group]:
    application = known.application
    consuming: list[Consumer | Subscription] = [*application.consumers]
    consuming += [one for one in application.subscriptions if one.handler]
    for one in consuming:
        yield _consuming(known, one)
    for schedule in application.schedules:
        yield _on(known, schedule.handler, known.source(schedule.queue), timers=(schedule.name,))


def _consuming(known: _Known, one: Consumer | Subscription) -> Group:
    if isinstance(one, Consumer):
        return _on(known, one.handler, known.source(one.queue), drains=known.drains(one.queue))
    return _on(known, one.handler, known.source(one.name, () if rule_of(one.where) else one.where))


def _on(known: _Known, handler: str, source: Source, **parts: Any) -> Group:
    return _group(known, group_name(handler), ON, (handler,), sources=(source,), **parts)


def _group(
    known: _Known,
    name: str,
    kind: str,
    handlers: tuple[str, ...],
    others: Iterable[tuple[Grant, ...]] = (),
    *,
    sources: tuple[Source, ...] = (),
    orchestrations: tuple[str, ...] = (),
    **parts: Any,
) -> Group:
    """The group with its grants, and what it needs. others: grants beside those of its handlers."""
    grants = known.grants(handlers, others)
    needs = set(_needs(known, kind, grants, sources, orchestrations))
    return Group(
        name=name,
        kind=kind,
        handlers=handlers,
        sources=sources,
        orchestrations=orchestrations,
        grants=grants,
        needs=tuple(sorted(needs)),
        **parts,
    )


def _needs(
    known: _Known, kind: str, grants: Sequence[Grant], sources: Sequence[Source], orchestrations: Sequence[str]
) -> Iterator[str]:
    calls = [one for one in grants if one.noun in _CALLED or one.verb == "invoke"]
    if sources or any(one.noun in _SENDS or one.verb == "invoke_later" for one in grants):
        yield BUS
    if orchestrations or any(known.plans[one.queue].is_guarded for one in sources):
        yield LEDGER
    if kind == STEPS or calls or any(one.noun == "secret" for one in grants):
        yield VAULT
    if calls:
        yield CALLS
    if orchestrations:
        yield HUB
