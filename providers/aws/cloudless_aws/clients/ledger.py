"""The ledger on DynamoDB: an item a key, every change one conditional write, and no read.

    {key, owner, state: "held" | "done", ends: milliseconds since the epoch, expires: seconds, result}

`ends` is part of every decision; the table's TTL on `expires` only clears away (within some days:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html). A refused write brings the item that
refused it.
"""

from __future__ import annotations

from hashlib import sha256
from math import ceil

from cloudless.driver.ledger import CLAIMED, Done, Held
from cloudless_aws.clients.denied import Grant, needing
from cloudless_aws.clients.sdk import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.ledger import Claimed
    from cloudless_aws.clients.sdk import Sdk

    Item = Mapping[str, Mapping[str, str]]

KEY_BYTES_MAX = 1_024
"""Longer keys are kept as a digest; DynamoDB takes 2,048.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys
"""
_DIGEST = "sha256:"
_FREE = "attribute_not_exists(#key) OR #ends <= :now OR (#owner = :owner AND #state = :held)"
_OURS = "#owner = :owner AND #state = :held AND #ends > :now"
_NAMES = {f"#{name}": name for name in ("key", "owner", "state", "ends", "expires", "result")}
_SET = "SET #owner = :owner, #state = :state, #ends = :ends, #expires = :expires, #result = :result"


class _Lease:
    """What a write says: state, from when, for how long, and the result of what is done."""

    __slots__ = ("ends_s", "now_s", "result", "state")

    def __init__(self, state: str, now_s: float, for_s: float, result: str = "") -> None:
        self.state = state
        self.now_s = now_s
        self.ends_s = now_s + for_s
        self.result = result


class DynamoLedger:
    """See `cloudless.driver.ledger.Ledger`. Times are the caller's clock. Safe from several threads.

    table: its name; the partition key is `key`, a string. Requests are repeated, at most three times: an owner
    may claim, complete and release twice.
    """

    __slots__ = ("_client", "_now_s", "_sdk", "_table")

    def __init__(self, table: str, sdk: Sdk, now_s: Callable[[], float]) -> None:
        self._table = table
        self._sdk = sdk
        self._client = Client(sdk, "dynamodb")
        self._now_s = now_s

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        now_s = self._now_s()
        item = self._put(key, _FREE, owner, _Lease("held", now_s, ttl_s))
        if item is None:
            return CLAIMED
        return Done(item["result"]["S"]) if _is_done(item) else Held(int(item["ends"]["N"]) / 1_000 - now_s)

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        item = self._put(key, _OURS, owner, _Lease("done", self._now_s(), remember_s, result))
        return item is None or (_is_done(item) and item["owner"]["S"] == owner)  # our own write, whose answer was lost

    def release(self, key: str, owner: str) -> None:
        values = {":owner": {"S": owner}, ":held": {"S": "held"}}
        self._write(
            "delete_item",
            key,
            ConditionExpression="#owner = :owner AND #state = :held",
            ExpressionAttributeNames=_names("#owner = :owner AND #state = :held"),
            ExpressionAttributeValues=values,
        )

    def close(self) -> None:
        """Close the connections; the ledger is not used after that."""
        self._client.close()

    def _put(self, key: str, condition: str, owner: str, lease: _Lease) -> Item | None:
        """Write the item where the condition holds. None if it was written, otherwise the item as it is."""
        values = {
            ":owner": {"S": owner},
            ":held": {"S": "held"},
            ":state": {"S": lease.state},
            ":now": {"N": str(int(lease.now_s * 1_000))},
            ":ends": {"N": str(ceil(lease.ends_s * 1_000))},
            ":expires": {"N": str(ceil(lease.ends_s))},
            ":result": {"S": lease.result},
        }
        return self._write(
            "update_item",
            key,
            UpdateExpression=_SET,
            ConditionExpression=condition,
            ExpressionAttributeNames=_names(f"{_SET} {condition}"),
            ExpressionAttributeValues=values,
        )

    def _write(self, operation: str, key: str, **request: Any) -> Item | None:
        """None if it was written, otherwise the item that refused it, empty where there is none."""

        def write(dynamo: Any) -> Item | None:
            try:
                getattr(dynamo, operation)(
                    TableName=self._table,
                    Key={"key": {"S": stored(key)}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **request,
                )
            except dynamo.exceptions.ConditionalCheckFailedException as problem:
                item: Item = problem.response.get("Item", {})
                return item
            return None

        action = f"dynamodb:{''.join(map(str.title, operation.split('_')))}"
        arn = self._sdk.arn("dynamodb", f"table/{self._table}")
        with needing(Grant("claim", "ledger", self._table, action, arn)):
            return self._client.call(f"the ledger's entry of {key!r}", write)


def stored(key: str) -> str:
    """A key as the table has it: itself, for people who look, or a digest where DynamoDB would refuse it."""
    raw = key.encode("utf-8", "surrogatepass")
    is_plain = 0 < len(raw) <= KEY_BYTES_MAX and not key.startswith(_DIGEST)
    if is_plain and raw.decode("utf-8", "replace") == key:
        return key
    return _DIGEST + sha256(raw).hexdigest()


def _names(expression: str) -> dict[str, str]:
    """The names that an expression uses: DynamoDB refuses others."""
    return {short: name for short, name in _NAMES.items() if short in expression}


def _is_done(item: Item) -> bool:
    return item.get("state", {}).get("S") == "done"
