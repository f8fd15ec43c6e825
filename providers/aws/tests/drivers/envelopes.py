"""Messages to send."""

from __future__ import annotations

from typing import Any

from cloudless.message import Envelope

NASTY = '{"text":"\\u0000 \\ufffe é 漢 🜁 \\" \\\\ <>&"}'


def envelope(number: int = 1, body: str = "{}", **facts: Any) -> Envelope:
    """Number `number`."""
    return Envelope(f"{number:032x}", body, sent_s=1_767_355_200.25, **facts)
