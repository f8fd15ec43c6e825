"""Scopes: ARNs of what statements and triggers are on.

Queues, topics, the table and secrets are references, so that what a function uses is made before it, and goes after
it. Functions and state machines call one another in circles: their ARNs are put together from their names.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws import names
from cloudless_aws.names import ALIAS

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

LEDGER = "ledger"


def queue_arn(ground: Ground, name: str) -> str:
    """A queue by its logical name, or that of a subscription; one that is there already, too."""
    queue = ground.queues.get(name)
    theirs = queue.existing.get("aws") if queue is not None else None
    if not theirs:
        return ground.document.address("aws_sqs_queue", name)["arn"]
    if theirs.startswith("arn:"):
        return theirs
    region, account, own = names.place_of_queue(theirs)
    return f"arn:{ground.partition}:sqs:{region or ground.region}:{account or ground.account}:{own}"


def topic_arn(ground: Ground, name: str) -> str:
    """A topic by its logical name."""
    theirs = ground.topics[name].existing.get("aws")
    if not theirs:
        return ground.document.address("aws_sns_topic", name)["arn"]
    return theirs if theirs.startswith("arn:") else ground.arn("sns", theirs)


def secret_arn(ground: Ground, name: str) -> str:
    """A secret by its logical name. The ARN of one that is told by name alone ends in six characters nobody knows.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    """
    theirs = ground.secrets[name].existing.get("aws")
    if not theirs:
        return ground.document.address("aws_secretsmanager_secret", name)["arn"]
    return theirs if theirs.startswith("arn:") else ground.arn("secretsmanager", f"secret:{theirs}-??????")


def ledger_arn(ground: Ground) -> str:
    """The ledger's table."""
    return ground.document.address("aws_dynamodb_table", LEDGER)["arn"]


def function_arn(ground: Ground, function: str, alias: str = ALIAS) -> str:
    """A Lambda function by its physical name, at an alias."""
    return ground.arn("lambda", f"function:{function}:{alias}")


def machine_arn(ground: Ground, orchestration: str) -> str:
    """A state machine by its orchestration, with its versions and aliases."""
    return ground.arn("states", f"stateMachine:{names.machine_of(ground.prefix, orchestration)}")


def executions_arn(ground: Ground, orchestration: str) -> str:
    """All executions of a state machine."""
    return ground.arn("states", f"execution:{names.machine_of(ground.prefix, orchestration)}:*")


def schedules_arn(ground: Ground, queue: str) -> str:
    """All schedules in the group of a queue's delays."""
    return ground.arn("scheduler", f"schedule/{names.delay_group_of(ground.prefix, queue)}/*")


def log_streams_arn(ground: Ground, label: str) -> str:
    """All streams of a function's log group."""
    return f"{ground.document.address('aws_cloudwatch_log_group', label)['arn']}:*"
