"""What a page of the documentation runs in: a process of its own, forked from one that has imported cloudless.

Starting Python and importing pytest, Hypothesis, pydantic and the command line takes most pages longer than what they
show. See tests/hosting/zygote.py, which says what a worker is.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from runpy import run_module
from typing import Any

MODULES = ("pytest", "hypothesis.strategies", "cloudless.testing", "cloudless.cli.commands")
PYTEST, CLI = "pytest", "cloudless.cli"
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The environment of pages: none needs a plugin, and some plugins would have to be there before Hypothesis."""
_ROOT = str(Path(__file__).parents[2])


def forked(arguments: Sequence[str], descriptors: Sequence[int]) -> None:
    """Run one of these modules as `python -m` does. arguments: the folder to run it in, its name, and its own."""
    folder, module, *words = arguments
    os.chdir(folder)
    sys.path[:] = [folder, *(one for one in sys.path if one != _ROOT)]
    sys.argv[1:] = words
    code = _exit_code(module)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code(module: str) -> int:
    try:
        run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code: Any = end.code
        return int(code or 0)
    except BaseException:  # noqa: BLE001  (as Python itself ends)
        traceback.print_exc()
        return 1
    return 0
