"""Steps of a routine of ours, as they are written: assignments, choices, errors, and what only some workflows have."""

from __future__ import annotations

from typing import Any

from cloudless.driver.error import error_of

Plain = dict[str, Any]
Steps = dict[str, Plain | None]
"""By name, in order; None for what this workflow does without. One goes on with the next unless it says otherwise."""


def assign(*assigned: tuple[str, Any], to: str = "") -> Plain:
    """A step that assigns. to: the step after it, "" for the next one."""
    return {"assign": [{name: value} for name, value in assigned], **_next(to)}


def switch(*rules: tuple[str, str], to: str = "") -> Plain:
    """A step that chooses: the first condition that holds says which step is next. to: where none does."""
    return {"switch": [{"condition": f"${{{test}}}", "next": label} for test, label in rules], **_next(to)}


def steps(**named: Plain | None) -> list[Plain]:
    """Those that there are."""
    return [{name: step} for name, step in named.items() if step is not None]


def error(kind: str, message: str) -> Plain:
    """An error as steps tell it. message: an expression."""
    return {**error_of(kind, ""), "message": message}


def _next(to: str) -> Plain:
    return {"next": to} if to else {}
