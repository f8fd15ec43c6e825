"""Delays that are longer than SQS's own: whoever sends makes a schedule in the group of the queue, with its role.

A group a queue, so that who may send to one queue makes no schedule for another; the role may send there and nowhere
else. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws.compile.need import SEND, delay_label
from cloudless_aws.compile.permission import SCHEDULER, Statement, role
from cloudless_aws.compile.scope import queue_arn
from cloudless_aws.names import delay_group_of, delay_role_of, is_delayed

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground


def delays(ground: Ground) -> None:
    """The group and the role of every queue that takes messages later than SQS itself can."""
    for queue in ground.application.queues:
        if not is_delayed(queue):
            continue
        name = delay_role_of(ground.prefix, queue.name, ground.stage.region or "")
        why = ("ours: messages that are due",)
        sends = Statement(sid="Send", actions=(SEND,), resources=(queue_arn(ground, queue.name),), why=why)
        role(ground, delay_label(queue.name), name, service=SCHEDULER, statements=(sends,))
        group = {"name": delay_group_of(ground.prefix, queue.name)}
        ground.document.resource("aws_scheduler_schedule_group", queue.name, group)
