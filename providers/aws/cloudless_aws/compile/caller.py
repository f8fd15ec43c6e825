"""Who is not a function: callers outside, who use the stage with `cloudless.connect`.

A policy says what they may, which is everything that the application's own code may; an endpoint has its own rules.
The variable `callers` takes the names of roles that get it; whoever else needs it is given the policy by its ARN. It
goes by the beginning of names: an application `shop` in stage `prod` has everything that is called shop-prod-….
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudless_aws import names
from cloudless_aws.compile import scope
from cloudless_aws.compile.permission import SCHEDULER, Statement, policy

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_aws.compile.ground import Ground

LABEL = "callers"


def callers(ground: Ground) -> Address | None:
    """The policy, and the roles that have it; None where there is nothing but endpoints."""
    document = ground.document
    statements = tuple(statements_of(ground))
    if not statements:
        return None
    kept = ground.local(f"policy_{LABEL}", policy(statements))
    name = names.role_of(ground.prefix, f"-{LABEL}", ground.stage.region or "")
    made = document.resource(
        "aws_iam_policy",
        LABEL,
        {"name": name, "policy": f"${{jsonencode({kept})}}"},
        comment="callers outside: cloudless.connect, cloudless invoke, cloudless dlq",
    )
    said = "Names of roles that may use the stage from outside."
    document.variable(LABEL, "list(string)", default=[], nullable=False, description=said)
    document.resource(
        "aws_iam_role_policy_attachment",
        LABEL,
        {"for_each": f"${{toset(var.{LABEL})}}", "role": "${each.value}", "policy_arn": made["arn"]},
    )
    return made


def statements_of(ground: Ground) -> Iterator[Statement]:
    """What callers may, as far as the stage has it."""
    application, every = ground.application, f"{ground.prefix}-*"
    if ground.queue_names:
        theirs = (scope.queue_arn(ground, one.name) for one in application.queues if one.existing.get("aws"))
        yield Statement(sid="Queues", actions=_QUEUES, resources=(ground.arn("sqs", every), *theirs))
    if application.topics:
        topics = (scope.topic_arn(ground, one.name) for one in application.topics if one.existing.get("aws"))
        yield Statement(sid="Topics", actions=("sns:Publish",), resources=(ground.arn("sns", every), *topics))
    if application.functions or application.events:
        functions = ground.arn("lambda", f"function:{every}")
        yield Statement(sid="Functions", actions=("lambda:InvokeFunction",), resources=(f"{functions}:*",))
    if ground.programs.all:
        yield from _of_executions(ground, every)
    if application.secrets:
        own = ground.arn("secretsmanager", f"secret:{application.name}/{ground.stage.name}/*")
        secrets = (scope.secret_arn(ground, one.name) for one in application.secrets if one.existing.get("aws"))
        yield Statement(sid="Secrets", actions=("secretsmanager:GetSecretValue",), resources=(own, *secrets))
    if any(names.is_delayed(one) for one in application.queues):
        yield from _of_delays(ground)


def _of_executions(ground: Ground, every: str) -> Iterator[Statement]:
    machines, executions = ground.arn("states", f"stateMachine:{every}"), ground.arn("states", f"execution:{every}:*")
    yield Statement(sid="Start", actions=("states:ListExecutions", "states:StartExecution"), resources=(machines,))
    yield Statement(sid="Executions", actions=_EXECUTIONS, resources=(executions,))


def _of_delays(ground: Ground) -> Iterator[Statement]:
    schedules = scope.schedules_arn(ground, "*")
    delays = names.delays_of(ground.application, ground.prefix, ground.stage.region or "")
    roles = tuple(f"arn:{ground.partition}:iam::{ground.account}:role/{one['role']}" for one in delays.values())
    taken = {"StringEquals": {"iam:PassedToService": f"{SCHEDULER}.amazonaws.com"}}
    yield Statement(sid="Delay", actions=("scheduler:CreateSchedule",), resources=(schedules,))
    yield Statement(sid="PassRole", actions=("iam:PassRole",), resources=roles, condition=taken)


_QUEUES = (
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
    "sqs:ReceiveMessage", "sqs:SendMessage",
)  # fmt: skip
_EXECUTIONS = (
    "states:DescribeExecution", "states:DescribeStateMachineForExecution", "states:GetExecutionHistory",
    "states:StopExecution",
)  # fmt: skip
