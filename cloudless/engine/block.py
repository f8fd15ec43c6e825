"""Blocks: statements, one after another, as one closure.

A statement is compiled to a Code: plain ones are functions of the frame, those that may wait are generator functions.
Either gives None where the next statement is to follow, else what interrupts: RETURN (the value is in the frame), or
the Jump to a loop.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from cloudless.engine.effect import Running
    from cloudless.engine.frame import Frame

    Run = Callable[[Frame], Running]
    """A generator function that gives a signal."""


class Jump:
    """The way to the end (is_break) or to the next round of a loop."""

    __slots__ = ("is_break", "label")

    def __init__(self, label: str, *, is_break: bool) -> None:
        self.label = label
        self.is_break = is_break


RETURN = Jump("", is_break=False)


class Code:
    """run: of the frame. waits: whether it is a generator function."""

    __slots__ = ("run", "waits")

    def __init__(self, run: Callable[[Frame], Any], *, waits: bool) -> None:
        self.run = run
        self.waits = waits


def block(codes: Sequence[Code]) -> Code:
    """Statements as one."""
    if len(codes) == 1:
        return codes[0]
    if any(code.waits for code in codes):
        return Code(_waiting([(code.run, code.waits) for code in codes]), waits=True)
    return Code(_plain([code.run for code in codes]), waits=False)


def _plain(runs: list[Callable[[Frame], Any]]) -> Callable[[Frame], Any]:
    def run(frame: Frame) -> Any:
        for one in runs:
            signal = one(frame)
            if signal is not None:
                return signal
        return None

    return run


def _waiting(runs: list[tuple[Any, bool]]) -> Run:
    def run(frame: Frame) -> Any:
        for one, waits in runs:
            signal = (yield from one(frame)) if waits else one(frame)  # pyright: ignore[reportUnknownVariableType]
            if signal is not None:
                return signal  # pyright: ignore[reportUnknownVariableType]
        return None

    return run


def waiting(code: Code) -> Run:
    """A block's generator function, whether it waits or not."""
    return code.run if code.waits else _waiting([(code.run, False)])
