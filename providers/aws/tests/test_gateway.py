"""The gateway: who asks, by access key; what the policies of their role allow; and who answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError

from providers.aws.tests.bridge import Access, Policy
from providers.aws.tests.gateway import Callers, Gateway, Upstream
from providers.aws.tests.gateway.backends import as_it_is, forwarded_to, modelled, sns, sqs, who
from providers.aws.tests.scheduler import Scheduler, SchedulerError
from providers.aws.tests.sqsmodel import Gateway as SqsGateway

ACCOUNT, REGION = "000000004711", "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-prod-take"
DELAYS = f"arn:aws:iam::{ACCOUNT}:role/shop-prod--delay"


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.read(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(service: str) -> Policy:
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}})


@dataclass
class Stand:
    gateway: Gateway
    access: Access
    callers: Callers
    sqs: SqsGateway
    published: list[str]
    clients: list[Any]

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """boto3's client of a caller, by default of the role."""
        keys = self.callers.admit(ROLE) if credentials is None else credentials
        session = Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
        config = Config(retries={"total_max_attempts": 1})
        client: Any = session.client(service, endpoint_url=self.gateway.url, config=config)
        self.clients.append(client)
        return client

    def as_deployer(self, service: str) -> Any:
        return self.client(service, self.callers.deployer())


@pytest.fixture
def stand(ministack_url: str) -> Iterator[Stand]:
    upstream = Upstream(ministack_url, ACCOUNT)
    access, callers, published = Access(), Callers(), list[str]()
    access.add_role(ROLE, trust("lambda"))
    access.add_role(DELAYS, trust("scheduler"))
    queues = SqsGateway(forwarded_to(upstream))
    scheduler = Scheduler(
        REGION, ACCOUNT, lambda: 0.0, lambda role, group: access.assume(role, "scheduler.amazonaws.com").allowed
    )
    backends = {
        "sqs": sqs(queues),
        "sns": sns(upstream, published.append),
        "dynamodb": as_it_is(upstream),
        "secretsmanager": as_it_is(upstream),
        "scheduler": modelled(scheduler.call, SchedulerError),
        "sts": who(ACCOUNT),
    }
    gateway = Gateway(callers, access, backends, ACCOUNT, REGION)
    made = Stand(gateway, access, callers, queues, published, [])
    yield made
    for client in made.clients:
        client.close()
    gateway.close()
    upstream.close()


def code(call: Callable[[], Any]) -> str:
    """The code of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call()
    error: Any = caught.value.response
    return str(error["Error"]["Code"])


def test_a_role_may_do_what_its_policies_say(stand: Stand) -> None:
    url = stand.as_deployer("sqs").create_queue(QueueName="gateway-orders")["QueueUrl"]
    send = stand.client("sqs").send_message
    assert code(lambda: send(QueueUrl=url, MessageBody="x")) == "AccessDenied"
    stand.access.put_policy(
        ROLE, "cloudless", policy(allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:gateway-orders"))
    )
    assert send(QueueUrl=url, MessageBody="x")["MessageId"]
    entries = [{"Id": "0", "MessageBody": "y"}]
    assert stand.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
    assert code(lambda: stand.client("sqs").receive_message(QueueUrl=url)) == "AccessDenied"
    assert [entry["MessageBody"] for _, entry in stand.sqs.sends] == ["x", "y"]
    assert stand.gateway.requests[1].role == ROLE
    stand.gateway.check()


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("sns", "publish", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": "x"}, "AuthorizationError"),
        ("dynamodb", "get_item", {"TableName": "t", "Key": {"pk": {"S": "1"}}}, "AccessDeniedException"),
        ("secretsmanager", "get_secret_value", {"SecretId": "shop/prod/key"}, "AccessDeniedException"),
        ("lambda", "invoke", {"FunctionName": "shop-prod-charge", "Qualifier": "live"}, "AccessDeniedException"),
        ("scheduler", "delete_schedule", {"Name": "x"}, "AccessDeniedException"),
        ("stepfunctions", "start_execution", {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"},
         "AccessDeniedException"),
    ],
)  # fmt: skip
def test_every_service_denies_in_its_own_words(
    stand: Stand, service: str, operation: str, params: dict[str, Any], expected: str
) -> None:
    assert code(lambda: getattr(stand.client(service), operation)(**params)) == expected


def test_a_key_that_nobody_has_is_not_let_in(stand: Stand) -> None:
    stranger = {"AWS_ACCESS_KEY_ID": "ASIANOBODY", "AWS_SECRET_ACCESS_KEY": "x"}
    assert code(lambda: stand.client("sqs", stranger).list_queues()) == "InvalidClientTokenId"
    assert code(lambda: stand.client("dynamodb", stranger).list_tables()) == "UnrecognizedClientException"


def test_an_account_of_ministack_is_a_stages_own(stand: Stand) -> None:
    stand.as_deployer("sqs").create_queue(QueueName="gateway-own")
    url = stand.as_deployer("sqs").get_queue_url(QueueName="gateway-own")["QueueUrl"]
    assert url.endswith(f"/{ACCOUNT}/gateway-own")
    assert stand.as_deployer("sts").get_caller_identity()["Account"] == ACCOUNT


def test_a_schedule_needs_the_right_to_pass_its_role(stand: Stand) -> None:
    request: dict[str, Any] = {
        "Name": "late", "GroupName": "default", "ScheduleExpression": "at(2026-01-02T12:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE",
        "Target": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q", "RoleArn": DELAYS, "Input": "x"},
    }  # fmt: skip
    create = allow("scheduler:CreateSchedule", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/*")
    stand.access.put_policy(ROLE, "create", policy(create))
    assert code(lambda: stand.client("scheduler").create_schedule(**request)) == "AccessDeniedException"
    stand.access.put_policy(ROLE, "pass", policy(allow("iam:PassRole", DELAYS)))
    assert stand.client("scheduler").create_schedule(**request)["ScheduleArn"].endswith("schedule/default/late")
    assert code(lambda: stand.client("scheduler").create_schedule(**request)) == "ConflictException"
    assert stand.as_deployer("scheduler").get_schedule(Name="late")["Name"] == "late"


def test_what_is_published_is_told_to_those_who_deliver(stand: Stand, ministack_url: str) -> None:
    made: Any = Session(ACCOUNT, "x", region_name=REGION).client("sns", endpoint_url=ministack_url)
    topic_arn = made.create_topic(Name="gateway-placed")["TopicArn"]
    made.close()
    stand.access.put_policy(ROLE, "publish", policy(allow("sns:Publish", topic_arn)))
    entries = [{"Id": "0", "Message": "x", "MessageAttributes": {"a": {"DataType": "String", "StringValue": "b"}}}]
    stand.client("sns").publish(TopicArn=topic_arn, Message="x")
    stand.client("sns").publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
    assert stand.published == [topic_arn, topic_arn]
    large = "x" * 262_145
    assert code(lambda: stand.client("sns").publish(TopicArn=topic_arn, Message=large)) == "InvalidParameter"


def test_what_a_stand_in_does_not_know_fails_the_test(stand: Stand) -> None:
    with pytest.raises(ClientError):
        stand.as_deployer("scheduler").list_schedules()
    with pytest.raises(ClientError):
        stand.client("dynamodb").list_backups()
    with pytest.raises(AssertionError, match="what IAM is asked for dynamodb ListBackups"):
        stand.gateway.check()
