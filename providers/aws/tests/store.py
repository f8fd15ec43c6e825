"""ministack without the SDK: what the stand itself does to queues, tables and secrets, fast and unchecked."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from providers.aws.tests.gateway import Upstream
from providers.aws.tests.sqsmodel.message import SqsMessage
from tests.hosting.http import Request

FIFO = ".fifo"
REQUEST_MAX = 10
_TARGETS = {"sqs": "AmazonSQS", "dynamodb": "DynamoDB_20120810", "secretsmanager": "secretsmanager"}
Plain = dict[str, Any]


class Store:
    """A stage's account on ministack. Safe from several threads."""

    def __init__(self, upstream: Upstream, region: str) -> None:
        self._upstream = upstream
        self._region = region

    def ask(self, service: str, operation: str, params: Mapping[str, Any]) -> Plain:
        """One call; AssertionError where it is refused."""
        headers = {**self.headers(service), "x-amz-target": f"{_TARGETS[service]}.{operation}"}
        body = json.dumps(params).encode()
        answer = self._upstream.forward(Request(method="POST", path="/", headers=tuple(headers.items()), body=body))
        assert answer.status < 300, f"{service} {operation}: {answer.body.decode()}"
        found: Plain = json.loads(answer.body or b"{}")
        return found

    def headers(self, service: str) -> dict[str, str]:
        """Those of a signed request."""
        scope = f"{self._upstream.account}/20260102/{self._region}/{service}/aws4_request"
        return {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "content-type": "application/x-amz-json-1.0",
        }

    def take(self, url: str, *, now_us: int) -> list[SqsMessage]:
        """Everything that waits in a queue, taken away. now_us: told as the time of sending."""
        taken = list[SqsMessage]()
        while received := self._receive(url):
            gone = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(received)]
            self.ask("sqs", "DeleteMessageBatch", {"QueueUrl": url, "Entries": gone})
            taken += [_plain(one, now_us) for one in received]
            if len(received) < REQUEST_MAX and not url.endswith(FIFO):
                break
        return taken

    def _receive(self, url: str) -> list[Plain]:
        asked = {"QueueUrl": url, "MaxNumberOfMessages": REQUEST_MAX, "MessageAttributeNames": ["All"]}
        answer = self.ask("sqs", "ReceiveMessage", {**asked, "MessageSystemAttributeNames": ["All"]})
        found: list[Plain] = answer.get("Messages", [])
        return found

    def purge(self, url: str) -> None:
        """Empty a queue."""
        self.ask("sqs", "PurgeQueue", {"QueueUrl": url})

    def clear(self, table: str) -> None:
        """Empty a table."""
        items = self.ask("dynamodb", "Scan", {"TableName": table})["Items"]
        key = self._key(table) if items else ""
        for item in items:
            self.ask("dynamodb", "DeleteItem", {"TableName": table, "Key": {key: item[key]}})

    def _key(self, table: str) -> str:
        """The name of a table's key."""
        described = self.ask("dynamodb", "DescribeTable", {"TableName": table})["Table"]
        name: str = described["KeySchema"][0]["AttributeName"]
        return name

    def put_secret(self, name: str, value: str) -> None:
        self.ask(
            "secretsmanager",
            "PutSecretValue",
            {"SecretId": name, "SecretString": value, "ClientRequestToken": os.urandom(16).hex()},
        )


def entry_of(body: str, attributes: Mapping[str, str], *, is_fifo: bool, group: str = "g") -> Plain:
    """An entry of SendMessageBatch."""
    told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    entry: Plain = {"Id": "0", "MessageBody": body, **({"MessageAttributes": told} if told else {})}
    if is_fifo:
        entry |= {"MessageGroupId": group, "MessageDeduplicationId": os.urandom(8).hex()}
    return entry


def _plain(one: Mapping[str, Any], now_us: int) -> SqsMessage:
    group = one["Attributes"].get("MessageGroupId", "")
    return SqsMessage(one["MessageId"], one["Body"], one.get("MessageAttributes", {}), group, now_us)
