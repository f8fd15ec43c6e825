"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    app shop, stage prod, in eu-central-1     shop-prod begins every name; a name that is too long ends in a digest
    queue orders                              shop-prod-orders, or shop-prod-orders.fifo where it is ordered
    dead letters of an ordered queue          shop-prod-orders-dead-letters.fifo: SQS moves from FIFO to FIFO only
    topic order-placed                        shop-prod-order-placed
    subscription order-placed-mail            the queue shop-prod-order-placed-mail
    handler take                              Lambda shop-prod-take, whose alias `live` everybody calls
    what steps besides handlers run in        Lambda shop-prod--worker, and for events shop-prod--broker
    orchestration fulfil                      state machine shop-prod-fulfil, alias `live`; execution 7 is called 7
    ledger                                    the table shop-prod-ledger
    secret stripe-key                         shop/prod/stripe-key
    ticks of schedules, delays of a queue     schedule groups shop-prod--ticks, and shop-prod--delay-orders
    roles                                     shop-prod-take-eu-central-1: an account has them once for all regions

No name of a program has two hyphens in a row, or one at its beginning (CL103): what is ours alone has.
May import: the standard library, `cloudless.driver.names`, `wire`.
"""

from __future__ import annotations

import re

from cloudless.driver.names import broker_of, digest_of, prefix_of, shorten
from cloudless_aws.wire import FIFO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from cloudless.ir import Application, Queue, Secret, Topic

    class Stage(Protocol):
        """What this needs of a table in cloudless.toml."""

        @property
        def name(self) -> str: ...
        @property
        def region(self) -> str | None: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


ALIAS = "live"
"""Of every function and state machine: the version that was deployed last."""
WAIT = "wait"
"""Alias of the broker's function for orchestrations that wait; see `event_alias` for those that send."""
_EVENT = "event-"
_QUEUE_MAX = 80
_FUNCTION_MAX = 64
_MACHINE_MAX = 80
_GROUP_MAX = 64
_ROLE_MAX = 64
_BUCKET_MAX = 63
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""
_ACCOUNT_DIGITS = 12
_REGION_MAX = 15
_EXECUTION = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}\Z"
"""What of our ids Step Functions takes as it is.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""
PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
)
"""How names of regions begin that are not in the partition aws.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `AwsCloud` is given to find a whole stage from outside."""
    prefix = prefix_of(application.name, stage.name)
    region = stage.region or ""
    found: dict[str, Any] = {
        "region": region,
        "queues": queues_of(application, prefix),
        "topics": {one.name: topic_of(one, prefix) for one in application.topics},
        "functions": {one.name: function_of(prefix, one.name) for one in application.functions},
        "orchestrations": {one.name: machine_of(prefix, one.name) for one in application.orchestrations},
        "events": {one.name: list(one.waiters) for one in application.events},
        "broker": broker_of(prefix) if application.events else "",
        "secrets": {one.name: secret_of(one, application.name, stage.name) for one in application.secrets},
        "ledger": ledger_of(prefix),
        "delays": delays_of(application, prefix, region),
        "config": dict(stage.config),
    }
    return {part: value for part, value in found.items() if value or part == "region"}


def partition_of(region: str) -> str:
    """The partition that a region is in: aws, aws-cn, aws-us-gov, aws-eusc."""
    return next((partition for start, partition in PARTITIONS if region.startswith(start)), "aws")


def queues_of(application: Application, prefix: str) -> dict[str, str]:
    """Every queue's name by its logical one, subscriptions' included; `existing={"aws": …}` gives ARN, name or URL."""
    behind_ordered = {queue.dead_letters for queue in application.queues if queue.ordered}
    queues = {
        one.name: queue_of(one, prefix, ordered=one.ordered or one.name in behind_ordered) for one in application.queues
    }
    queues |= {one.name: _queue(prefix, one.name) for one in application.subscriptions if one.handler}
    return queues


def queue_of(queue: Queue, prefix: str, *, ordered: bool) -> str:
    """The name of a queue; what `existing=` says where it is there already. ordered: whether it is a FIFO queue."""
    return queue.existing.get("aws") or _queue(prefix, queue.name, FIFO if ordered else "")


def place_of_queue(existing: str) -> tuple[str, str, str]:
    """Region, account and name of a queue that is told by its URL; "" for those that a name alone does not tell.

    https://sqs.eu-central-1.amazonaws.com/123456789012/orders
    """
    if "://" not in existing:
        return "", "", existing
    host, _, path = existing.partition("://")[2].partition("/")
    account, _, name = path.partition("/")
    found = re.fullmatch(r"sqs\.([a-z0-9-]+)\..+", host)
    return found[1] if found else "", account, name


def region_of(existing: str) -> str:
    """The region of a queue that is told by its ARN or its URL; "" for a name, and where it is neither of them."""
    if not existing.startswith("arn:"):
        return place_of_queue(existing)[0]
    return next(iter(existing.split(":")[3:]), "")


def _queue(prefix: str, name: str, end: str = "") -> str:
    return f"{shorten(f'{prefix}-{name}', _QUEUE_MAX - len(end))}{end}"


def topic_of(topic: Topic, prefix: str) -> str:
    """The name of a topic; what `existing=` says, name or ARN, where it is there already."""
    return topic.existing.get("aws") or f"{prefix}-{topic.name}"


def secret_of(secret: Secret, app: str, stage: str) -> str:
    """The name of a secret in Secrets Manager; what `existing=` says, name or ARN, where it is there already."""
    return secret.existing.get("aws") or f"{app}/{stage}/{secret.name}"


def function_of(prefix: str, handler: str) -> str:
    """The name of a handler's Lambda function. It is called by its alias: f"{name}:{ALIAS}"."""
    return shorten(f"{prefix}-{handler}", _FUNCTION_MAX)


