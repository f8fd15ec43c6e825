"""The queue driver over SQS."""

from __future__ import annotations

import os
from math import ceil

from cloudless.driver.queue import Delivered
from cloudless_aws.clients.delay import Delays
from cloudless_aws.clients.denied import Grant, address_of, needing
from cloudless_aws.clients.entry import batches, entry_of
from cloudless_aws.clients.sdk import Client
from cloudless_aws.clients.sending import AT_ONCE, Work, problems, refusal, unsent
from cloudless_aws.names import LONGEST_DELAY_S
from cloudless_aws.wire import FIFO, envelope_of_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from cloudless.driver.queue import Unsent
    from cloudless.message import Envelope
    from cloudless_aws.clients.delay import Delay
    from cloudless_aws.clients.entry import Entry
    from cloudless_aws.clients.sdk import Sdk
    from cloudless_aws.clients.sending import Failures

    Numbered = Sequence[tuple[int, Envelope]]
    """Messages by their place in a list."""

REQUEST_MAX = 10
"""Messages in one send, receive, delete or change of visibility."""
LOCK_S = 60
RECEIVE_WAIT_S = 1
"""Long polling asks all of SQS's servers, a short poll some, and may then say "none" while there are messages.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""
_WAITING = "ApproximateNumberOfMessages"


class Address:
    """Where a queue is. url: as SQS's own; arn: as IAM has it."""

    __slots__ = ("arn", "url")

    def __init__(self, url: str, arn: str) -> None:
        self.url = url
        self.arn = arn


