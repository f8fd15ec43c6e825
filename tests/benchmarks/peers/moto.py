"""moto: AWS in the process, through boto3."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from itertools import count as numbers
from time import perf_counter, sleep
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted
from tests.benchmarks.peers.references import SUBSCRIBERS

PEER = Peer(
    name="moto",
    requirements=("moto[sqs,sns,stepfunctions]==5.2.5", "boto3==1.44.5"),
    link="https://docs.getmoto.org/en/latest/docs/getting_started.html",
    used="mock_aws in the process, boto3, batches of 10; Step Functions with execute_state_machine",
    more="boto3's own calls, as the program makes them; most of AWS's services",
    less="nothing calls a handler; Step Functions here run Pass states, which is no user's code; waits sleep",
)
tags = numbers()
ROLE = "arn:aws:iam::123456789012:role/x"
SEQUENCE = {
    "StartAt": "s0",
    "States": {f"s{n}": {"Type": "Pass", **({"Next": f"s{n + 1}"} if n < 9 else {"End": True})} for n in range(10)},
}
MAP = {
    "StartAt": "m",
    "States": {
        "m": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "p",
                "States": {"p": {"Type": "Pass", "End": True}},
            },
            "End": True,
        }
    },
}


def mocked(**config: Any) -> Any:
    return import_module("moto").mock_aws(**config)


def client(service: str) -> Any:
    return import_module("boto3").client(service)


def drained(sqs: Any, url: str, count: int) -> int:
    """Receive and delete by tens; how many there were."""
    seen = 0
    for _ in range(count):
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for one in got:
            seen += json.loads(one["Body"])["n"]
        entries = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(got)]
        if entries:
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        if seen >= count:
            break
    return seen


def queue(count: int) -> float:
    with mocked():
        sqs = client("sqs")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        began = perf_counter()
        for start in range(0, count, 10):
            entries = [{"Id": str(at), "MessageBody": json.dumps(ORDER)} for at in range(min(10, count - start))]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        seen = drained(sqs, url, count)
        took = perf_counter() - began
    counted(seen, count)
    return took


def fan_out(count: int) -> float:
    messages = count // SUBSCRIBERS
    with mocked():
        sqs, sns = client("sqs"), client("sns")
        topic = sns.create_topic(Name="t")["TopicArn"]
        urls = [sqs.create_queue(QueueName=f"q{n}")["QueueUrl"] for n in range(SUBSCRIBERS)]
        for url in urls:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
            raw = {"RawMessageDelivery": "true"}
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=found["QueueArn"], Attributes=raw)
        began = perf_counter()
        for start in range(0, messages, 10):
            entries = [{"Id": str(at), "Message": json.dumps(ORDER)} for at in range(min(10, messages - start))]
            sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        seen = sum(drained(sqs, url, messages) for url in urls)
        took = perf_counter() - began
    counted(seen, messages * SUBSCRIBERS)
    return took


@cache
def machines() -> tuple[Any, dict[str, str]]:
    """Step Functions, and the machines that are there, by name; open until the process ends."""
    mocked(config={"stepfunctions": {"execute_state_machine": True}}).start()
    states = client("stepfunctions")
    made = {
        name: states.create_state_machine(name=name, definition=json.dumps(text), roleArn=ROLE)["stateMachineArn"]
        for name, text in (("sequence", SEQUENCE), ("map", MAP))
    }
    return states, made


def executed(name: str, given: Any) -> Any:
    states, made = machines()
    arn = states.start_execution(stateMachineArn=made[name], name=f"x{next(tags)}", input=json.dumps(given))
    while True:
        found = states.describe_execution(executionArn=arn["executionArn"])
        if found["status"] == "SUCCEEDED" and "output" in found:
            return json.loads(found["output"])
        assert found["status"] in {"RUNNING", "SUCCEEDED"}, found
        sleep(0.001)


def steps(count: int) -> float:
    machines()
    began = perf_counter()
    for _ in range(0, count, 10):
        assert executed("sequence", ORDER) == ORDER
    return perf_counter() - began


def items(count: int) -> float:
    machines()
    began = perf_counter()
    done = executed("map", {"items": [ORDER] * count})
    took = perf_counter() - began
    counted(len(done), count)
    return took


CONTESTANTS = (
    Contestant("queue", "moto in process, batches of 10", queue, 100),
    Contestant("fan_out", "moto in process, SNS to 10 SQS", fan_out, 200),
    Contestant("backlog", "moto in process, 200 over 50", queue, 200, reference=lambda: queue(50) / 50),
    Contestant("steps", "moto Step Functions, Pass states", steps, 50),
    Contestant("items", "moto Step Functions, Pass states", items, 1_000),
)
FIRST = {
    "a message": """
import json
import boto3
from moto import mock_aws

with mock_aws():
    sqs = boto3.client("sqs", region_name="eu-central-1")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody='{"id": "1"}')
    got = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(got[0]["Body"]) == {"id": "1"}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
"""
}
IMPORTS = {
    "boto3, a client of SQS": ("import boto3; boto3.client('sqs', region_name='eu-central-1')", 1),
}
"""Statements of a cold start, and the number of the requirement that they import."""