def event_alias(event: str) -> str:
    """The broker's alias by which an event is sent: who may invoke it, may send that event."""
    return f"{_EVENT}{event}"


def event_of(alias: str) -> str:
    """The event that such an alias stands for."""
    return alias.removeprefix(_EVENT)


def machine_of(prefix: str, orchestration: str) -> str:
    """The name of an orchestration's state machine. It is started by its alias."""
    return shorten(f"{prefix}-{orchestration}", _MACHINE_MAX)


def execution_of(execution: str) -> str:
    """The name of an execution by our id: the id itself, or its digest where Step Functions does not take it."""
    return execution if re.match(_EXECUTION, execution) else digest_of(execution, digits=64)


def ledger_of(prefix: str) -> str:
    """The name of the ledger's table."""
    return f"{prefix}-ledger"


def delays_of(application: Application, prefix: str, region: str) -> dict[str, dict[str, str]]:
    """Where schedules of delayed messages are made, by queue: {"orders": {"group": …, "role": …}}.

    Of each queue that takes messages later than SQS itself can.
    """
    return {
        one.name: {"group": delay_group_of(prefix, one.name), "role": delay_role_of(prefix, one.name, region)}
        for one in application.queues
        if is_delayed(one)
    }


def is_delayed(queue: Queue) -> bool:
    """Whether messages of a queue may be delayed by more than SQS can."""
    return queue.max_delay_s > LONGEST_DELAY_S


LONGEST_DELAY_S = 900
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""


def tick_group_of(prefix: str) -> str:
    """The name of the schedule group of the ticks of all schedules."""
    return f"{prefix}--ticks"


def delay_group_of(prefix: str, queue: str) -> str:
    """The name of the schedule group of a queue's delays; of all queues with "*" for a queue."""
    return shorten(f"{prefix}--delay-{queue}", _GROUP_MAX)


def role_of(prefix: str, name: str, region: str) -> str:
    """The name of the role of a handler's function or of a state machine (which never share a name), or of ours."""
    head = shorten(f"{prefix}-{name}", _ROLE_MAX - _REGION_MAX - 1)
    return f"{head}-{region}" if region else head


def tick_role_of(prefix: str, schedule: str, region: str) -> str:
    """The name of the role as which EventBridge Scheduler sends the ticks of a schedule."""
    return role_of(prefix, f"-tick-{schedule}", region)


def delay_role_of(prefix: str, queue: str, region: str) -> str:
    """The name of the role as which EventBridge Scheduler sends the delayed messages of a queue."""
    return role_of(prefix, f"-delay-{queue}", region)


def bucket_of(prefix: str, account: str, region: str) -> str:
    """The name of the bucket of packages, unique in the world. account, region: may be references of Terraform."""
    head = shorten(prefix, _BUCKET_MAX - _ACCOUNT_DIGITS - _REGION_MAX - 2)
    return f"{head}-{account}-{region}"


def log_group_of(function: str) -> str:
    """Where a function of that physical name logs."""
    return f"/aws/lambda/{function}"