class SqsQueues:
    """See `cloudless.driver.queue.QueueDriver` and `Counting`. Safe from several threads.

    addresses: of each queue its name, ARN or URL, by logical name. delays: see clients/delay.py. now_s: the clock that
    these are added to. The receipts are SQS's receipt handles.
    """

    __slots__ = ("_addresses", "_client", "_delays", "_known", "_sdk")

    def __init__(
        self, addresses: Mapping[str, str], delays: Mapping[str, Delay], sdk: Sdk, now_s: Callable[[], float]
    ) -> None:
        self._addresses = addresses
        self._sdk = sdk
        self._client = Client(sdk, "sqs")
        self._delays = Delays(delays, sdk, now_s)
        self._known: dict[str, Address] = {}

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        at = self._address(queue, "send")
        later = [(index, one) for index, one in enumerate(messages) if one.delay_s > LONGEST_DELAY_S]
        soon = [(index, one) for index, one in enumerate(messages) if one.delay_s <= LONGEST_DELAY_S]
        found = self._send_soon(queue, at, soon) if soon else {}
        if later:
            found |= self._send_later(queue, at, later)
        return unsent(found, len(messages))

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        received: list[Delivered] = []
        while len(received) < limit:
            messages = self._receive(queue, min(REQUEST_MAX, limit - len(received)))
            if not messages:
                break
            received += [Delivered(envelope_of_message(one), one["ReceiptHandle"]) for one in messages]
        return received

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        grant = Grant("receive", "queue", queue, "sqs:DeleteMessage", self._address(queue, "receive").arn)
        for some in _cut(list(receipts)):
            entries = [{"Id": str(at), "ReceiptHandle": receipt} for at, receipt in enumerate(some)]
            self._settle(f"acknowledging messages of queue {queue!r}", "delete_message_batch", grant, entries)

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        self._hide(queue, dict.fromkeys(receipts, 0.0), "receive")

    def hide(self, queue: str, receipts: Mapping[Any, float]) -> None:
        """Make messages that were delivered visible again after so many seconds each, rounded up."""
        self._hide(queue, receipts, "consume")

    def count(self, queue: str) -> int:
        at = self._address(queue, "receive")
        with needing(Grant("receive", "queue", queue, "sqs:GetQueueAttributes", at.arn)):
            answer = self._client.call(
                f"counting messages of queue {queue!r}",
                lambda sqs: sqs.get_queue_attributes(QueueUrl=at.url, AttributeNames=[_WAITING]),
            )
        return int(answer["Attributes"][_WAITING])

    def native(self, queue: str) -> Any:
        """(boto3's SQS client, queue URL)."""
        return self._client.native, self._address(queue, "native").url

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._client.close()
        self._delays.close()

    def _send_soon(self, queue: str, at: Address, messages: Numbered) -> Failures:
        is_fifo = at.url.endswith(FIFO)
        what = f"sending to queue {queue!r}"

        def request(entries: list[Entry]) -> Sequence[Mapping[str, Any]]:
            answer = self._client.once(what, lambda sqs: sqs.send_message_batch(QueueUrl=at.url, Entries=entries))
            failed: Sequence[Mapping[str, Any]] = answer.get("Failed", ())
            return failed

        work = Work(request, what, ordered=is_fifo)
        work.carry_out(batches(_entries(messages, is_fifo=is_fifo)), 1 if is_fifo else _at_once(messages, REQUEST_MAX))
        return problems(work, Grant("send", "queue", queue, "sqs:SendMessage", at.arn))

    def _send_later(self, queue: str, at: Address, messages: Numbered) -> Failures:
        by_place = dict(messages)

        def request(entries: list[Entry]) -> Sequence[Mapping[str, Any]]:
            for entry in entries:
                self._delays.send(queue, at.url, by_place[int(entry["Id"])])
            return ()

        work = Work(request, f"sending later to queue {queue!r}")
        work.carry_out(([{"Id": str(index)}] for index, _ in messages), _at_once(messages, 1))
        return problems(work, self._delays.grant(queue))

    def _receive(self, queue: str, number: int) -> list[dict[str, Any]]:
        at = self._address(queue, "receive")
        with needing(Grant("receive", "queue", queue, "sqs:ReceiveMessage", at.arn)):
            answer = self._client.call(
                f"receiving from queue {queue!r}",
                lambda sqs: sqs.receive_message(
                    QueueUrl=at.url,
                    MaxNumberOfMessages=number,
                    VisibilityTimeout=LOCK_S,
                    WaitTimeSeconds=RECEIVE_WAIT_S,
                    MessageAttributeNames=["All"],
                    MessageSystemAttributeNames=["All"],
                ),
            )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _hide(self, queue: str, receipts: Mapping[Any, float], verb: str) -> None:
        grant = Grant(verb, "queue", queue, "sqs:ChangeMessageVisibility", self._address(queue, verb).arn)
        for some in _cut(list(receipts.items())):
            entries = [
                {"Id": str(at), "ReceiptHandle": receipt, "VisibilityTimeout": ceil(delay_s)}
                for at, (receipt, delay_s) in enumerate(some)
            ]
            self._settle(f"releasing messages of queue {queue!r}", "change_message_visibility_batch", grant, entries)

    def _settle(self, what: str, operation: str, grant: Grant, entries: list[Entry]) -> None:
        """Delete or release. Receipts that are refused have expired, and are ignored; SQS's own faults are not."""
        url = self._address(grant.name, grant.verb).url
        with needing(grant):
            answer = self._client.call(what, lambda sqs: getattr(sqs, operation)(QueueUrl=url, Entries=entries))
        for one in answer.get("Failed", ()):
            if not one.get("SenderFault"):
                raise refusal(one, what)

    def _address(self, queue: str, verb: str) -> Address:
        found = self._known.get(queue)
        if found is None:
            found = self._known[queue] = self._looked_up(address_of(self._addresses, verb, "queue", queue))
        return found

    def _looked_up(self, address: str) -> Address:
        """From a name, an ARN, whose queue may be another account's, or a URL: each says the others.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
        """
        if "://" in address:
            account, name = address.split("/")[-2:]
            return Address(address, f"arn:{self._sdk.partition}:sqs:{self._sdk.region}:{account}:{name}")
        arn = self._sdk.arn("sqs", address)
        account, name = arn.split(":")[4:6]
        return Address(f"{self._client.endpoint}/{account}/{name}", arn)


def _entries(messages: Numbered, *, is_fifo: bool) -> Iterator[Entry]:
    for index, message in messages:
        yield entry_of(index, message, os.urandom(16).hex() if is_fifo else "")


def _at_once(messages: Numbered, per_request: int) -> int:
    """How many requests are made at the same time."""
    return min(AT_ONCE, ceil(len(messages) / per_request))


def _cut(list_: list[Any]) -> list[list[Any]]:
    return [list_[start : start + REQUEST_MAX] for start in range(0, len(list_), REQUEST_MAX)]
