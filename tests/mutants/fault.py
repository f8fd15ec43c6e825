"""Fault: what a mutant is, and the two ways to change the code that tell a stale change from a working one.

A mutant that no longer fits the code must not pass for killed: `patch` and `wrap` refuse an attribute that is not
there, and what a mutant's own lines raise is kept in `stale`, whoever catches it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import getattr_static
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any

Change = Callable[[], None]
DIES, HANGS = "dies", "hangs"

HERE = Path(__file__).parent

stale: list[str] = []
"""What lines of mutants raised in this process, although the code that they call did not."""


class Fault:
    """One mutant. change: applies it. ends: DIES or HANGS where that, and no failed case, is how the suite sees it.

    cases: the class of cases that are run; all of them where it is "".
    """

    def __init__(self, change: Change, ends: str, cases: str = "") -> None:
        self.name = change.__name__
        self.module = change.__module__
        self.apply = change
        self.ends = ends
        self.cases = cases


def collector(faults: dict[str, Fault], *, cases: str = "") -> Callable[..., Any]:
    """The decorator that puts mutants into a table, in order: `@fault`, or `@fault(ends=DIES)`. cases: see Fault."""

    def fault(change: Change | None = None, *, ends: str = "") -> Any:
        def declare(change: Change) -> Change:
            faults[change.__name__] = Fault(change, ends, cases)
            return change

        return declare(change) if change else declare

    return fault


def patch(owner: Any, name: str, value: Any) -> None:
    """Replace an attribute, which must be there."""
    before = getattr_static(owner, name)
    value = _watched(value) if isinstance(value, FunctionType) else value
    setattr(owner, name, staticmethod(value) if isinstance(before, staticmethod) else value)


def wrap(owner: Any, name: str, around: Callable[..., Any]) -> None:
    """Replace a function or method by `around(original, *args, **kwargs)`."""
    original = getattr(owner, name)

    def instead(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    instead.__qualname__ = around.__qualname__
    patch(owner, name, instead)


def own(frames: TracebackType | None) -> bool:
    """Whether an exception was raised by a line of a mutant, and not by what it called."""
    last = frames
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and HERE in Path(last.tb_frame.f_code.co_filename).parents


def _watched(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as problem:
            if own(problem.__traceback__):
                stale.append(f"{function.__qualname__}: {type(problem).__name__}: {problem}")
            raise

    return call
