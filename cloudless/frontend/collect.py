"""App → Application: what was declared, as data. Nothing is judged here; permissions come later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from cloudless import ir
from cloudless.app import App
from cloudless.codec import codec_of
from cloudless.errors import InvalidArgument
from cloudless.event import Event
from cloudless.frontend.functions import hints, is_async, original
from cloudless.frontend.parameters import (
    Signature,
    consumer_parameters,
    endpoint_parameters,
    function_parameters,
    schedule_parameters,
)
from cloudless.frontend.source import Sources
from cloudless.frontend.types import auth_data, cors_data, dotted, retry_data, type_ref
from cloudless.function import Function
from cloudless.handler import Handler
from cloudless.http import Endpoint
from cloudless.pure import Pure
from cloudless.queue import OrderedQueue, Queue, QueueHandler
from cloudless.runtime.route import Route
from cloudless.runtime.schedule import utc_cron
from cloudless.schedule import Schedule
from cloudless.secret import Config, Secret
from cloudless.topic import Match, Subscribed, Topic, TopicHandler

N = TypeVar(
    "N",
    ir.Queue,
    ir.Topic,
    ir.Secret,
    ir.Config,
    ir.Handler,
    ir.Subscription,
    ir.Schedule,
    ir.Function,
    ir.Event,
    ir.Pure,
)  # fmt: skip


def collect(app: App, sources: Sources, *, entry: str = "", include: Sequence[str] = ()) -> ir.Application:
    """The application as declared; of two declarations of one name, the first."""
    collector = _Collector(sources)
    declared, handlers = app.declared, app.registered
    return ir.Application(
        name=app.name,
        entry=entry,
        include=tuple(include),
        handlers=_named(map(collector.handler, handlers)),
        queues=_named(collector.queue(one) for one in declared if isinstance(one, Queue | OrderedQueue)),
        consumers=_consumers(collector.consumer(one) for one in handlers if isinstance(one, QueueHandler)),
        topics=_named(collector.topic(one) for one in declared if isinstance(one, Topic)),
        subscriptions=_named(map(collector.subscription, app.subscriptions)),
        schedules=_named(collector.schedule(one) for one in handlers if isinstance(one, Schedule)),
        functions=_named(collector.function(one) for one in handlers if isinstance(one, Function)),
        pures=_named(map(collector.pure, app.pures)),
        events=_named(collector.event(one) for one in declared if isinstance(one, Event)),
        endpoints=_routed(collector.endpoint(one) for one in handlers if isinstance(one, Endpoint)),
        cors=cors_data(app.cors),
        secrets=_named(collector.secret(one) for one in declared if isinstance(one, Secret)),
        configs=_named(collector.config(one) for one in declared if isinstance(one, Config)),
    )


def _named(items: Iterable[N]) -> tuple[N, ...]:
    first: dict[str, N] = {}
    for item in items:
        first.setdefault(item.name, item)
    return tuple(sorted(first.values(), key=lambda item: item.name))


def _consumers(items: Iterable[ir.Consumer]) -> tuple[ir.Consumer, ...]:
    first: dict[str, ir.Consumer] = {}
    for item in items:
        first.setdefault(item.queue, item)
    return tuple(sorted(first.values(), key=lambda item: item.queue))


def _routed(items: Iterable[ir.Endpoint]) -> tuple[ir.Endpoint, ...]:
    """Of two endpoints of one method and shape of path, the first."""
    first: dict[tuple[str, str], ir.Endpoint] = {}
    for item in items:
        first.setdefault((Route(item.path).shape, item.method), item)
    return tuple(sorted(first.values(), key=lambda item: (item.path, item.method)))


class _Collector:
    """One method for each kind of declaration."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def handler(self, handler: Handler[..., Any]) -> ir.Handler:
        function, settings = handler.function, handler.settings
        return ir.Handler(
            name=handler.name,
            module=function.__module__,
            qualname=function.__qualname__,
            parameters=self._parameters(handler),
            is_async=is_async(function),
            timeout_s=settings.timeout_s,
            memory_mb=settings.memory_mb,
            min_instances=settings.min_instances,
            native=settings.native,
            span=self._sources.declaration(handler.place),
        )

    def _parameters(self, handler: Handler[..., Any]) -> tuple[ir.Parameter, ...]:
        function = original(handler.function)
        if function is None:  # reported by the checks
            return ()
        signature = Signature(function, hints(handler))
        if isinstance(handler, QueueHandler | TopicHandler):
            return consumer_parameters(signature, handler.consumption.batch_size > 1)
        if isinstance(handler, Endpoint):
            return endpoint_parameters(signature, Route(handler.path).parameters)
        return schedule_parameters(signature) if isinstance(handler, Schedule) else function_parameters(signature)

    def queue(self, queue: Queue[Any] | OrderedQueue[Any]) -> ir.Queue:
        return ir.Queue(
            name=queue.name,
            body=type_ref(queue.type),
            ordered=queue.ordered,
            max_delay_s=queue.max_delay_s,
            retry=retry_data(queue.retry),
            dead_letters=dead_letters_of(queue.name, queue.has_dead_letters),
            native=queue.native_arguments,
            existing=queue.existing,
            span=self._sources.declaration(queue.place),
        )

    def consumer(self, handler: QueueHandler[..., Any]) -> ir.Consumer:
        how = handler.consumption
        return ir.Consumer(
            queue=handler.source,
            handler=handler.name,
            batch_size=how.batch_size,
            window_s=how.window.total_seconds(),
            once=how.once_by,
            remember_s=how.remember.total_seconds(),
            recursive=how.recursive,
            span=self._sources.declaration(handler.place),
        )

    def topic(self, topic: Topic[Any]) -> ir.Topic:
        return ir.Topic(
            name=topic.name,
            body=type_ref(topic.type),
            attributes=topic.attributes,
            native=topic.native_arguments,
            existing=topic.existing,
            span=self._sources.declaration(topic.place),
        )

    def subscription(self, subscribed: Subscribed) -> ir.Subscription:
        handler = subscribed.handler
        options: dict[str, Any] = {}
        if handler is not None:
            how = handler.consumption
            options = {
                "batch_size": how.batch_size,
                "once": how.once_by,
                "remember_s": how.remember.total_seconds(),
            }
        return ir.Subscription(
            name=subscribed.name,
            topic=subscribed.topic.name,
            handler=handler.name if handler else "",
            forward=subscribed.forward.name if subscribed.forward else "",
            where=tuple(
                ir.Condition(attribute=name, operator=match.operator, values=match.values)
                for name, match in sorted(subscribed.where.items())
                if isinstance(match, Match)  # pyright: ignore[reportUnnecessaryIsInstance]  # the checks report others
            ),
            retry=retry_data(subscribed.retry),
            dead_letters=dead_letters_of(subscribed.name, subscribed.has_dead_letters),
            native=subscribed.native_arguments,
            span=self._sources.declaration(subscribed.place),
            **options,
        )

    def schedule(self, schedule: Schedule[..., Any]) -> ir.Schedule:
        timing = schedule.timing
        return ir.Schedule(
            name=schedule.source,
            handler=schedule.name,
            cron=timing.cron or "",
            every_s=int(timing.every.total_seconds()) if timing.every else 0,
            timezone=timing.timezone,
            utc_cron=_utc_cron(timing.cron, timing.timezone),
            overlap=timing.overlap,
            retry=retry_data(schedule.retry),
            queue=schedule.source,
            dead_letters=dead_letters_of(schedule.source, schedule.has_dead_letters),
            native=schedule.settings.native,
            span=self._sources.declaration(schedule.place),
        )

    def function(self, function: Function[..., Any]) -> ir.Function:
        return ir.Function(
            name=function.name,
            handler=function.name,
            result=type_ref(hints(function).get("return")),
            retry=retry_data(function.retry),
            queue=function.later,
            dead_letters=dead_letters_of(function.later, function.has_dead_letters),
            span=self._sources.declaration(function.place),
        )

    def pure(self, pure: Pure[..., Any]) -> ir.Pure:
        from cloudless.frontend.orchestration.annotation import Types  # most apps have none
        from cloudless.frontend.orchestration.callee import Callees

        found = Callees(Types(), self._sources).of(pure).data
        return ir.Pure(
            name=pure.name,
            module=pure.function.__module__,
            qualname=pure.function.__qualname__,
            parameters=found.parameters,
            result=found.result,
            span=self._sources.declaration(pure.place),
        )

    def event(self, event: Event[Any]) -> ir.Event:
        """Who waits for it is seen later: passes/waiters.py."""
        return ir.Event(name=event.name, body=type_ref(event.type), span=self._sources.declaration(event.place))

    def endpoint(self, endpoint: Endpoint[..., Any]) -> ir.Endpoint:
        own = [*endpoint.errors.items(), *((kind, code) for kind, code in endpoint.app.errors.items())]
        return ir.Endpoint(
            handler=endpoint.name,
            method=endpoint.method,
            path=endpoint.path,
            result=type_ref(hints(endpoint).get("return")),
            status=endpoint.status,
            auth=auth_data(endpoint.auth),
            errors=tuple(ir.Status(type=dotted(kind), status=code) for kind, code in own if isinstance(kind, type)),
            span=self._sources.declaration(endpoint.place),
        )

    def secret(self, secret: Secret) -> ir.Secret:
        return ir.Secret(name=secret.name, existing=secret.existing, span=self._sources.declaration(secret.place))

    def config(self, config: Config[Any]) -> ir.Config:
        has_default = config.default is not ...
        return ir.Config(
            name=config.name,
            type=type_ref(config.type),
            default=_json(config) if has_default else None,
            has_default=has_default,
            span=self._sources.declaration(config.place),
        )


def dead_letters_of(name: str, wanted: bool) -> str:
    """Name of the dead-letter queue of a queue, subscription or schedule; "" where messages may be lost."""
    return f"{name}-dead-letters" if wanted else ""


def _json(config: Config[Any]) -> Any:
    try:
        return json.loads(codec_of(config.type).encode(config.default))
    except InvalidArgument:  # reported by the checks
        return None


def _utc_cron(cron: str | None, timezone: str) -> str:
    """The UTC cron around the due times; "" where there is no valid one, which the checks report."""
    try:
        return utc_cron(cron, timezone) if cron else ""
    except ValueError:
        return ""
