"""The driver of small texts that several writers share: what the broker of events keeps its mailboxes in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object

ABSENT = ""
"""The version of what is not there."""
TEXT_MAX = 300 * 1024
"""Bytes of a text; an item of DynamoDB takes 400 KB, a document of Firestore 1 MiB."""


class Kept:
    """A text as it is kept, and its version, another one after each write."""

    __slots__ = ("text", "version")

    def __init__(self, text: str, version: str) -> None:
        self.text = text
        self.version = version


class Store(Protocol):
    """Three methods, each atomic for its key. key: as of the ledger, whose table it may be, under another name."""

    def read(self, key: str) -> Kept | None:
        """The text as it was written last; None where there is none, or it is kept no longer."""
        ...

    def write(self, key: str, text: str, version: str, keep_s: float) -> bool:
        """Write a text where that version is still the last one; ABSENT where there must be none.

        False, and nothing is changed, where it is not. keep_s: seconds after which it may go. A write that is repeated
        by the driver, since its answer was lost, is the same write. Raises PermissionDenied, NotFound, Unavailable.
        """
        ...
