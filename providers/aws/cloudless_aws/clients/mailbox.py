"""What the broker keeps, in the ledger's table: an item a text, written on condition of its version; and task tokens.

    {key, text, version, expires: seconds}

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

from __future__ import annotations

import os
from math import ceil

from cloudless.codec import dump, load
from cloudless.driver.store import ABSENT, Kept
from cloudless_aws.clients.denied import Grant, needing
from cloudless_aws.clients.sdk import Client
from cloudless_aws.names import execution_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from cloudless.runtime.broker import Mailbox
    from cloudless_aws.clients.sdk import Sdk

    Told = Mapping[str, Any]

_NONE = "attribute_not_exists(#key) OR #expires <= :now"
_SAME = "#version = :version AND #expires > :now"
_NAMES = {"#version": "version", "#expires": "expires"}
_PAGE = 1_000
BRIEF_S = 3.0
"""The time-out of a request: three of them are less than the 30 s of the broker's function."""


class DynamoStore:
    """See `cloudless.driver.store.Store`. table: its name; the partition key is `key`, a string."""

    __slots__ = ("_client", "_now_s", "_sdk", "_table")

    def __init__(self, table: str, sdk: Sdk, now_s: Callable[[], float]) -> None:
        self._table = table
        self._sdk = sdk
        self._client = Client(sdk, "dynamodb", BRIEF_S)
        self._now_s = now_s

    def read(self, key: str) -> Kept | None:
        with needing(self._grant("GetItem")):
            answer = self._client.call(
                f"reading {key!r}",
                lambda dynamo: dynamo.get_item(
                    TableName=self._table, Key={"key": {"S": key}}, ConsistentRead=True
                ),
            )  # fmt: skip
        item = answer.get("Item")
        if item is None or float(item["expires"]["N"]) <= self._now_s():
            return None
        return Kept(item["text"]["S"], item["version"]["S"])

    def write(self, key: str, text: str, version: str, keep_s: float) -> bool:
        mine = os.urandom(16).hex()
        now_s = self._now_s()
        values = {":now": {"N": str(int(now_s))}}
        names = {"#key": "key", "#expires": "expires"} if version == ABSENT else dict(_NAMES)
        if version != ABSENT:
            values[":version"] = {"S": version}
        request = {
            "TableName": self._table,
            "Item": {
                "key": {"S": key},
                "text": {"S": text},
                "version": {"S": mine},
                "expires": {"N": str(ceil(now_s + keep_s))},
            },
            "ConditionExpression": _NONE if version == ABSENT else _SAME,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with needing(self._grant("PutItem")):
            return self._client.call(f"writing {key!r}", lambda dynamo: _written(dynamo, request, mine))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _grant(self, operation: str) -> Grant:
        arn = self._sdk.arn("dynamodb", f"table/{self._table}")
        return Grant("keep", "ledger", self._table, f"dynamodb:{operation}", arn)


def _written(dynamo: Any, request: Mapping[str, Any], mine: str) -> bool:
    """Whether it was written: now, or by a request before this one, whose answer was lost."""
    try:
        dynamo.put_item(**request)
    except dynamo.exceptions.ConditionalCheckFailedException as problem:
        found = problem.response.get("Item", {})
        return bool(found) and found["version"]["S"] == mine
    return True


class TaskTokens:
    """See `cloudless.runtime.broker.Tokens`. addresses: name of the state machine by logical name."""

    __slots__ = ("_addresses", "_client", "_sdk")

    def __init__(self, addresses: Mapping[str, str], sdk: Sdk) -> None:
        self._addresses = addresses
        self._sdk = sdk
        self._client = Client(sdk, "stepfunctions", BRIEF_S)

    def complete(self, token: str, payload: Any) -> bool:
        output = dump({"v": payload})
        with needing(Grant("complete", "wait", "of an event", "states:SendTaskSuccess", "*")):
            return self._client.call("completing a wait", lambda aws: _completed(aws, token, output))

    def was_taken(self, mailbox: Mailbox, token: str) -> bool:
        """By the history of the execution, which tells the token of every wait, and what came of it."""
        name = execution_of(mailbox.execution)
        arn = self._sdk.arn("states", f"execution:{self._addresses[mailbox.orchestration]}:{name}")
        waits: set[int] = set()
        for told in self._events(arn):
            if told["type"] == "TaskScheduled" and token in _tokens_in(told):
                waits.add(told["id"])
            elif told["previousEventId"] in waits and told["type"].startswith("Task"):
                waits.add(told["id"])
                if told["type"] == "TaskSucceeded":
                    return True
        return False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _events(self, arn: str) -> Iterator[Told]:
        request: dict[str, Any] = {"executionArn": arn, "maxResults": _PAGE, "includeExecutionData": True}
        while True:
            with needing(Grant("complete", "wait", "of an event", "states:GetExecutionHistory", arn)):
                answer = self._client.call(
                    "reading a history", lambda aws: aws.get_execution_history(**request)
                )  # fmt: skip
            yield from answer["events"]
            if not answer.get("nextToken"):
                return
            request["nextToken"] = answer["nextToken"]


def _tokens_in(told: Told) -> str:
    """What a task was called with, as text."""
    parameters: str = told["taskScheduledEventDetails"].get("parameters", "{}")
    payload = load(parameters).get("Payload", {})
    return str(payload.get("token", "")) if isinstance(payload, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _completed(aws: Any, token: str, output: str) -> bool:
    """Whether somebody waited.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    found = aws.exceptions
    try:
        aws.send_task_success(taskToken=token, output=output)
    except (found.TaskTimedOut, found.TaskDoesNotExist, found.InvalidToken):
        return False
    return True
