"""The garbage collector, which finds nothing in what a compilation makes, and would walk over it again and again.

A compilation makes objects by the hundred thousand, all of which live as long as it does. Walking over them was two
fifths of the time of a check of 1,000 functions. What nothing refers to any more is freed all the same. Lowest layer.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


class _Kept:
    """Whether this process keeps objects out of collections. Known for good once it does: to count them takes long."""

    def __init__(self) -> None:
        self._known = False

    def __bool__(self) -> bool:
        self._known = self._known or gc.get_freeze_count() > 0
        return self._known


_kept = _Kept()


@contextmanager
def uncollected() -> Generator[None]:
    """Pause the collector, where it runs. What was made meanwhile counts as old then, and is walked over last.

    Of a process that keeps some objects out of collections (gc.freeze), those stay out, and new ones count as new.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not _kept:
            gc.freeze()
            gc.unfreeze()  # into the oldest generation
        gc.enable()


@contextmanager
def left_behind() -> Generator[None]:
    """Leave what is there at the end to the end of the process, which does not collect it before."""
    try:
        yield
    finally:
        gc.freeze()
