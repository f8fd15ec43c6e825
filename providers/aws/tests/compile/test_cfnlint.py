"""What cfn-lint knows that no schema of Terraform says, asked of the same resources as CloudFormation has them.

Sizes and ranges of functions and queues, a queue that hides its messages for less than its function runs (E3505), names
of FIFO queues (E3501), schedule expressions (E3027, E3031; which are looked at in rules of EventBridge alone).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from providers.aws.tests.compile.documents import CONFORMANCE, EXAMPLES, conformance, document, example, golden, settled
from tests import tools


def template(made: dict[str, Any]) -> dict[str, Any]:
    """The queues, functions, event sources, tables and schedules of a document, as CloudFormation's."""
    resource = made["resource"]
    found: dict[str, Any] = {}
    for label, one in resource.get("aws_sqs_queue", {}).items():
        found[name_of("Queue", label)] = {"Type": "AWS::SQS::Queue", "Properties": queue(made, one)}
    for label, one in resource.get("aws_lambda_function", {}).items():
        found[name_of("Function", label)] = {"Type": "AWS::Lambda::Function", "Properties": function(made, one)}
    for label, one in resource.get("aws_lambda_event_source_mapping", {}).items():
        source = one["event_source_arn"].removeprefix("${aws_sqs_queue.").removesuffix(".arn}")
        found[name_of("Source", label)] = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": {"Fn::GetAtt": [name_of("Queue", source), "Arn"]},
            "FunctionName": {"Ref": name_of("Function", label)},
            "BatchSize": one["batch_size"],
            "MaximumBatchingWindowInSeconds": one.get("maximum_batching_window_in_seconds", 0),
            "FunctionResponseTypes": one["function_response_types"],
            "ScalingConfig": {"MaximumConcurrency": one["scaling_config"]["maximum_concurrency"]},
        }}  # fmt: skip
    for label, one in resource.get("aws_scheduler_schedule", {}).items():
        rule = {"ScheduleExpression": one["schedule_expression"], "State": "ENABLED"}
        found[name_of("Rule", label)] = {"Type": "AWS::Events::Rule", "Properties": rule}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": found}


def name_of(kind: str, label: str) -> str:
    return kind + "".join(char for char in label.title() if char.isalnum())


def queue(made: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "QueueName": settled(made, one["name"]),
        "VisibilityTimeout": one["visibility_timeout_seconds"],
        "MessageRetentionPeriod": one["message_retention_seconds"],
    }
    if one.get("fifo_queue"):
        said |= {
            "FifoQueue": True,
            "DeduplicationScope": one["deduplication_scope"],
            "FifoThroughputLimit": one["fifo_throughput_limit"],
        }
    return said


def function(made: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "FunctionName": one["function_name"],
        "Role": settled(made, one["role"]),
        "Runtime": one["runtime"],
        "Architectures": one["architectures"],
        "Handler": one["handler"],
        "MemorySize": one["memory_size"],
        "Timeout": one["timeout"],
        "Code": {"S3Bucket": "bucket", "S3Key": "key"},
        "Environment": {"Variables": {"CLOUDLESS_ACCOUNT": "123456789012"}},
    }


def errors(folder: Path, templates: Mapping[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Template and rule of every error; warnings and hints are about other things."""
    program = tools.require("cfn-lint")
    folder.mkdir()
    for name, content in templates.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    files = [str(folder / f"{name}.json") for name in templates]
    done = subprocess.run(
        [program, "--format", "json", "--regions", "eu-central-1", "--", *files],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    told = [one for one in json.loads(done.stdout) if one["Level"] == "Error"]
    return [(f"{Path(one['Filename']).stem}: {one['Message']}", one["Rule"]["Id"]) for one in told]


@pytest.mark.slow
def test_cloudformation_would_take_what_is_compiled(tmp_path: Path) -> None:
    applications = [*map(conformance, CONFORMANCE), *map(example, EXAMPLES)]
    made = [distinct(template(document(application))["Resources"]) for application in applications]
    different = {kind: one for found in made for kind, one in found.items()}
    templates = {f"{number}": {"Resources": one} for number, one in enumerate(different.values())}
    assert len(templates) > len(applications)
    assert errors(tmp_path / "templates", templates) == []


Resources = Mapping[str, Mapping[str, Any]]


def distinct(found: Resources) -> dict[str, Resources]:
    """Those that differ in more than names, by that in which they do, each with what it refers to.

    Every name is of one rule; that all are short enough, and of its characters, is seen where they are made.
    """
    return {
        json.dumps([nameless(one) for one in there.values()], sort_keys=True): there
        for there in (with_what_is_referred_to(found, name) for name in found)
    }


def with_what_is_referred_to(found: Resources, name: str) -> Resources:
    text = json.dumps(found[name])
    return {other: one for other, one in found.items() if other == name or f'"{other}"' in text}


def nameless(one: Mapping[str, Any]) -> Mapping[str, Any]:
    said = {key: value for key, value in one["Properties"].items() if key not in NAMES}
    return {"Type": one["Type"], **said, "suffix": one["Properties"].get("QueueName", "").partition(".")[2]}


NAMES = {"EventSourceArn", "FunctionName", "Handler", "QueueName", "Role"}


WRONG: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("aws_sqs_queue", {"visibility_timeout_seconds": 7}, "E3505"),
    ("aws_sqs_queue", {"visibility_timeout_seconds": 50_000}, "E3034"),
    ("aws_lambda_function", {"timeout": 901}, "E3717"),
    ("aws_lambda_function", {"runtime": "python3.99"}, "E3030"),
    ("aws_scheduler_schedule", {"schedule_expression": "cron(0 6 * * * *)"}, "E3027"),
    ("aws_scheduler_schedule", {"schedule_expression": "every(5 minutes)"}, "E3027"),
)
"""Types of resources, what is changed in all of one, and the rule that this breaks."""


@pytest.mark.slow
def test_it_would_find_what_is_wrong(tmp_path: Path) -> None:
    templates = {f"{number}": template(changed(type, change)) for number, (type, change, _) in enumerate(WRONG)}
    found = {(said.partition(":")[0], rule) for said, rule in errors(tmp_path / "templates", templates)}
    assert {(f"{number}", rule) for number, (_, _, rule) in enumerate(WRONG)} <= found


def changed(type: str, change: Mapping[str, Any]) -> dict[str, Any]:
    """A document, all of whose resources of a type are changed so."""
    made = document(golden("schedule"))
    resources = {label: {**one, **change} for label, one in made["resource"][type].items()}
    return {**made, "resource": {**made["resource"], type: resources}}
