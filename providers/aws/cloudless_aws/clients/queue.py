"""The queue driver over SQS."""

from __future__ import annotations

import os
from math import ceil

from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import CloudlessError, NotFound, Unavailable
from cloudless_aws.capabilities import GAPS
from cloudless_aws.clients.entry import batches, entry_of
from cloudless_aws.clients.errors import of_code
from cloudless_aws.clients.sdk import TRIES, Client, pause
from cloudless_aws.limits import LIMITS
from cloudless_aws.names import FIFO
from cloudless_aws.wire import envelope_of_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_aws.clients.entry import Entry

REQUEST_MAX = 10
"""Messages in one receive, delete or change of visibility."""
LOCK_S = 60
RECEIVE_WAIT_S = 1
"""Long polling asks all of SQS's servers, a short poll some, and may then say "none" while there are messages.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""


class SqsQueues:
    """See `cloudless.driver.queue.QueueDriver`. Safe from several threads. The receipts are SQS's receipt handles.

    addresses: queue URL by logical name, or the queue's name or ARN, whose URL is looked up once.
    """

    __slots__ = ("_addresses", "_client")

    def __init__(self, addresses: Mapping[str, str], client: Client | None = None) -> None:
        self._addresses = dict(addresses)
        self._client = client or Client("sqs")

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        if any(message.delay_s > LIMITS["queue.delay"].value for message in messages):
            raise GAPS["queue.long_delay"].error("aws")
        url = self._url(queue)
        is_fifo = url.endswith(FIFO)
        entries = [
            entry_of(index, message, os.urandom(16).hex() if is_fifo else "") for index, message in enumerate(messages)
        ]
        unsent: dict[int, CloudlessError] = {}
        for batch in batches(entries):
            unsent |= self._send_batch(queue, url, batch)
            if unsent and is_fifo:  # what follows would overtake
                first = unsent[min(unsent)]
                unsent |= dict.fromkeys(range(int(batch[-1]["Id"]) + 1, len(entries)), first)
                break
        if len(unsent) == len(messages):
            raise unsent[0]
        return [Unsent(index, unsent[index]) for index in sorted(unsent)]

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        received: list[Delivered] = []
        while len(received) < limit:
            messages = self._receive(queue, min(REQUEST_MAX, limit - len(received)))
            if not messages:
                break
            received += [Delivered(envelope_of_message(one), one["ReceiptHandle"]) for one in messages]
        return received

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        for some in _cut(list(receipts)):
            entries = [{"Id": str(at), "ReceiptHandle": receipt} for at, receipt in enumerate(some)]
            self._settle(f"acknowledging messages of queue {queue!r}", "delete_message_batch", queue, entries)

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        self.hide(queue, dict.fromkeys(receipts, 0.0))

    def hide(self, queue: str, receipts: Mapping[Any, float]) -> None:
        """Make received messages visible again after so many seconds each, rounded up; as `release`, which is 0."""
        for some in _cut(list(receipts.items())):
            entries = [
                {"Id": str(at), "ReceiptHandle": receipt, "VisibilityTimeout": ceil(delay_s)}
                for at, (receipt, delay_s) in enumerate(some)
            ]
            self._settle(f"releasing messages of queue {queue!r}", "change_message_visibility_batch", queue, entries)

    def native(self, queue: str) -> Any:
        """(boto3's SQS client, queue URL)."""
        return self._client.native, self._url(queue)

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._client.close()

    def _send_batch(self, queue: str, url: str, batch: list[Entry]) -> dict[int, CloudlessError]:
        """Send one request, and again what it did not store, three times in all. The errors of the rest, by place."""
        unsent: dict[int, CloudlessError] = {}
        for attempt in range(1, TRIES + 1):
            unsent = self._send_once(queue, url, batch)
            batch = [entry for entry in batch if isinstance(unsent.get(int(entry["Id"])), Unavailable)]
            if not batch or attempt == TRIES:
                break
            pause(attempt)
        return unsent

    def _send_once(self, queue: str, url: str, batch: list[Entry]) -> dict[int, CloudlessError]:
        what = f"sending to queue {queue!r}"
        try:
            answer = self._client.once(what, lambda sqs: sqs.send_message_batch(QueueUrl=url, Entries=batch))
        except CloudlessError as problem:
            return {int(entry["Id"]): problem for entry in batch}
        return {int(one["Id"]): _refusal(one, what) for one in answer.get("Failed", ())}

    def _receive(self, queue: str, number: int) -> list[dict[str, Any]]:
        url = self._url(queue)
        answer = self._client.call(
            f"receiving from queue {queue!r}",
            lambda sqs: sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=number,
                VisibilityTimeout=LOCK_S,
                WaitTimeSeconds=RECEIVE_WAIT_S,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            ),
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _settle(self, what: str, operation: str, queue: str, entries: list[Entry]) -> None:
        """Delete or release. Receipts that are refused have expired, and are ignored; SQS's own faults are not."""
        url = self._url(queue)
        answer = self._client.call(what, lambda sqs: getattr(sqs, operation)(QueueUrl=url, Entries=entries))
        for one in answer.get("Failed", ()):
            if not one.get("SenderFault"):
                raise _refusal(one, what)

    def _url(self, queue: str) -> str:
        try:
            address = self._addresses[queue]
        except KeyError:
            raise NotFound(
                f"this function has no address of a queue {queue!r}; it has: {sorted(self._addresses)}"
            ) from None
        if "://" not in address:
            wanted = _wanted(address)
            what = f"looking up queue {queue!r}"
            address = self._client.call(what, lambda sqs: sqs.get_queue_url(**wanted)["QueueUrl"])
            self._addresses[queue] = address
        return address


def _wanted(address: str) -> dict[str, str]:
    """What GetQueueUrl is asked for a name, or for an ARN, whose queue may be another account's."""
    if not address.startswith("arn:"):
        return {"QueueName": address}
    account, name = address.split(":")[4:6]
    return {"QueueName": name, "QueueOwnerAWSAccountId": account}


def _refusal(one: Mapping[str, Any], what: str) -> CloudlessError:
    """Our error for an entry that SQS reports as failed, which stays at `native` as the SDK would raise it."""
    from botocore.exceptions import ClientError

    text = f"{what}: {one['Code']}: {one.get('Message', '')}"
    ours = of_code(one["Code"], text)
    ours.native = ClientError({"Error": {"Code": one["Code"], "Message": one.get("Message", "")}}, what)
    return ours


def _cut(list_: list[Any]) -> list[list[Any]]:
    return [list_[start : start + REQUEST_MAX] for start in range(0, len(list_), REQUEST_MAX)]
