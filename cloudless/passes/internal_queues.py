"""Add the queues that feed the handlers of schedules, and of functions that are invoked later."""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.ir import INTERNAL, Application, Function, Queue, Schedule, TypeRef
from cloudless.node import replace

JSON = TypeRef(name="JSON")


def internal_queues(application: Application) -> Application:
    """The application with its internal queues, those that are there already left as they are."""
    there = {queue.name for queue in application.queues}
    added = [queue for queue in _wanted(application) if queue.name not in there]
    queues = sorted([*application.queues, *added], key=lambda queue: queue.name)
    return replace(application, queues=tuple(queues))


def _wanted(application: Application) -> Iterator[Queue]:
    fed: list[Schedule | Function] = [*application.schedules, *application.functions]
    for one in fed:
        if one.queue:
            yield Queue(
                name=one.queue,
                body=JSON,
                role=INTERNAL,
                retry=one.retry,
                dead_letters=one.dead_letters,
                span=one.span,
            )
