"""What IAM refuses: the error says what to write in the program, which action that gives, and which line needs it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cloudless import cli
from cloudless.errors import NotFound, PermissionDenied
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.clients.denied import Grant, denied
from providers.aws.tests.drivers.envelopes import envelope
from providers.aws.tests.drivers.place import REGION, Place, handling

ADDRESSES: dict[str, Any] = {
    "queues": {"orders": "shop-prod-orders", "orders-dead-letters": "shop-prod-orders-dead-letters"},
    "delays": {"orders": {"group": "shop-prod--delay-orders", "role": "shop-prod--delay-orders"}},
    "topics": {"placed": "shop-prod-placed"},
    "functions": {"charge-card": "shop-prod-charge-card"},
    "orchestrations": {"fulfil": "shop-prod-fulfil"},
    "broker": "shop-prod--broker",
    "secrets": {"stripe-key": "shop/prod/stripe-key"},
    "ledger": "shop-prod-ledger",
}
CALLS: list[tuple[Callable[[AwsCloud], object], str, str, str]] = [
    (lambda cloud: cloud.queues.send("orders", [envelope()]), "send queue 'orders'",
     "sqs:SendMessage", "sqs:{at}:shop-prod-orders"),
    (lambda cloud: cloud.queues.send("orders", [envelope(delay_s=9_000)]), "send queue 'orders'",
     "scheduler:CreateSchedule", "scheduler:{at}:schedule/shop-prod--delay-orders/*"),
    (lambda cloud: cloud.queues.receive("orders-dead-letters", 1), "receive queue 'orders-dead-letters'",
     "sqs:ReceiveMessage", "sqs:{at}:shop-prod-orders-dead-letters"),
    (lambda cloud: cloud.queues.acknowledge("orders-dead-letters", ["r"]), "receive queue 'orders-dead-letters'",
     "sqs:DeleteMessage", "sqs:{at}:shop-prod-orders-dead-letters"),
    (lambda cloud: cloud.queues.count("orders-dead-letters"), "receive queue 'orders-dead-letters'",
     "sqs:GetQueueAttributes", "sqs:{at}:shop-prod-orders-dead-letters"),
    (lambda cloud: cloud.topics.publish("placed", [envelope()]), "publish topic 'placed'",
     "sns:Publish", "sns:{at}:shop-prod-placed"),
    (lambda cloud: cloud.functions.invoke("charge-card", envelope(), 1), "invoke function 'charge-card'",
     "lambda:InvokeFunction", "lambda:{at}:function:shop-prod-charge-card:live"),
    (lambda cloud: cloud.orchestrations.start("fulfil", "7", envelope()), "start orchestration 'fulfil'",
     "states:StartExecution", "states:{at}:stateMachine:shop-prod-fulfil"),
    (lambda cloud: cloud.orchestrations.describe("fulfil", "7"), "control orchestration 'fulfil'",
     "states:DescribeExecution", "states:{at}:execution:shop-prod-fulfil:*"),
    (lambda cloud: cloud.orchestrations.executions("fulfil", None, 1), "control orchestration 'fulfil'",
     "states:ListExecutions", "states:{at}:stateMachine:shop-prod-fulfil"),
    (lambda cloud: cloud.orchestrations.send("", "7", "approval", envelope()), "send event 'approval'",
     "lambda:InvokeFunction", "lambda:{at}:function:shop-prod--broker:event-approval"),
    (lambda cloud: cloud.secrets.read("stripe-key"), "read secret 'stripe-key'",
     "secretsmanager:GetSecretValue", "secretsmanager:{at}:secret:shop/prod/stripe-key-??????"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "what", "action", "resource"), CALLS)
def test_a_handler_is_told_the_grant_the_action_and_the_line(
    role: Place, call: Callable[[AwsCloud], object], what: str, action: str, resource: str
) -> None:
    cloud = role.cloud(**ADDRESSES)
    with handling(cloud, "take"), pytest.raises(PermissionDenied) as caught:
        call(cloud)
    said = str(caught.value)
    assert said.startswith(f"handler 'take' may not {what} ({__file__}:")
    arn = f"arn:aws:{resource.format(at=f'{REGION}:{role.account}')}"
    assert f"it lacks {action}" in said
    assert f" on {arn}. The build gives it that where its code or uses= mentions it" in said
    assert "AWS said:" in said
    assert type(caught.value.native).__name__ in {"AuthorizationErrorException", "ClientError"}


def test_the_line_is_that_of_the_call(role: Place) -> None:
    cloud = role.cloud(**ADDRESSES)
    with pytest.raises(PermissionDenied) as caught:
        cloud.topics.publish("placed", [envelope()])
    line = next(entry.lineno + 1 for entry in caught.traceback if str(entry.path) == __file__)
    assert f"({__file__}:{line})" in str(caught.value)


def test_who_is_no_handler_is_told_the_action(role: Place) -> None:
    cloud = role.cloud(**ADDRESSES)
    with pytest.raises(PermissionDenied, match=r"this identity may not send.*`callers_policy`.*`callers`"):
        cloud.queues.send("orders", [envelope()])


def test_what_one_of_our_commands_is_refused_has_no_line() -> None:
    assert "may not send queue 'orders': it lacks" in refused_in(f"{cli.__path__[0]}/dlq.py")


def test_a_library_between_the_program_and_the_call_is_not_the_programs_line() -> None:
    assert f"({__file__}:" in refused_in("/venv/lib/python3.12/site-packages/theirs.py")


def refused_in(file: str) -> str:
    """What is said of a call that is refused in a file."""
    grant = Grant("send", "queue", "orders", "sqs:SendMessage", "arn:…")
    names: dict[str, Any] = {"denied": partial(denied, grant, PermissionDenied("no"))}
    exec(compile("said = denied()", file, "exec"), names)
    return str(names["said"])


def test_what_the_policy_allows_is_done(role: Place) -> None:
    role.client("sqs").create_queue(QueueName="shop-prod-orders")
    role.allow(("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{role.account}:shop-prod-orders"))
    assert role.cloud(**ADDRESSES).queues.send("orders", [envelope(number) for number in range(25)]) == []


def test_what_the_runtime_itself_needs_is_not_the_programs_to_ask_for(role: Place) -> None:
    cloud = role.cloud(**ADDRESSES)
    with handling(cloud, "take"), pytest.raises(PermissionDenied, match=r"may not claim ledger.*deploy again"):
        cloud.ledger.claim("k", "me", 60)
    with (
        handling(cloud, "take"),
        pytest.raises(PermissionDenied, match=r"may not consume queue 'orders'.*deploy again"),
    ):
        cloud.queues.hide("orders", {"receipt": 1.0})


def test_what_the_account_forbids_no_grant_helps_against(place: Place) -> None:
    said = PermissionDenied("… is not authorized … with an explicit deny in a service control policy")
    told = denied(Grant("send", "queue", "orders", "sqs:SendMessage", "arn:…"), said)
    assert "against which no grant helps" in str(told)
    assert "uses=" not in str(told)


def test_many_messages_that_are_refused_are_refused_once(role: Place) -> None:
    cloud = role.cloud(**ADDRESSES)
    with handling(cloud, "take"), pytest.raises(PermissionDenied, match="deploy again"):
        cloud.queues.send("orders", [envelope(number) for number in range(500)])
    assert role.gateway.problems == []


UNKNOWN: list[tuple[Callable[[AwsCloud], object], str]] = [
    (lambda cloud: cloud.queues.send("windows", [envelope()]), r"send queue 'windows'.*uses=\[windows\.send\]"),
    (lambda cloud: cloud.queues.receive("windows-dead-letters", 1), r"uses=\[windows\.dead_letters\.peek\]"),
    (lambda cloud: cloud.topics.publish("alarms", [envelope()]), r"publish topic 'alarms'.*uses=\[alarms\.publish\]"),
    (lambda cloud: cloud.functions.invoke("helper", envelope(), 1), r"invoke function 'helper'.*\[helper\.invoke\]"),
    (lambda cloud: cloud.secrets.read("known"), r"read secret 'known'.*uses=\[known\]"),
    (lambda cloud: cloud.orchestrations.start("fulfil", "7", envelope()), r"start orchestration.*\[fulfil\.start\]"),
    (lambda cloud: cloud.orchestrations.describe("fulfil", "7"), r"control orchestration.*\[fulfil\.execution\]"),
    (lambda cloud: cloud.orchestrations.send("", "7", "approval", envelope()), r"send event.*\[approval\.send\]"),
    (lambda cloud: cloud.queues.native("windows"), r"native queue 'windows'.*uses=\[windows\.native\]"),
]


@pytest.mark.parametrize(("call", "said"), UNKNOWN)
def test_what_a_handler_has_no_address_of_its_code_does_not_mention(
    place: Place, call: Callable[[AwsCloud], object], said: str
) -> None:
    cloud = place.cloud()
    with handling(cloud, "take"), pytest.raises(PermissionDenied, match=f"handler 'take' may not .*{said}") as caught:
        call(cloud)
    assert f"({__file__}:" in str(caught.value)
    assert place.calls == []
    with pytest.raises(NotFound, match=r"this program has no address of an? "):
        call(cloud)
