"""What IAM is asked for a call of AWS's API: actions, resources and what policies may make conditions of.

    asked("sqs", "SendMessageBatch", {"QueueUrl": url, ...}, account, region)

By the Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/); an
operation that is not here is Unreadable. May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from providers.aws.tests.bridge.condition import Context
from tests.bridge import Unreadable

Params = Mapping[str, Any]
SUFFIX = "-Ab12Cd"
"""Six characters that Secrets Manager adds to names in ARNs, unknown beforehand.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """action: "sqs:SendMessage". resource: an ARN; "*" where the action has none."""

    action: str
    resource: str
    context: Context = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where names that are no ARNs are looked up."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def asked(
    service: str, operation: str, params: Params, account: str, region: str, *, partition: str = "aws"
) -> list[Asked]:
    """service: as boto3's. operation: as the API's, "SendMessage". params: as boto3's, by name."""
    read = _SERVICES.get(service)
    if read is None:
        raise Unreadable(f"what IAM is asked for {service} {operation}")
    return list(read(operation, params, _Place(partition, region, account)))


def _sqs(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    """A batch needs the action of one: list_amazonsqs.html."""
    action = operation.removesuffix("Batch")
    _must_be_one_of("sqs", action, _SQS)
    if action == "ListQueues":
        yield Asked("sqs:ListQueues", "*")
    elif action in {"StartMessageMoveTask", "ListMessageMoveTasks"}:
        yield Asked(f"sqs:{action}", params["SourceArn"])
    else:
        named: str = params["QueueName"] if action == "GetQueueUrl" else urlsplit(str(params["QueueUrl"])).path
        yield Asked(f"sqs:{action}", place.arn("sqs", named.rpartition("/")[2]))


def _sns(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    action = operation.removesuffix("Batch")
    _must_be_one_of("sns", action, {"Publish"})
    yield Asked("sns:Publish", params["TopicArn"])


def _lambda(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    """A function's version or alias is a resource of its own.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    """
    _must_be_one_of("lambda", operation, {"Invoke"})
    yield Asked("lambda:InvokeFunction", function_arn(params["FunctionName"], params.get("Qualifier", ""), place.arn))


def function_arn(name: str, qualifier: str, arn: Callable[[str, str], str]) -> str:
    """name: "charge", "charge:live" or an ARN. arn: makes one of a service and a resource."""
    whole = name if name.startswith("arn:") else arn("lambda", f"function:{name}")
    return f"{whole}:{qualifier}" if qualifier and not whole.endswith(f":{qualifier}") else whole


def _dynamodb(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    """A transaction needs the actions of its parts: list_amazondynamodb.html."""
    if operation == "TransactWriteItems":
        for part in params["TransactItems"]:
            ((kind, item),) = part.items()
            action = {"ConditionCheck": "ConditionCheckItem"}.get(kind, f"{kind}Item")
            yield _of_table(action, item, place)
        return
    _must_be_one_of("dynamodb", operation, _DYNAMODB)
    yield _of_table(operation, params, place)


def _of_table(action: str, params: Params, place: _Place) -> Asked:
    """Leading keys would be of the table's partition key, whose name a request does not tell: none of ours has them."""
    table: str = params["TableName"]
    arn = table if table.startswith("arn:") else place.arn("dynamodb", f"table/{table}")
    index = params.get("IndexName")
    return Asked(f"dynamodb:{action}", f"{arn}/index/{index}" if index else arn)


def _secretsmanager(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    _must_be_one_of("secretsmanager", operation, {"GetSecretValue", "DescribeSecret", "PutSecretValue"})
    id: str = params["SecretId"]
    arn = id if id.startswith("arn:") else place.arn("secretsmanager", f"secret:{id}{SUFFIX}")
    yield Asked(f"secretsmanager:{operation}", arn)


def _scheduler(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/security_iam_id-based-policies.html."""
    if operation == "ListSchedules":
        yield Asked("scheduler:ListSchedules", "*")
        return
    _must_be_one_of("scheduler", operation, {"CreateSchedule", "UpdateSchedule", "DeleteSchedule", "GetSchedule"})
    schedule = f"schedule/{params.get('GroupName', 'default')}/{params['Name']}"
    yield Asked(f"scheduler:{operation}", place.arn("scheduler", schedule))
    if "Target" in params:
        yield Asked("iam:PassRole", params["Target"]["RoleArn"], {"iam:PassedToService": "scheduler.amazonaws.com"})


def _states(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    """Of an alias or a version the machine's ARN counts; the qualifier is a key of conditions.

    https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
    """
    action = f"states:{operation}"
    if operation in _STATES_ANYWHERE:
        yield Asked(action, "*")
    elif "executionArn" in params:
        _must_be_one_of("states", operation, _STATES_OF_EXECUTION)
        yield Asked(action, params["executionArn"])
    else:
        _must_be_one_of("states", operation, _STATES_OF_MACHINE)
        arn: str = params.get("stateMachineArn") or params["stateMachineAliasArn"]
        parts = arn.split(":")
        qualifier = {"states:StateMachineQualifier": parts[7]} if len(parts) > 7 else {}
        yield Asked(action, ":".join(parts[:7]), qualifier)


def _sts(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    """Nobody needs a permission for it: API_GetCallerIdentity.html."""
    _must_be_one_of("sts", operation, {"GetCallerIdentity"})
    yield from ()


def _logs(operation: str, params: Params, place: _Place) -> Iterator[Asked]:
    group = f"log-group:{params['logGroupName']}"
    if operation == "CreateLogGroup":
        yield Asked("logs:CreateLogGroup", place.arn("logs", group))
        return
    _must_be_one_of("logs", operation, {"CreateLogStream", "PutLogEvents"})
    yield Asked(f"logs:{operation}", place.arn("logs", f"{group}:log-stream:{params['logStreamName']}"))


def _must_be_one_of(service: str, operation: str, known: set[str] | frozenset[str]) -> None:
    if operation not in known:
        raise Unreadable(f"what IAM is asked for {service} {operation}")


_SQS = frozenset({
    "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueUrl", "GetQueueAttributes",
    "PurgeQueue", "ListQueues", "StartMessageMoveTask", "ListMessageMoveTasks",
})  # fmt: skip
_DYNAMODB = frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable"})
_STATES_ANYWHERE = frozenset({"SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat", "ListStateMachines"})
_STATES_OF_EXECUTION = frozenset({
    "DescribeExecution", "StopExecution", "GetExecutionHistory", "DescribeStateMachineForExecution",
})  # fmt: skip
_STATES_OF_MACHINE = frozenset({
    "StartExecution", "ListExecutions", "DescribeStateMachine", "ListStateMachineVersions", "ListStateMachineAliases",
    "DescribeStateMachineAlias",
})  # fmt: skip
_SERVICES: Mapping[str, Callable[[str, Params, _Place], Iterator[Asked]]] = {
    "dynamodb": _dynamodb,
    "lambda": _lambda,
    "logs": _logs,
    "scheduler": _scheduler,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "sqs": _sqs,
    "states": _states,
    "stepfunctions": _states,
    "sts": _sts,
}
