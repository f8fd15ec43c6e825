"""IR → plans: what the runtime needs of each handler, by the source that feeds it."""

from __future__ import annotations

from typing import Any

from cloudless.ir import (
    DEAD_LETTERS,
    Application,
    Consumer,
    Endpoint,
    Function,
    Handler,
    Parameter,
    Queue,
    Retry,
    Schedule,
    Subscription,
)
from cloudless.runtime.arguments import DEFAULT, NONE, REQUIRED
from cloudless.runtime.endpoint import EndpointPlan
from cloudless.runtime.plan import VALUE, Plan
from cloudless.runtime.route import Route


def plans(application: Application) -> dict[str, Plan]:
    """Every plan by its source: name of the queue, subscription, schedule's queue, or function."""
    handlers = {handler.name: handler for handler in application.handlers}
    queues = {queue.name: queue for queue in application.queues}
    found: dict[str, Plan] = {}
    for consumer in application.consumers:
        queue = queues[consumer.queue]
        found[queue.name] = _consumer(consumer, handlers[consumer.handler], queue)
    for subscription in application.subscriptions:
        if subscription.handler:
            found[subscription.name] = _subscription(subscription, handlers[subscription.handler])
    for schedule in application.schedules:
        found[schedule.queue] = _schedule(schedule, handlers[schedule.handler])
    for function in application.functions:
        found |= _function(function, handlers[function.handler])
    return found


def endpoint_plans(application: Application) -> dict[str, EndpointPlan]:
    """The plan of every endpoint, by handler."""
    handlers = {handler.name: handler for handler in application.handlers}
    methods: dict[str, set[str]] = {}
    for one in application.endpoints:
        methods.setdefault(Route(one.path).shape, set()).add(one.method)
    return {
        one.handler: _endpoint(one, handlers[one.handler], sorted(methods[Route(one.path).shape]))
        for one in application.endpoints
    }


def pure_plans(application: Application) -> dict[str, Plan]:
    """The plan of every pure function, by name."""
    return {
        one.name: Plan(one.name, one.name, tuple((parameter.name, VALUE) for parameter in one.parameters))
        for one in application.pures
    }


def timings(application: Application) -> dict[str, dict[str, Any]]:
    """When each schedule is due, by its name: facts of cloudless.runtime.tick."""
    return {
        one.name: {
            "schedule": one.name,
            "queue": one.queue,
            "cron": one.cron,
            "every_s": one.every_s,
            "timezone": one.timezone,
        }
        for one in application.schedules
    }


def _endpoint(endpoint: Endpoint, handler: Handler, methods: list[str]) -> EndpointPlan:
    return EndpointPlan(
        handler.name,
        endpoint.method,
        endpoint.path,
        methods=methods,
        parameters=tuple((one.name, one.kind, one.key, _absent(one)) for one in handler.parameters),
        status=endpoint.status,
        is_async=handler.is_async,
        timeout_s=handler.timeout_s,
    )


def _absent(parameter: Parameter) -> str:
    if parameter.required:
        return REQUIRED
    return NONE if parameter.nullable else DEFAULT


def _consumer(consumer: Consumer, handler: Handler, queue: Queue) -> Plan:
    plan = _plan(handler, queue.name, queue.retry, queue.dead_letters)
    plan.ordered, plan.endless = queue.ordered, queue.role == DEAD_LETTERS
    plan.batch_size, plan.once, plan.remember_s = consumer.batch_size, consumer.once, consumer.remember_s
    return plan


def _subscription(subscription: Subscription, handler: Handler) -> Plan:
    plan = _plan(handler, subscription.name, subscription.retry, subscription.dead_letters)
    plan.batch_size, plan.once, plan.remember_s = subscription.batch_size, subscription.once, subscription.remember_s
    return plan


def _schedule(schedule: Schedule, handler: Handler) -> Plan:
    plan = _plan(handler, schedule.queue, schedule.retry, schedule.dead_letters)
    plan.exclusive = schedule.overlap == "skip"
    return plan


def _function(function: Function, handler: Handler) -> dict[str, Plan]:
    """The direct call, and the internal queue of `invoke_later`, where it is used."""
    found = {function.name: _plan(handler, function.name, function.retry, "")}
    if function.queue:
        found[function.queue] = _plan(handler, function.queue, function.retry, function.dead_letters)
    return found


def _plan(handler: Handler, source: str, retry: Retry, dead_letters: str) -> Plan:
    return Plan(
        handler.name,
        source,
        tuple((parameter.name, parameter.kind) for parameter in handler.parameters),
        is_async=handler.is_async,
        timeout_s=handler.timeout_s,
        attempts=retry.attempts,
        delay_s=retry.delay_s,
        factor=retry.factor,
        max_delay_s=retry.max_delay_s,
        dead_letters=dead_letters,
    )
