"""AwsCloud: a stage on AWS behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

import os
import time

from cloudless.errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.function import FunctionDriver
    from cloudless.driver.ledger import Ledger
    from cloudless.driver.secret import SecretDriver
    from cloudless.driver.topic import TopicDriver
    from cloudless_aws.clients.ledger import DynamoLedger
    from cloudless_aws.clients.queue import SqsQueues


class AwsCloud:
    """See `cloudless.driver.provider.Cloud`. One of these a process; safe from several threads.

    addresses: {"queues": {"orders": "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-prod-orders"},
                "ledger": "shop-prod-ledger",
                "region": "eu-central-1",
                "config": {"review-above": 500.0}}, each part as far as it is used.
        A queue may be its name or ARN, whose URL is looked up once.
    clock: seconds since the epoch, for leases and contexts.

    Emulators are found as the SDK finds them, by AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_DYNAMODB.
    """

    provider = "aws"
    blocks = True

    __slots__ = ("_addresses", "_clock", "_ledger", "_queues")

    def __init__(self, addresses: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        self._addresses = addresses
        self._queues: SqsQueues | None = None
        self._ledger: DynamoLedger | None = None
        self._clock = clock

    @property
    def queues(self) -> SqsQueues:
        if self._queues is None:
            from cloudless_aws.clients.queue import SqsQueues
            from cloudless_aws.clients.sdk import Client

            client = Client("sqs", self._addresses.get("region", ""))
            self._queues = SqsQueues(self._addresses.get("queues", {}), client)
        return self._queues

    @property
    def ledger(self) -> Ledger:
        if self._ledger is None:
            from cloudless_aws.clients.ledger import DynamoLedger
            from cloudless_aws.clients.sdk import Client

            client = Client("dynamodb", self._addresses.get("region", ""))
            self._ledger = DynamoLedger(self._addresses["ledger"], client, self.now_s)
        return self._ledger

    @property
    def topics(self) -> TopicDriver:
        raise missing("topic")

    @property
    def functions(self) -> FunctionDriver:
        raise missing("function")

    @property
    def secrets(self) -> SecretDriver:
        raise missing("secret")

    def close(self) -> None:
        """Close what was opened; a deployed function never does, a connection of a caller's ends."""
        if self._queues is not None:
            self._queues.close()
        if self._ledger is not None:
            self._ledger.close()

    def new_id(self) -> str:
        return os.urandom(16).hex()

    def now_s(self) -> float:
        return self._clock()

    def config(self, name: str) -> Any | None:
        return self._addresses.get("config", {}).get(name)


def missing(capability: str) -> UnsupportedError:
    """The error that cites a gap of ours."""
    from cloudless_aws.capabilities import GAPS

    gap = GAPS[capability]
    return UnsupportedError(f"aws: {gap.reason} ({gap.kind}). {gap.link}".rstrip())
