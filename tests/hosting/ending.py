"""How a fork ends: as Python ends a program that it ran, with its exit code and its last output."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn


def live(work: Callable[[], None]) -> NoReturn:
    """Carry out what a fork is for, and end it. https://docs.python.org/3/library/sys.html#sys.exit says its code."""
    code = _code_of(work)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _code_of(work: Callable[[], None]) -> int:
    try:
        work()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001  (as Python itself ends)
        traceback.print_exc()
        return 1
    return 0
