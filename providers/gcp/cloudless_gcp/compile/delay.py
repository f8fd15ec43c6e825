"""Delays: a queue of Cloud Tasks for each queue and each subscription whose messages may wait, and who publishes them.

    shop-prod-orders ──a task, when it is due──► topic shop-prod-orders, as shop-prod--delays-orders

Whoever sends makes a task there, which publishes as the destination's own account: no function runs in between. That
account may publish there and do nothing else, and goes after the tasks do, whoever made them. Senders have to be
allowed to act as it. A task is tried for as long as it may be, a minute apart at most.
https://cloud.google.com/tasks/docs/creating-http-target-tasks
https://cloud.google.com/tasks/docs/configuring-queues
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp import names
from cloudless_gcp.compile.account import account, label_of
from cloudless_gcp.compile.need import PUBLISHER
from cloudless_gcp.compile.permission import member, on_topic
from cloudless_gcp.compile.scope import TASKS, queue_topic
from cloudless_gcp.compile.service import TASKS as SERVICE

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground

_RETRIES = {"max_attempts": -1, "max_backoff": "60s"}


def delays(ground: Ground) -> None:
    """The queues of Cloud Tasks, each once its account may publish."""
    for name in names.delayed_of(ground.application):
        ground.document.resource(
            TASKS,
            name,
            {
                **ground.of(SERVICE),
                "location": ground.region,
                "name": names.tasks_id(ground.place, name),
                "retry_config": _RETRIES,
                "depends_on": [str(_delayer(ground, name))],
            },
        )


def _delayer(ground: Ground, name: str) -> Address:
    """That an account of its own publishes what waited for a queue or a subscription."""
    who = names.delayer(name)
    made = account(ground, who, comment=f"as whom what waited for {name} is published")
    label, on = label_of(who, "sends"), on_topic(queue_topic(ground, name))
    return member(ground, label, on, role=PUBLISHER, who=made["member"], why=("ours: what is due",))
