"""Documents on the bridge: what is made on the emulator, what is refused, and what a missing right does."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from providers.aws.tests.bridge import Aws, Document, Unreadable, apply, problems
from providers.aws.tests.bridge.aws import Clients
from providers.aws.tests.bridge.endpoint import accounts

REGION = "eu-central-1"
_ACCOUNTS = count(200_000_000_001)
Change = Callable[[dict[str, Any]], object]

TRUST = {
    service: json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}}
            ],
        }
    )
    for service in ("lambda", "scheduler", "states")
}
LIVE = "${aws_lambda_alias.take.arn}"
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${aws_sqs_queue.orders.arn}"}
MACHINE = {
    "Comment": "fulfil",
    "QueryLanguage": "JSONata",
    "StartAt": "take",
    "States": {
        "take": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "shop-take:live"},
            "End": True,
        }
    },
}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def role(name: str, service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """A role and its policy, by type."""
    return {
        "aws_iam_role": {name: {"name": f"shop-{name}", "assume_role_policy": TRUST[service]}},
        "aws_iam_role_policy": {
            name: {"name": "cloudless", "role": f"${{aws_iam_role.{name}.id}}", "policy": policy(*statements)}
        },
    }


def resources() -> dict[str, Any]:
    """A queue with a consumer, a topic, an endpoint, a schedule and an orchestration, as a build would say it."""
    log = "arn:aws:logs:*:*:log-group:/aws/lambda/shop-take:*"
    take = role(
        "take",
        "lambda",
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log},
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": "${aws_sqs_queue.orders.arn}",
        },
    )
    tick = role("tick", "scheduler", SEND)
    fulfil = role("fulfil", "states", {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": LIVE})
    found: dict[str, Any] = {
        "aws_s3_bucket": {"code": {"bucket": "shop-${data.aws_caller_identity.current.account_id}"}},
        "aws_s3_bucket_public_access_block": {
            "code": {"bucket": "${aws_s3_bucket.code.id}", "block_public_acls": True, "ignore_public_acls": True}
        },
        "aws_s3_object": {
            "code": {
                "bucket": "${aws_s3_bucket.code.id}",
                "key": "${local.bundle}",
                "source": "${path.module}/${local.bundle}",
            },
        },
        "aws_lambda_layer_version": {"dependencies": {"count": '${local.layer == "" ? 0 : 1}'}},
        "aws_cloudwatch_log_group": {"take": {"name": "/aws/lambda/shop-take", "retention_in_days": 30}},
        "aws_lambda_function": {
            "take": {
                "function_name": "shop-take",
                "role": "${aws_iam_role.take.arn}",
                "runtime": "python3.12",
                "architectures": ["arm64"],
                "handler": "entry.take.handler",
                "timeout": 20,
                "s3_bucket": "${aws_s3_object.code.bucket}",
                "s3_key": "${aws_s3_object.code.key}",
                "source_code_hash": "${local.bundle_sha256}",
                "layers": "${aws_lambda_layer_version.dependencies[*].arn}",
                "environment": {"variables": {"CLOUDLESS_ACCOUNT": "1"}},
                "logging_config": {"log_format": "JSON", "log_group": "${aws_cloudwatch_log_group.take.name}"},
                "publish": True,
                "depends_on": ["aws_iam_role_policy.take"],
            },
        },
        "aws_lambda_alias": {
            "take": {
                "name": "live",
                "function_name": "${aws_lambda_function.take.function_name}",
                "function_version": "${aws_lambda_function.take.version}",
            }
        },
        "aws_lambda_event_source_mapping": {
            "take": {
                "event_source_arn": "${aws_sqs_queue.orders.arn}",
                "function_name": LIVE,
                "batch_size": 10,
                "function_response_types": ["ReportBatchItemFailures"],
                "scaling_config": {"maximum_concurrency": 100},
            }
        },
        "aws_lambda_permission": {
            "take": {
                "action": "lambda:InvokeFunction",
                "function_name": "${aws_lambda_function.take.function_name}",
                "qualifier": "${aws_lambda_alias.take.name}",
                "principal": "apigateway.amazonaws.com",
                "source_arn": "${aws_apigatewayv2_api.http.execution_arn}/*/*",
            }
        },
        "aws_lambda_function_recursion_config": {
            "take": {"function_name": "${aws_lambda_function.take.function_name}", "recursive_loop": "Allow"}
        },
        "aws_sqs_queue": {
            "dead": {"name": "shop-dead"},
            "orders": {
                "name": "shop-orders",
                "visibility_timeout_seconds": 120,
                "redrive_policy": "${jsonencode({deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 6})}",
            },
        },
        "aws_sqs_queue_policy": {
            "orders": {
                "queue_url": "${aws_sqs_queue.orders.id}",
                "policy": policy(
                    {
                        **SEND,
                        "Principal": {"Service": "sns.amazonaws.com"},
                        "Condition": {"ArnEquals": {"aws:SourceArn": "${aws_sns_topic.placed.arn}"}},
                    }
                ),
            }
        },
        "aws_sns_topic": {"placed": {"name": "shop-placed"}},
        "aws_sns_topic_subscription": {
            "mail": {
                "topic_arn": "${aws_sns_topic.placed.arn}",
                "protocol": "sqs",
                "endpoint": "${aws_sqs_queue.orders.arn}",
                "raw_message_delivery": True,
                "filter_policy": json.dumps({"kind": ["gift", {"prefix": "x"}]}),
                "depends_on": ["aws_sqs_queue_policy.orders"],
            }
        },
        "aws_apigatewayv2_api": {"http": {"name": "shop", "protocol_type": "HTTP"}},
        "aws_apigatewayv2_stage": {
            "http": {"api_id": "${aws_apigatewayv2_api.http.id}", "name": "$default", "auto_deploy": True}
        },
        "aws_apigatewayv2_integration": {
            "take": {
                "api_id": "${aws_apigatewayv2_api.http.id}",
                "integration_type": "AWS_PROXY",
                "integration_uri": "${aws_lambda_alias.take.invoke_arn}",
                "payload_format_version": "2.0",
                "timeout_milliseconds": 30_000,
            }
        },
        "aws_apigatewayv2_route": {
            "take": {
                "api_id": "${aws_apigatewayv2_api.http.id}",
                "route_key": "POST /orders/{id}",
                "target": "integrations/${aws_apigatewayv2_integration.take.id}",
            }
        },
        "aws_scheduler_schedule_group": {"stage": {"name": "shop"}},
        "aws_scheduler_schedule": {
            "tick": {
                "name": "tick",
                "group_name": "${aws_scheduler_schedule_group.stage.name}",
                "schedule_expression": "cron(0 6,7 * * ? *)",
                "schedule_expression_timezone": "UTC",
                "flexible_time_window": {"mode": "OFF"},
                "target": {
                    "arn": "${aws_sqs_queue.orders.arn}",
                    "role_arn": "${aws_iam_role.tick.arn}",
                    "input": '{"due": "<aws.scheduler.scheduled-time>"}',
                },
            }
        },
        "aws_dynamodb_table": {
            "ledger": {
                "name": "shop-ledger",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "pk",
                "attribute": [{"name": "pk", "type": "S"}],
                "ttl": {"attribute_name": "expires", "enabled": True},
            }
        },
        "aws_secretsmanager_secret": {"key": {"name": "shop/prod/key", "recovery_window_in_days": 7}},
        "aws_sfn_state_machine": {
            "fulfil": {
                "name": "shop-fulfil",
                "role_arn": "${aws_iam_role.fulfil.arn}",
                "definition": json.dumps(MACHINE),
                "publish": True,
                "depends_on": ["aws_lambda_alias.take"],
            }
        },
        "aws_sfn_alias": {
            "fulfil": {
                "name": "live",
                "routing_configuration": [
                    {
                        "state_machine_version_arn": "${aws_sfn_state_machine.fulfil.state_machine_version_arn}",
                        "weight": 100,
                    }
                ],
            }
        },
        "aws_cloudwatch_metric_alarm": {
            "dead": {
                "alarm_name": "shop-dead",
                "namespace": "AWS/SQS",
                "metric_name": "ApproximateNumberOfMessagesVisible",
                "dimensions": {"QueueName": "${aws_sqs_queue.dead.name}"},
                "comparison_operator": "GreaterThanThreshold",
                "statistic": "Maximum",
                "period": 60,
                "evaluation_periods": 1,
                "threshold": 0,
                "alarm_actions": ["${aws_sns_topic.placed.arn}"],
            }
        },
    }
    for kind in ("aws_iam_role", "aws_iam_role_policy"):
        found[kind] = {**take[kind], **tick[kind], **fulfil[kind]}
    return found


class World:
    """The document, changed or not, applied to an account of its own each."""

    def __init__(self, clients: Callable[[str], Clients], folder: Path) -> None:
        self.clients = clients
        self._folder = folder
        self._bundle = folder / "bundle.zip"
        with ZipFile(self._bundle, "w") as bundle:
            bundle.writestr("entry/take.py", "")

    def applied(self, change: Change | None = None, **data: Any) -> Aws:
        """change: to the resources of the document, by type and label."""
        found = resources()
        if change:
            change(found)
        digest = base64.b64encode(hashlib.sha256(self._bundle.read_bytes()).digest()).decode()
        document: dict[str, Any] = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.69.1"}}},
            "provider": {"aws": {"region": "${var.region}"}},
            "variable": {"region": {"type": "string", "default": REGION}},
            "locals": {"bundle": self._bundle.name, "bundle_sha256": digest, "layer": ""},
            "data": {"aws_caller_identity": {"current": {}}, **data},
            "resource": found,
            "output": {"http_url": {"value": "${aws_apigatewayv2_api.http.api_endpoint}"}},
        }
        (self._folder / "main.tf.json").write_text(json.dumps(document))
        account = str(next(_ACCOUNTS))
        aws = Aws(self.clients(account), account=account, region=REGION)
        self.outputs = apply(Document.read(self._folder), aws, {})
        return aws


@pytest.fixture(scope="module")
def clients(ministack_url: str) -> Callable[[str], Clients]:
    return accounts(ministack_url, region=REGION)


@pytest.fixture
def world(clients: Callable[[str], Clients], tmp_path: Path) -> World:
    return World(clients, tmp_path)


def test_everything_is_made(world: World) -> None:
    aws = world.applied()
    take = aws.functions["shop-take"]
    assert (take.version, take.aliases, take.timeout_s, take.layers, take.recursive) == (
        "1",
        {"live": "1"},
        20,
        [],
        True,
    )
    (source,) = aws.sources
    assert (source.queue, source.function, source.partial) == (aws.queues["shop-orders"].arn, f"{take.arn}:live", True)
    assert aws.queues["shop-orders"].attributes["VisibilityTimeout"] == "120"
    (api,) = aws.apis.values()
    assert {key: route.function for key, route in api.routes.items()} == {"POST /orders/{id}": f"{take.arn}:live"}
    (subscription,) = aws.subscriptions
    assert (subscription.raw, subscription.filter) == (True, {"kind": ["gift", {"prefix": "x"}]})
    assert aws.schedules["shop", "tick"].expression == "cron(0 6,7 * * ? *)"
    (machine,) = aws.machines.values()
    assert machine.aliases == {"live": f"{machine.arn}:1"}
    assert world.outputs.output("http_url") == api.endpoint
    assert list(problems(aws)) == []


def test_what_is_made_is_there(world: World) -> None:
    aws = world.applied()
    client = world.clients(aws.account)
    attributes = client("sqs").get_queue_attributes(
        QueueUrl=aws.queues["shop-orders"].url, AttributeNames=["RedrivePolicy", "VisibilityTimeout", "QueueArn"]
    )["Attributes"]
    dead = aws.queues["shop-dead"].arn
    assert json.loads(attributes.pop("RedrivePolicy")) == {"deadLetterTargetArn": dead, "maxReceiveCount": 6}
    assert attributes == {"VisibilityTimeout": "120", "QueueArn": aws.queues["shop-orders"].arn}
    take = client("lambda").get_function_configuration(FunctionName="shop-take", Qualifier="live")
    assert (take["Handler"], take["Role"]) == ("entry.take.handler", aws.functions["shop-take"].role)
    topic = aws.topics["shop-placed"]
    (subscription,) = client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert subscription["Endpoint"] == aws.queues["shop-orders"].arn
    assert client("dynamodb").describe_time_to_live(TableName="shop-ledger")["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires",
    }


def set_(type: str, label: str, **arguments: Any) -> Change:
    return lambda found: found[type][label].update(arguments)


def rights(label: str, *statements: dict[str, Any]) -> Change:
    return set_("aws_iam_role_policy", label, policy=policy(*statements))


def with_(type: str) -> Change:
    return lambda found: found.update({type: {"x": {}}})


QUEUE, FUNCTION, SOURCE = "aws_sqs_queue", "aws_lambda_function", "aws_lambda_event_source_mapping"
ROUTE, SUBSCRIPTION, SCHEDULE = "aws_apigatewayv2_route", "aws_sns_topic_subscription", "aws_scheduler_schedule"
PERMISSION = "aws_lambda_permission"
OTHERS = {**SEND, "Principal": {"Service": "s3.amazonaws.com"}}
MACHINE_TYPE, ALARM = "aws_sfn_state_machine", "aws_cloudwatch_metric_alarm"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (with_("aws_instance"), "these tests know no aws_instance"),
        (set_(QUEUE, "orders", colour="red"), r"arguments \['colour'\]"),
        (set_(QUEUE, "orders", name="shop orders"), "no name of a queue"),
        (set_(QUEUE, "orders", name="shop-dead"), "shop-dead is there already"),
        (set_(QUEUE, "orders", visibility_timeout_seconds=43_201), "VisibilityTimeout 43201: 0 to 43200"),
        (set_(QUEUE, "orders", fifo_queue=True), r"names of FIFO queues end in \.fifo"),
        (set_(QUEUE, "orders", name="shop-orders.fifo", fifo_queue=True), "it is FIFO or shop-dead is"),
        (set_(QUEUE, "orders", redrive_policy='{"deadLetterTargetArn": "x", "maxReceiveCount": 6}'), "no queue 'x'"),
        (set_(QUEUE, "orders", redrive_policy='{"maxReceiveCount": 6}'), "redrive policy"),
        (set_(FUNCTION, "take", runtime="python2.2"), "'python2.2' is none of"),
        (set_(FUNCTION, "take", timeout=901), "a time-out of 901 s"),
        (set_(FUNCTION, "take", memory_size=64), "64 MB of memory"),
        (set_(FUNCTION, "take", handler="entry.give.handler"), r"no entry/give\.py in bundle\.zip"),
        (set_(FUNCTION, "take", source_code_hash="x"), "source_code_hash x is not that of"),
        (set_(FUNCTION, "take", role="${aws_iam_role.tick.arn}"), "Lambda cannot take"),
        (set_(FUNCTION, "take", publish=False), "no version is published"),
        (set_(FUNCTION, "take", environment={"variables": {"AWS_REGION": "x"}}), "Lambda's own variables"),
        (set_(FUNCTION, "take", environment={"variables": {"X": "y" * 4_096}}), "variables of 4097 bytes"),
        (
            set_(FUNCTION, "take", logging_config={"log_format": "Text", "system_log_level": "INFO"}),
            "levels are for JSON only",
        ),
        (set_("aws_lambda_alias", "take", function_version="7"), "no version '7'"),
        (set_(SOURCE, "take", batch_size=11), "batches of 11 need a window"),
        (set_(SOURCE, "take", scaling_config={"maximum_concurrency": 1}), "MaximumConcurrency, value: 1"),
        (set_(QUEUE, "orders", visibility_timeout_seconds=19), "hides for 19 s, calls last 20"),
        (rights("take", SEND), "lacks sqs:ReceiveMessage on shop-orders"),
        (set_("aws_lambda_permission", "take", qualifier="old"), "no alias 'old'"),
        (set_(ROUTE, "take", route_key="post /orders"), "route key"),
        (set_(ROUTE, "take", route_key="POST /{rest+}/orders"), "route key"),
        (set_(ROUTE, "take", target="integrations/none"), "no 'integrations/none'"),
        (set_("aws_apigatewayv2_integration", "take", payload_format_version="1.0"), "not of format 2.0"),
        (set_("aws_apigatewayv2_integration", "take", timeout_milliseconds=31_000), "a time-out of 31000 ms"),
        (set_("aws_apigatewayv2_integration", "take", integration_uri="arn:aws:lambda:x"), "is not how a function"),
        (set_(SUBSCRIPTION, "mail", filter_policy='{"kind": "gift"}'), "filter of kind"),
        (set_(SUBSCRIPTION, "mail", filter_policy='{"kind": [{"prefix": 1}]}'), "filter of kind"),
        (
            set_(SUBSCRIPTION, "mail", filter_policy=json.dumps({name: ["a"] for name in "abcdef"})),
            "more than 5 keys",
        ),
        (
            set_(SUBSCRIPTION, "mail", filter_policy=json.dumps({name: ["a"] * 6 for name in "abc"})),
            "216 combinations",
        ),
        (set_(SCHEDULE, "tick", schedule_expression="cron(0 6 * * * *)"), "one of day and weekday"),
        (set_(SCHEDULE, "tick", schedule_expression="cron(0 6 * * ?)"), "no expression of a schedule"),
        (set_(SCHEDULE, "tick", schedule_expression="rate(1 minutes)"), "no expression of a schedule"),
        (set_(SCHEDULE, "tick", schedule_expression="rate(5 minute)"), "no expression of a schedule"),
        (set_(SCHEDULE, "tick", group_name="none"), "no schedule group 'none'"),
        (set_("aws_iam_role", "tick", assume_role_policy=TRUST["lambda"]), "Scheduler cannot take"),
        (set_("aws_iam_role", "tick", name="x" * 65), "RoleName"),
        (rights("take", {**SEND, "//": "app.py:3"}), "a statement these tests do not know"),
        (rights("take", *[SEND] * 200), "more than 10240 characters"),
        (set_("aws_dynamodb_table", "ledger", hash_key="key"), "are not those of keys"),
        (set_("aws_secretsmanager_secret", "key", recovery_window_in_days=3), "a recovery window of 3 days"),
        (set_(MACHINE_TYPE, "fulfil", role_arn="${aws_iam_role.take.arn}"), "Step Functions cannot take"),
        (set_(MACHINE_TYPE, "fulfil", name="x" * 81), "name"),
        (set_("aws_sfn_alias", "fulfil", routing_configuration=[]), "it leads to several versions"),
        (set_(ALARM, "dead", dimensions={"Queue": "shop-dead"}), "it watches"),
        (set_(ALARM, "dead", period=90), "a period of 90 s"),
        (set_(ALARM, "dead", comparison_operator="Above"), "'Above' is none of"),
        (set_("aws_s3_object", "code", source="${path.module}/none.zip"), "is no file"),
        (set_("aws_s3_bucket", "code", bucket="shop-${var.account}"), "var.account"),
    ],
)
def test_what_aws_would_refuse_or_nobody_knows_fails(world: World, change: Change, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        world.applied(change)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            set_("aws_sqs_queue_policy", "orders", policy=policy(OTHERS)),
            "may not send to arn:aws:sqs",
        ),
        (
            set_("aws_lambda_permission", "take", source_arn="${aws_apigatewayv2_api.http.execution_arn}/*/GET/*"),
            "POST",
        ),
        (set_(PERMISSION, "take", qualifier=None), "the API may not invoke"),
        (set_(ALARM, "dead", dimensions={"QueueName": "other"}), "watches QueueName 'other', which there is not"),
        (rights("tick", {**SEND, "Resource": "${aws_sqs_queue.dead.arn}"}), "schedule tick may not send"),
        (
            rights(
                "fulfil",
                {
                    "Effect": "Allow",
                    "Action": "lambda:InvokeFunction",
                    "Resource": "${aws_lambda_function.take.arn}",
                },
            ),
            "may not invoke",
        ),
        (
            rights("take", {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}),
            "shop-take may not logs:CreateLogStream",
        ),
    ],
)
def test_a_right_that_is_missing_is_a_problem(world: World, change: Change, problem: str) -> None:
    found = list(problems(world.applied(change)))
    assert found
    assert problem in found[0]


def test_a_queue_that_is_there_already_can_be_consumed(world: World) -> None:
    def change(found: dict[str, Any]) -> None:
        found[SOURCE]["take"]["event_source_arn"] = "${data.aws_sqs_queue.there.arn}"
        found["aws_iam_role_policy"]["take"]["policy"] = policy({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})

    data = {"there": {"name": "${aws_sqs_queue.orders.name}"}}
    aws = world.applied(change, aws_sqs_queue=data)
    assert aws.sources[0].queue == aws.queues["shop-orders"].arn
