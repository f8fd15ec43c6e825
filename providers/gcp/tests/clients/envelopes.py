"""Messages for tests."""

from __future__ import annotations

from cloudless.message import Envelope

SENT_S = 1_767_355_200.25


def envelope(number: int = 1, body: str = "{}", **facts: object) -> Envelope:
    """A message whose id is the number."""
    return Envelope(f"{number:032x}", body, sent_s=SENT_S, **facts)  # type: ignore[arg-type]
