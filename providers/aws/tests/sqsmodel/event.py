"""The event that an SQS event source hands to a function.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

from hashlib import md5
from typing import Any

from providers.aws.tests.sqsmodel.message import SqsMessage


def record_of(message: SqsMessage, arn: str, *, receives: int, receipt: str, first_us: int) -> dict[str, Any]:
    """One record. receives: deliveries, this one included. first_us: when it was delivered first."""
    return {
        "messageId": message.id,
        "receiptHandle": receipt,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": str(message.sent_us // 1_000),
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": str(first_us // 1_000),
            **({"MessageGroupId": message.group} if message.group else {}),
        },
        "messageAttributes": {name: _attribute(value) for name, value in message.attributes.items()},
        "md5OfBody": md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }


def _attribute(value: Any) -> dict[str, Any]:
    return {
        "stringValue": value["StringValue"],
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
