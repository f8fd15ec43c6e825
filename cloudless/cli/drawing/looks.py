"""How kinds of nodes look in every format: colours that one can tell apart, with text that one can read on them."""

from __future__ import annotations

from typing import NamedTuple

from cloudless.passes.flow import chart
from cloudless.passes.graph import (
    DEAD_LETTER_QUEUE,
    ENDPOINT,
    EVENT,
    HANDLER,
    ORCHESTRATION,
    QUEUE,
    SCHEDULE,
    SECRET,
    TOPIC,
)


class Colours(NamedTuple):
    """Of a box: its inside, its border, and small text in it."""

    fill: str
    line: str
    text: str


CHOICE = "choice"

_LIGHT_NODES = {
    DEAD_LETTER_QUEUE: Colours("#fef2f2", "#dc2626", "#b91c1c"),
    ENDPOINT: Colours("#ecfdf5", "#059669", "#047857"),
    EVENT: Colours("#ecfeff", "#0891b2", "#0e7490"),
    HANDLER: Colours("#f8fafc", "#475569", "#475569"),
    ORCHESTRATION: Colours("#eef2ff", "#4f46e5", "#4338ca"),
    QUEUE: Colours("#eff6ff", "#2563eb", "#1d4ed8"),
    SCHEDULE: Colours("#fffbeb", "#d97706", "#b45309"),
    SECRET: Colours("#f5f5f4", "#78716c", "#57534e"),
    TOPIC: Colours("#faf5ff", "#9333ea", "#7e22ce"),
}
_DARK_NODES = {
    DEAD_LETTER_QUEUE: Colours("#3b1418", "#f87171", "#fca5a5"),
    ENDPOINT: Colours("#0c2e24", "#34d399", "#6ee7b7"),
    EVENT: Colours("#0b2e36", "#22d3ee", "#67e8f9"),
    HANDLER: Colours("#1e293b", "#94a3b8", "#cbd5e1"),
    ORCHESTRATION: Colours("#1e1b4b", "#818cf8", "#a5b4fc"),
    QUEUE: Colours("#14264a", "#60a5fa", "#93c5fd"),
    SCHEDULE: Colours("#33240b", "#fbbf24", "#fcd34d"),
    SECRET: Colours("#292524", "#a8a29e", "#d6d3d1"),
    TOPIC: Colours("#2e1a47", "#c084fc", "#d8b4fe"),
}
_BOXES = {
    chart.START: HANDLER, chart.END: HANDLER, chart.STEP: HANDLER, chart.PURE: SECRET, chart.SEND: QUEUE,
    chart.PUBLISH: TOPIC, chart.WAIT: EVENT, chart.SLEEP: SCHEDULE, chart.NOTE: SECRET, chart.RETURN: ENDPOINT,
    chart.RAISE: DEAD_LETTER_QUEUE, chart.JUMP: SECRET, chart.UNDO: DEAD_LETTER_QUEUE, CHOICE: HANDLER,
}  # fmt: skip
"""What the boxes of a flow chart have to do with, and so look like."""
_LIGHT_FRAMES = {
    chart.LOOP: Colours("#f0f9ff", "#7dd3fc", "#0369a1"),
    chart.GATHER: Colours("#f5f7ff", "#a5b4fc", "#4338ca"),
    chart.FAN_OUT: Colours("#f5f7ff", "#a5b4fc", "#4338ca"),
    chart.TRY: Colours("#fafafa", "#d4d4d8", "#52525b"),
    chart.EXCEPT: Colours("#fff7ed", "#fdba74", "#c2410c"),
    chart.ELSE: Colours("#f4f4f5", "#d4d4d8", "#52525b"),
    chart.FINALLY: Colours("#f4f4f5", "#d4d4d8", "#52525b"),
    chart.SAGA: Colours("#fafafa", "#d4d4d8", "#52525b"),
    chart.UNDOING: Colours("#fff5f5", "#fca5a5", "#b91c1c"),
}
_DARK_FRAMES = {
    chart.LOOP: Colours("#0b1f2e", "#155e75", "#7dd3fc"),
    chart.GATHER: Colours("#14162e", "#3730a3", "#a5b4fc"),
    chart.FAN_OUT: Colours("#14162e", "#3730a3", "#a5b4fc"),
    chart.TRY: Colours("#14181f", "#3f3f46", "#a1a1aa"),
    chart.EXCEPT: Colours("#241809", "#9a3412", "#fdba74"),
    chart.ELSE: Colours("#1b1f27", "#3f3f46", "#a1a1aa"),
    chart.FINALLY: Colours("#1b1f27", "#3f3f46", "#a1a1aa"),
    chart.SAGA: Colours("#14181f", "#3f3f46", "#a1a1aa"),
    chart.UNDOING: Colours("#241013", "#991b1b", "#fca5a5"),
}
LIGHT = {**_LIGHT_NODES, **{kind: _LIGHT_NODES[like] for kind, like in _BOXES.items()}, **_LIGHT_FRAMES}
DARK = {**_DARK_NODES, **{kind: _DARK_NODES[like] for kind, like in _BOXES.items()}, **_DARK_FRAMES}

_TERMINAL_NODES = {
    DEAD_LETTER_QUEUE: "red", ENDPOINT: "green", EVENT: "cyan", HANDLER: "bold", ORCHESTRATION: "bold cyan",
    QUEUE: "blue", SCHEDULE: "yellow", SECRET: "dim", TOPIC: "magenta",
}  # fmt: skip
_TERMINAL_FRAMES = {**dict.fromkeys(chart.FRAMES, "bold cyan"), chart.EXCEPT: "yellow", chart.UNDOING: "red"}
TERMINAL = {**_TERMINAL_NODES, **{kind: _TERMINAL_NODES[like] for kind, like in _BOXES.items()}, **_TERMINAL_FRAMES}
"""Styles of Rich, by kind; every kind is named beside, so that nothing is said by colour alone."""

LONGEST = 56  # characters; names of handlers and queues have at most 50, paths and filters may have more


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, with its middle left out where it is too long: both ends tell paths apart."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[: longest - 1 - half]}…{text[-half:]}"


def style_class(kind: str) -> str:
    """The class of a kind in style sheets."""
    return kind.replace(",", "").replace(" ", "-")
