"""Delays: a queue of Cloud Tasks for each queue and each subscription whose messages may wait.

Whoever sends makes a task there, which publishes as that same account when it is due: no function runs in between. It
is tried for as long as it may be, a minute apart at most.
https://cloud.google.com/tasks/docs/creating-http-target-tasks
https://cloud.google.com/tasks/docs/configuring-queues
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp import names
from cloudless_gcp.compile.scope import TASKS
from cloudless_gcp.compile.service import TASKS as SERVICE

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

_RETRIES = {"max_attempts": -1, "max_backoff": "60s"}


def delays(ground: Ground) -> None:
    """The queues of Cloud Tasks."""
    for name in names.delayed_of(ground.application):
        ground.document.resource(
            TASKS,
            name,
            {
                **ground.of(SERVICE),
                "location": ground.region,
                "name": names.tasks_id(ground.prefix, name),
                "retry_config": _RETRIES,
            },
        )
