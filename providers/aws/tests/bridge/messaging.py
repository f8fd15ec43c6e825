"""Queues of SQS, topics of SNS and their subscriptions, as Terraform makes them.

May import: the standard library, cloudless.codec.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import prod
from typing import Any

from cloudless.codec import is_list, is_object
from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.made import Queue, Subscription
from providers.aws.tests.bridge.policy import Policy, Request, Service
from tests.bridge import Kind, must, words

FIFO = ".fifo"
_NAME = re.compile(r"(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?")
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
_RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
_RECEIVES_MAX = 1_000
_ATTRIBUTES = {
    "content_based_deduplication": "ContentBasedDeduplication",
    "deduplication_scope": "DeduplicationScope",
    "delay_seconds": "DelaySeconds",
    "fifo_queue": "FifoQueue",
    "fifo_throughput_limit": "FifoThroughputLimit",
    "kms_master_key_id": "KmsMasterKeyId",
    "max_message_size": "MaximumMessageSize",
    "message_retention_seconds": "MessageRetentionPeriod",
    "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
    "redrive_policy": "RedrivePolicy",
    "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
    "visibility_timeout_seconds": "VisibilityTimeout",
}
KEYS_MAX = 5
COMBINATIONS_MAX = 150
"""https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"""
SEND = "sqs:SendMessage"
SNS = Service("sns.amazonaws.com")


def _queue(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(_NAME.fullmatch(name), address, f"no name of a queue: {name!r}")
    must(name not in aws.queues, address, f"queue {name} is there already")
    attributes = _attributes(aws, address, arguments)
    must(name.endswith(FIFO) == (attributes.get("FifoQueue") == "true"), address, "names of FIFO queues end in .fifo")
    if name.endswith(FIFO):
        must("DelaySeconds" not in attributes or attributes["DelaySeconds"] == "0", address, "it delays and is FIFO")
    url = aws.call(address, "sqs", "CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
    queue = aws.queues[name] = Queue(name, aws.arn("sqs", name), url, attributes)
    return {"id": url, "url": url, "arn": queue.arn}


def _attributes(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, str]:
    """As SQS takes them: FifoQueue is only ever true."""
    found = {there: _text(arguments[here]) for here, there in _ATTRIBUTES.items() if arguments.get(here) is not None}
    for name, (least, most) in _RANGES.items():
        must(least <= int(found.get(name, least)) <= most, address, f"{name} {found.get(name)}: {least} to {most}")
    if found.get("FifoQueue") == "false":
        del found["FifoQueue"]
    if "RedrivePolicy" in found:
        _check_redrive(aws, address, arguments["name"], json.loads(found["RedrivePolicy"]))
    return found


def _check_redrive(aws: Aws, address: str, name: str, policy: Mapping[str, Any]) -> None:
    """The dead-letter queue of a FIFO queue is one, too.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    must(policy.keys() == {"deadLetterTargetArn", "maxReceiveCount"}, address, f"redrive policy {policy}")
    must(1 <= int(policy["maxReceiveCount"]) <= _RECEIVES_MAX, address, f"redrive policy {policy}")
    target = aws.queue_at(address, policy["deadLetterTargetArn"])
    must(target.is_fifo == name.endswith(FIFO), address, f"it is FIFO or {target.name} is, and not both")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _existing_queue(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    url = aws.call(address, "sqs", "GetQueueUrl", QueueName=name)["QueueUrl"]
    if name not in aws.queues:
        answer = aws.call(address, "sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])
        aws.queues[name] = Queue(name, aws.arn("sqs", name), url, answer["Attributes"])
    return {"id": url, "url": url, "arn": aws.queues[name].arn}


def _queue_policy(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    url, policy = arguments["queue_url"], arguments["policy"]
    queue = next((one for one in aws.queues.values() if one.url == url), None)
    must(queue, address, f"no queue {url!r}")
    assert queue
    aws.access.attach(queue.arn, Policy.read(policy))
    aws.call(address, "sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    return {"id": url}


def _topic(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(not name.endswith(FIFO) and not arguments.get("fifo_topic"), address, "a FIFO topic, which we have not")
    attributes = {"DisplayName": arguments.get("display_name"), "KmsMasterKeyId": arguments.get("kms_master_key_id")}
    given = {attribute: value for attribute, value in attributes.items() if value is not None}
    arn = aws.call(address, "sns", "CreateTopic", Name=name, Attributes=given)["TopicArn"]
    aws.topics[name] = arn
    return {"id": arn, "arn": arn, "owner": aws.account}


def _topic_policy(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    arn, policy = arguments["arn"], arguments["policy"]
    aws.access.attach(arn, Policy.read(policy))
    aws.call(address, "sns", "SetTopicAttributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return {"id": arn}


def _subscription(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    topic, protocol, endpoint = arguments["topic_arn"], arguments["protocol"], arguments["endpoint"]
    must(topic in aws.topics.values(), address, f"no topic {topic!r}")
    must(protocol in {"sqs", "email"}, address, f"protocol {protocol!r}")
    if protocol == "sqs":
        queue = aws.queue_at(address, endpoint)
        must(not queue.is_fifo, address, f"{queue.name} is FIFO and the topic is not")
    written = arguments.get("filter_policy")
    attributes = {
        "RawMessageDelivery": _text(arguments["raw_message_delivery"]) if "raw_message_delivery" in arguments else None,
        "FilterPolicy": written,
        "FilterPolicyScope": arguments.get("filter_policy_scope") if written else None,
    }
    conditions = _filter(address, arguments) if written else None
    arn = aws.call(
        address,
        "sns",
        "Subscribe",
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=endpoint,
        Attributes={name: value for name, value in attributes.items() if value is not None},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    raw = bool(arguments.get("raw_message_delivery"))
    aws.subscriptions.append(Subscription(arn, topic, protocol, endpoint, raw, conditions))
    return {"id": arn, "arn": arn, "owner_id": aws.account}


def _filter(address: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """On message attributes: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html."""
    scope = arguments.get("filter_policy_scope", "MessageAttributes")
    must(scope == "MessageAttributes", address, f"a filter on {scope}")
    policy: Any = json.loads(arguments["filter_policy"])
    must(is_object(policy) and policy, address, f"filter {policy!r}")
    must(len(policy) <= KEYS_MAX, address, f"a filter of more than {KEYS_MAX} keys")
    for name, conditions in policy.items():
        must(is_list(conditions) and conditions, address, f"filter of {name}: {conditions!r}")
        for condition in conditions:
            must(_is_condition(condition), address, f"filter of {name}: {condition!r}")
    combinations = prod(map(len, policy.values()))
    must(combinations <= COMBINATIONS_MAX, address, f"a filter of {combinations} combinations")
    found: Mapping[str, Any] = policy
    return found


def _is_condition(condition: Any) -> bool:
    """Those that we write: https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html."""
    if isinstance(condition, str):
        return True
    if not is_object(condition) or len(condition) != 1:
        return False
    ((operator, value),) = condition.items()
    if operator == "exists":
        return isinstance(value, bool)
    if operator == "anything-but":
        return is_list(value) and bool(value) and all(isinstance(one, str) for one in value)
    return operator == "prefix" and isinstance(value, str)


def may_send(aws: Aws, subscription: Subscription) -> bool:
    """Whether a topic may send to its subscriber's queue.

    https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
    """
    context = {"aws:SourceArn": subscription.topic, "aws:SourceAccount": aws.account}
    return aws.access.decide(Request(SEND, subscription.endpoint, SNS, context)).allowed


KINDS: Mapping[str, Kind[Aws]] = {
    "aws_sqs_queue": Kind(_queue, words("name") | _ATTRIBUTES.keys(), words("tags")),
    "data.aws_sqs_queue": Kind(_existing_queue, words("name")),
    "aws_sqs_queue_policy": Kind(_queue_policy, words("queue_url policy")),
    "aws_sns_topic": Kind(_topic, words("name fifo_topic display_name kms_master_key_id"), words("tags")),
    "aws_sns_topic_policy": Kind(_topic_policy, words("arn policy")),
    "aws_sns_topic_subscription": Kind(
        _subscription, words("topic_arn protocol endpoint raw_message_delivery filter_policy filter_policy_scope")
    ),
}
