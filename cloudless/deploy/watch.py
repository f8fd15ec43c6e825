"""Watch: whoever waits for a deployment, and is told how it goes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Watch(Protocol):
    """Whoever waits. aside: whether what Terraform shows goes to stderr."""

    aside: bool

    def say(self, text: str) -> None:
        """Take a line."""
        ...

    def progress(self, what: str) -> AbstractContextManager[None]:
        """Show that something goes on in the block, which shows nothing itself."""
        ...
