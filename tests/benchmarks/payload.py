"""The payload of every benchmark, for every Python: an order of about 200 bytes, and the events that carry it."""

from __future__ import annotations

import json
from typing import Any

ORDER: dict[str, Any] = {
    "id": "o-1",
    "customer": {"id": "c-1", "name": "Jane Doe of Somewhere"},
    "lines": [{"sku": "a-100", "qty": 2}, {"sku": "b-200", "qty": 1}],
    "total": 99.5,
    "note": "leave it at the door, please do",
    "n": 1,
}
TEXT = json.dumps(ORDER)


class Context:
    """What Lambda says of an event."""

    aws_request_id = "8f5ac2bc-0a1e-4d27-8a3c-1f8c9c2f0e11"
    function_name = "bench"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:bench:live"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 600_000


def sqs_event(count: int, attributes: dict[str, Any] | None = None) -> dict[str, Any]:
    """Messages as Lambda hands them over. attributes: of each message."""
    return {
        "Records": [
            {
                "messageId": f"059f36b4-87a3-44ab-83d2-66197{n:07d}",
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                "body": TEXT,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1767355200250",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1767355200255",
                },
                "messageAttributes": attributes or {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
                "awsRegion": "eu-central-1",
            }
            for n in range(count)
        ]
    }


FEW = {"content-type": "application/json", "host": "id.execute-api.eu-central-1.amazonaws.com"}
MANY = {
    **FEW, "accept": "*/*", "accept-encoding": "gzip, deflate, br", "content-length": str(len(TEXT)), "user-agent": "x",
    "x-amzn-trace-id": "Root=1-65a1b2c3-0123456789abcdef01234567", "x-forwarded-for": "203.0.113.7",
    "x-forwarded-port": "443", "x-forwarded-proto": "https",
}  # fmt: skip
"""Headers of a request: what there is at least, and what browsers and the gateway send besides."""


def http_event(headers: dict[str, str]) -> dict[str, Any]:
    """A request as API Gateway hands it over, in its payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "POST /orders/{id}",
        "rawPath": "/orders/7",
        "rawQueryString": "",
        "headers": headers,
        "pathParameters": {"id": "7"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "id", "stage": "$default", "requestId": "id",
            "routeKey": "POST /orders/{id}", "domainName": FEW["host"], "domainPrefix": "id",
            "time": "02/Jan/2026:12:00:00 +0000", "timeEpoch": 1767355200250,
            "http": {
                "method": "POST", "path": "/orders/7", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
                "userAgent": "x",
            },
        },
        "body": TEXT,
        "isBase64Encoded": False,
    }  # fmt: skip


def rest_event(headers: dict[str, str]) -> dict[str, Any]:
    """The same request in format 1.0, which some peers want."""
    return {
        "resource": "/orders/{id}",
        "path": "/orders/7",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"id": "7"},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/orders/{id}", "httpMethod": "POST", "path": "/orders/7", "stage": "api",
            "requestId": "id", "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": TEXT,
        "isBase64Encoded": False,
    }  # fmt: skip


RECORDS = sqs_event(10)
REQUEST = http_event(FEW)
