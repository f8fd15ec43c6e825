"""The topic driver over SNS. Subscriptions are infrastructure: each is a queue of its own."""

from __future__ import annotations

from math import ceil

from cloudless_aws.clients.denied import Grant, address_of
from cloudless_aws.clients.entry import batches, published
from cloudless_aws.clients.sdk import Client
from cloudless_aws.clients.sending import AT_ONCE, Work, problems, unsent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.driver.queue import Unsent
    from cloudless.message import Envelope
    from cloudless_aws.clients.entry import Entry
    from cloudless_aws.clients.sdk import Sdk

REQUEST_MAX = 10
BYTES_MAX = 262_144
"""Of all messages in one request, and of one.

https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""


class SnsTopics:
    """See `cloudless.driver.topic.TopicDriver`. Safe from several threads. addresses: name or ARN by logical name."""

    __slots__ = ("_addresses", "_client", "_sdk")

    def __init__(self, addresses: Mapping[str, str], sdk: Sdk) -> None:
        self._addresses = addresses
        self._sdk = sdk
        self._client = Client(sdk, "sns")

    def publish(self, topic: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        arn = self._arn(topic, "publish")
        what = f"publishing to topic {topic!r}"

        def request(entries: list[Entry]) -> Sequence[Mapping[str, Any]]:
            answer = self._client.once(
                what, lambda sns: sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
            )
            failed: Sequence[Mapping[str, Any]] = answer.get("Failed", ())
            return failed

        work = Work(request, what)
        entries = (published(index, message) for index, message in enumerate(messages))
        work.carry_out(batches(entries, BYTES_MAX), min(AT_ONCE, ceil(len(messages) / REQUEST_MAX)))
        return unsent(problems(work, Grant("publish", "topic", topic, "sns:Publish", arn)), len(messages))

    def native(self, topic: str) -> Any:
        """(boto3's SNS client, ARN of the topic)."""
        return self._client.native, self._arn(topic, "native")

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._client.close()

    def _arn(self, topic: str, verb: str) -> str:
        return self._sdk.arn("sns", address_of(self._addresses, verb, "topic", topic))
