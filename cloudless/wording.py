"""How things are said to people on a line: numbers with their nouns, and values that may come from anybody.

Lowest layer; standard library only.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WIDTH = 72


def count(number: int, word: str) -> str:
    """`1 error`, `2 errors`, `no errors`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """On one line, and without what a terminal would obey: it may come from anybody."""
    return "".join(char if char.isprintable() else " " for char in text)


def brief(text: str, width: int = _WIDTH) -> str:
    """On one line, cut where it is long."""
    shown = printable(text)
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def body(value: Any) -> str:
    """The body of a message as JSON, cut where it is long."""
    return brief(json.dumps(value, ensure_ascii=False))
