"""What Terraform makes in a real stage, made on ministack: queues and tables, sending and reading them dry."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from providers.aws.tests.emulators import environment
from providers.aws.tests.sqsmodel.message import SqsMessage

FIFO = ".fifo"
REQUEST_MAX = 10


class Resources:
    """ministack's SQS behind the gateway, and its DynamoDB; close it after use."""

    def __init__(self, ministack_url: str, gateway_url: str) -> None:
        known = environment(ministack_url, gateway_url)
        session = import_module("boto3.session").Session(
            known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"], region_name=known["AWS_REGION"]
        )
        self._sqs: Any = session.client("sqs", endpoint_url=gateway_url)
        self._dynamo: Any = session.client("dynamodb", endpoint_url=ministack_url)
        self._urls: dict[str, str] = {}

    def make_queue(self, name: str) -> str:
        """Create a queue, FIFO by its name; gives its URL."""
        attributes = {"FifoQueue": "true"} if name.endswith(FIFO) else {}
        self._urls[name] = self._sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return self._urls[name]

    def make_table(self, name: str) -> None:
        """A ledger's table."""
        self._dynamo.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def send(self, queue: str, body: str, attributes: Mapping[str, str], group: str = "g") -> None:
        """One message, by the queue's physical name, as a foreign program would."""
        entry: dict[str, Any] = {
            "Id": "0",
            "MessageBody": body,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        }
        if queue.endswith(FIFO):
            entry |= {"MessageGroupId": group, "MessageDeduplicationId": os.urandom(8).hex()}
        self._sqs.send_message_batch(QueueUrl=self._urls[queue], Entries=[entry])

    def take(self, queue: str, *, now_us: int = 0) -> list[SqsMessage]:
        """Everything that waits in a queue, taken away. now_us: told as the time of sending."""
        url, taken = self._urls[queue], list[SqsMessage]()
        while received := self._receive(url):
            gone = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(received)]
            self._sqs.delete_message_batch(QueueUrl=url, Entries=gone)
            taken += [_plain(one, now_us) for one in received]
        return taken

    def close(self) -> None:
        self._sqs.close()
        self._dynamo.close()

    def _receive(self, url: str) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=REQUEST_MAX,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        received: list[dict[str, Any]] = answer.get("Messages", [])
        return received


def _plain(one: Mapping[str, Any], now_us: int) -> SqsMessage:
    group = one["Attributes"].get("MessageGroupId", "")
    return SqsMessage(one["MessageId"], one["Body"], one.get("MessageAttributes", {}), group, now_us)
