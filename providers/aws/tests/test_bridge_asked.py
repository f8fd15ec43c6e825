"""What IAM is asked for a call, by the Service Authorization Reference."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.tests.bridge import Asked, Unreadable, asked

A, R = "111122223333", "eu-central-1"
URL = f"https://sqs.{R}.amazonaws.com/{A}/orders"
QUEUE = f"arn:aws:sqs:{R}:{A}:orders"
TOPIC = f"arn:aws:sns:{R}:{A}:placed"
CHARGE = f"arn:aws:lambda:{R}:{A}:function:charge"
LEDGER = f"arn:aws:dynamodb:{R}:{A}:table/ledger"
MACHINE = f"arn:aws:states:{R}:{A}:stateMachine:fulfil"
EXECUTION = f"arn:aws:states:{R}:{A}:execution:fulfil:1"
ROLE = f"arn:aws:iam::{A}:role/delays"
LIVE = {"states:StateMachineQualifier": "live"}
TO_SCHEDULER = {"iam:PassedToService": "scheduler.amazonaws.com"}


@pytest.mark.parametrize(
    ("service", "operation", "params", "answer"),
    [
        ("sqs", "SendMessageBatch", {"QueueUrl": URL}, [Asked("sqs:SendMessage", QUEUE)]),
        ("sqs", "ChangeMessageVisibility", {"QueueUrl": URL}, [Asked("sqs:ChangeMessageVisibility", QUEUE)]),
        ("sqs", "GetQueueUrl", {"QueueName": "orders"}, [Asked("sqs:GetQueueUrl", QUEUE)]),
        ("sqs", "StartMessageMoveTask", {"SourceArn": QUEUE}, [Asked("sqs:StartMessageMoveTask", QUEUE)]),
        ("sqs", "ListQueues", {}, [Asked("sqs:ListQueues", "*")]),
        ("sns", "PublishBatch", {"TopicArn": TOPIC}, [Asked("sns:Publish", TOPIC)]),
        ("lambda", "Invoke", {"FunctionName": "charge"}, [Asked("lambda:InvokeFunction", CHARGE)]),
        ("lambda", "Invoke", {"FunctionName": "charge:live"}, [Asked("lambda:InvokeFunction", f"{CHARGE}:live")]),
        (
            "lambda",
            "Invoke",
            {"FunctionName": CHARGE, "Qualifier": "live"},
            [Asked("lambda:InvokeFunction", f"{CHARGE}:live")],
        ),
        ("dynamodb", "UpdateItem", {"TableName": "ledger"}, [Asked("dynamodb:UpdateItem", LEDGER)]),
        (
            "dynamodb",
            "Query",
            {"TableName": LEDGER, "IndexName": "by"},
            [Asked("dynamodb:Query", f"{LEDGER}/index/by")],
        ),
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "ledger"}}, {"ConditionCheck": {"TableName": "ledger"}}]},
            [Asked("dynamodb:PutItem", LEDGER), Asked("dynamodb:ConditionCheckItem", LEDGER)],
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "shop/prod/key"},
            [Asked("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{R}:{A}:secret:shop/prod/key-Ab12Cd")],
        ),
        (
            "scheduler",
            "CreateSchedule",
            {"GroupName": "g", "Name": "n", "Target": {"RoleArn": ROLE}},
            [
                Asked("scheduler:CreateSchedule", f"arn:aws:scheduler:{R}:{A}:schedule/g/n"),
                Asked("iam:PassRole", ROLE, TO_SCHEDULER),
            ],
        ),
        ("scheduler", "ListSchedules", {"GroupName": "g"}, [Asked("scheduler:ListSchedules", "*")]),
        (
            "stepfunctions",
            "StartExecution",
            {"stateMachineArn": f"{MACHINE}:live"},
            [Asked("states:StartExecution", MACHINE, LIVE)],
        ),
        ("states", "ListExecutions", {"stateMachineArn": MACHINE}, [Asked("states:ListExecutions", MACHINE)]),
        ("states", "StopExecution", {"executionArn": EXECUTION}, [Asked("states:StopExecution", EXECUTION)]),
        ("states", "SendTaskSuccess", {"taskToken": "t"}, [Asked("states:SendTaskSuccess", "*")]),
        ("sts", "GetCallerIdentity", {}, []),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "/aws/lambda/charge", "logStreamName": "s"},
            [Asked("logs:PutLogEvents", f"arn:aws:logs:{R}:{A}:log-group:/aws/lambda/charge:log-stream:s")],
        ),
    ],
)
def test_a_call_asks_for_actions_on_resources(
    service: str, operation: str, params: dict[str, Any], answer: list[Asked]
) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/."""
    assert asked(service, operation, params, A, R) == answer


@pytest.mark.parametrize(
    ("service", "operation"),
    [("sqs", "CreateQueue"), ("sns", "Subscribe"), ("lambda", "UpdateFunctionCode"), ("ec2", "RunInstances")],
)
def test_a_call_that_is_not_known_is_refused(service: str, operation: str) -> None:
    with pytest.raises(Unreadable, match=f"what IAM is asked for {service} {operation}"):
        asked(service, operation, {}, A, R)


def test_arns_are_of_the_partition() -> None:
    (found,) = asked("sqs", "SendMessage", {"QueueUrl": URL}, A, "cn-north-1", partition="aws-cn")
    assert found.resource == f"arn:aws-cn:sqs:cn-north-1:{A}:orders"
