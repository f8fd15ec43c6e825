"""How kinds of nodes look in every format: colours that one can tell apart, with text that one can read on them."""

from __future__ import annotations

from typing import NamedTuple

from cloudless.passes.graph import DEAD_LETTER_QUEUE, ENDPOINT, HANDLER, QUEUE, SCHEDULE, SECRET, TOPIC


class Colours(NamedTuple):
    """Of a box: its inside, its border, and small text in it."""

    fill: str
    line: str
    text: str


LIGHT = {
    DEAD_LETTER_QUEUE: Colours("#fef2f2", "#dc2626", "#b91c1c"),
    ENDPOINT: Colours("#ecfdf5", "#059669", "#047857"),
    HANDLER: Colours("#f8fafc", "#475569", "#475569"),
    QUEUE: Colours("#eff6ff", "#2563eb", "#1d4ed8"),
    SCHEDULE: Colours("#fffbeb", "#d97706", "#b45309"),
    SECRET: Colours("#f5f5f4", "#78716c", "#57534e"),
    TOPIC: Colours("#faf5ff", "#9333ea", "#7e22ce"),
}
DARK = {
    DEAD_LETTER_QUEUE: Colours("#3b1418", "#f87171", "#fca5a5"),
    ENDPOINT: Colours("#0c2e24", "#34d399", "#6ee7b7"),
    HANDLER: Colours("#1e293b", "#94a3b8", "#cbd5e1"),
    QUEUE: Colours("#14264a", "#60a5fa", "#93c5fd"),
    SCHEDULE: Colours("#33240b", "#fbbf24", "#fcd34d"),
    SECRET: Colours("#292524", "#a8a29e", "#d6d3d1"),
    TOPIC: Colours("#2e1a47", "#c084fc", "#d8b4fe"),
}

LONGEST = 56  # characters; names of handlers and queues have at most 50, paths and filters may have more


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, with its middle left out where it is too long: both ends tell paths apart."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[: longest - 1 - half]}…{text[-half:]}"
