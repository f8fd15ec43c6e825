"""Topics, and subscriptions, which carry what matches to a queue of the subscriber: docs/mechanisms.md, topics.

A queue has one policy, which names every topic that may send to it.
https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cloudless.compiler import literal
from cloudless.ir import Subscription, Topic
from cloudless_aws.compile.filter import policy_of
from cloudless_aws.compile.permission import VERSION
from cloudless_aws.compile.queue import TYPE as QUEUE
from cloudless_aws.compile.scope import queue_arn, topic_arn
from cloudless_aws.names import topic_of

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

_FREE = ("display_name", "signature_version", "tracing_config")


def topics(ground: Ground) -> None:
    """Every topic that the stage makes, and every subscription."""
    for topic in ground.application.topics:
        if not topic.existing.get("aws"):
            _topic(ground, topic)
    fed: dict[str, dict[str, None]] = {}
    for one in ground.application.subscriptions:
        fed.setdefault(one.forward or one.name, {})[one.topic] = None
    for queue, sources in fed.items():
        if not _is_theirs(ground, queue):
            _allow(ground, queue, sources)
    for one in ground.application.subscriptions:
        _subscription(ground, one)


def _topic(ground: Ground, topic: Topic) -> None:
    owner = ground.owner(f"topic {topic.name!r}", topic)
    arguments = {"name": topic_of(topic, ground.prefix)}
    ground.document.resource("aws_sns_topic", topic.name, arguments, owner=owner, free=_FREE)


def _is_theirs(ground: Ground, queue: str) -> bool:
    """Whether somebody else makes the queue, and so its policy."""
    known = ground.queues.get(queue)
    return known is not None and bool(known.existing.get("aws"))


def _allow(ground: Ground, queue: str, sources: Iterable[str]) -> None:
    """The policy of a queue: topics may send to it."""
    arn = queue_arn(ground, queue)
    said = {"Version": VERSION, "Statement": [_send([topic_arn(ground, topic) for topic in sources], arn)]}
    kept = ground.local(f"queue_policy_{queue}", said)
    url = ground.document.address(QUEUE, queue)["id"]
    arguments = {"queue_url": url, "policy": f"${{jsonencode({kept})}}"}
    ground.document.resource("aws_sqs_queue_policy", queue, arguments)


def _send(topics: Sequence[str], queue: str) -> dict[str, Any]:
    """One statement for all, since a policy of SQS has room for ten conditions.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    """
    return {
        "Sid": "Topics",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topics}},
    }


def _subscription(ground: Ground, one: Subscription) -> None:
    queue = one.forward or one.name
    arguments: dict[str, Any] = {
        "topic_arn": topic_arn(ground, one.topic),
        "protocol": "sqs",
        "endpoint": queue_arn(ground, queue),
        "raw_message_delivery": True,
    }
    if policy := policy_of(one.where):
        arguments |= {"filter_policy": literal(policy), "filter_policy_scope": "MessageAttributes"}
    if not _is_theirs(ground, queue):
        arguments["depends_on"] = [str(ground.document.address("aws_sqs_queue_policy", queue))]
    owner = ground.handler_owner(one.handler) if one.handler else None
    ground.document.resource("aws_sns_topic_subscription", one.name, arguments, owner=owner)
