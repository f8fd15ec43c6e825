"""Add the dead-letter queue of every queue, subscription, schedule and function that has one."""

from __future__ import annotations

from cloudless.ir import DEAD_LETTERS, Application, Function, Queue, Schedule, Subscription, TypeRef
from cloudless.node import replace

JSON = TypeRef(name="JSON")
"""Dead letters may hold what does not fit the type of the queue before them."""


def dead_letters(application: Application) -> Application:
    """The application with its dead-letter queues, those that are there already left as they are."""
    there = {queue.name for queue in application.queues}
    added = {name: queue for name, queue in _wanted(application).items() if name not in there}
    queues = sorted([*application.queues, *added.values()], key=lambda queue: queue.name)
    return replace(application, queues=tuple(queues))


def _wanted(application: Application) -> dict[str, Queue]:
    sources: list[Queue | Subscription | Schedule | Function] = [
        *application.queues,
        *application.subscriptions,
        *application.schedules,
        *application.functions,
    ]
    return {
        one.dead_letters: Queue(name=one.dead_letters, body=JSON, role=DEAD_LETTERS, max_delay_s=0, span=one.span)
        for one in sources
        if one.dead_letters
    }
