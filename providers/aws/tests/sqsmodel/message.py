"""One message of SQS, and what SQS would refuse of it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REQUEST_BYTES_MAX = 1_048_576
ENTRIES_MAX = 10
ATTRIBUTES_MAX = 10
DELAY_S_MAX = 900
VISIBILITY_S_MAX = 43_200
_CHARACTERS = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_ATTRIBUTE_NAME = re.compile(r"(?!AWS\.|Amazon\.|\.)[A-Za-z0-9_.-]{1,256}(?<!\.)")
_WORD = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}")
"""Of group and deduplication ids.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""


class Refused(Exception):
    """SQS would answer with an error. code: its name."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class SqsMessage:
    """id: SQS's. attributes: as ReceiveMessage writes them. sent_us: microseconds since the epoch."""

    id: str
    body: str
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    group: str = ""
    sent_us: int = 0

    @property
    def texts(self) -> dict[str, str]:
        """The attributes' values by name."""
        return {name: value["StringValue"] for name, value in self.attributes.items()}


def check_request(entries: Sequence[Mapping[str, Any]], *, is_fifo: bool) -> None:
    """Raise Refused for what SendMessageBatch would refuse; ministack lets most of it pass."""
    if not 1 <= len(entries) <= ENTRIES_MAX:
        raise Refused("TooManyEntriesInBatchRequest", f"{len(entries)} entries, 1 to {ENTRIES_MAX} are taken")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise Refused("BatchEntryIdsNotDistinct", "two entries have the same id")
    if sum(map(size_of, entries)) > REQUEST_BYTES_MAX:
        raise Refused("BatchRequestTooLong", f"more than {REQUEST_BYTES_MAX:,} bytes")
    for entry in entries:
        _check_entry(entry)
        _check_fifo(entry) if is_fifo else _check_standard(entry)


def size_of(entry: Mapping[str, Any]) -> int:
    """Bytes of the body, and of name, type and value of every attribute."""
    texts = [entry["MessageBody"]]
    for name, value in entry.get("MessageAttributes", {}).items():
        texts += [name, value["DataType"], value["StringValue"]]
    return sum(len(text.encode()) for text in texts)


def _check_entry(entry: Mapping[str, Any]) -> None:
    attributes = entry.get("MessageAttributes", {})
    if not _CHARACTERS.fullmatch(entry["MessageBody"]):
        raise Refused("InvalidMessageContents", "the body is empty or holds characters outside the allowed set")
    if len(attributes) > ATTRIBUTES_MAX:
        raise Refused("InvalidParameterValue", f"{len(attributes)} attributes: a message takes {ATTRIBUTES_MAX}")
    for name, value in attributes.items():
        if not _ATTRIBUTE_NAME.fullmatch(name) or not _CHARACTERS.fullmatch(value["StringValue"]):
            raise Refused("InvalidParameterValue", f"attribute {name!r}: its name or value")


def _check_standard(entry: Mapping[str, Any]) -> None:
    delay_s = entry.get("DelaySeconds", 0)
    if not isinstance(delay_s, int) or not 0 <= delay_s <= DELAY_S_MAX:
        raise Refused("InvalidParameterValue", f"DelaySeconds {delay_s!r}: 0 to {DELAY_S_MAX}")
    if "MessageDeduplicationId" in entry:
        raise Refused("InvalidParameterValue", "MessageDeduplicationId is for FIFO queues")


def _check_fifo(entry: Mapping[str, Any]) -> None:
    if "DelaySeconds" in entry:
        raise Refused("InvalidParameterValue", "a FIFO queue takes no delay of a message")
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        if not _WORD.fullmatch(entry.get(name, "")):
            raise Refused("InvalidParameterValue", f"{name} {entry.get(name)!r}: 1 to 128 letters, digits, punctuation")
