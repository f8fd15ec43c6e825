"""Errors between functions of ours, in a successful answer: {"refused": ["NotFound", "there is no execution '7'"]}.

Part of a bundle: standard library only.
"""

from __future__ import annotations

from cloudless.codec import is_list
from cloudless.errors import (
    CloudlessError,
    ExecutionExists,
    InternalError,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unavailable,
    UnsupportedError,
)

_KINDS = (ExecutionExists, InvalidArgument, NotFound, PermissionDenied, Unavailable, UnsupportedError)
REFUSALS: dict[str, type[CloudlessError]] = {kind.__name__: kind for kind in _KINDS}
"""What a caller is told by name; anything else is a bug of ours, there."""


def refusal_of(problem: CloudlessError) -> list[str]:
    """The error as it is told: its kind, and its text."""
    kind = next((kind for kind in _KINDS if isinstance(problem, kind)), type(problem))
    return [kind.__name__, str(problem)]


def refused(told: object, who: str) -> CloudlessError:
    """The error that was told. who: told it, as people read it, e.g. "the broker"."""
    kind, text = (str(told[0]), str(told[1])) if is_list(told) and len(told) == 2 else ("", str(told))
    return REFUSALS[kind](text) if kind in REFUSALS else InternalError(f"{who}: {kind}: {text}")
