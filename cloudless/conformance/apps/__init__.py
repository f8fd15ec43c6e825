"""Programs of the suite. Their handlers do as a message says, and note what they see.

A body's "do" is a script: one word an attempt, the last one for all that follow:
"return", "raise" (a ConnectionError), "value" (a ValueError), "reject", "later", "crash".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cloudless.conformance import journal
from cloudless.errors import Reject, RetryAfter

SECRETS = {"known": "s3cret"}
CONFIG = {"ratio": 0.5}


def obey(body: dict[str, Any], attempt: int) -> None:
    """Do what the message says for this attempt."""
    script: list[str] = body.get("do", ["return"])
    act(script[min(attempt, len(script)) - 1], body)


def act(what: str, body: dict[str, Any]) -> None:
    """Carry out one word of a script."""
    if what == "crash":
        journal.crash()
    if what == "raise":
        raise ConnectionError(body.get("text", "no answer"))
    if what == "value":
        raise ValueError("not worth another try")
    if what == "reject":
        raise Reject("never")
    if what == "later":
        raise RetryAfter(timedelta(seconds=30))
