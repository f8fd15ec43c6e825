"""Which code is the user's: it is followed; the standard library, installed packages and we are not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from types import FunctionType

from cloudless.source import PROGRAMS, is_ours

_STANDARD = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120  (pathlib and sysconfig cost 5 ms of a test run)
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class Territory:
    """modules: names of modules that are the user's wherever they lie, with everything in their packages."""

    def __init__(self, modules: Iterable[str]) -> None:
        roots = {name.partition(".")[0] for name in modules} - {"cloudless"}
        self._own = (PROGRAMS, *filter(None, map(_home, roots)))
        self._known: dict[str, bool] = {}

    def holds(self, file: str) -> bool:
        """Whether a file is the user's."""
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._judge(file)
        return known

    def holds_module(self, name: str) -> bool:
        """Whether a module, imported already, is the user's."""
        module = sys.modules.get(name)
        return self.holds(getattr(module, "__file__", None) or "<unknown>")

    def holds_function(self, function: FunctionType) -> bool:
        """Whether a function was written by the user, in a file that can be read."""
        return self.holds(function.__code__.co_filename)

    def _judge(self, file: str) -> bool:
        if file.startswith(self._own):
            return True
        if is_ours(file) or file.startswith("<frozen") or file in ("<string>", "<unknown>"):
            return False
        return not file.startswith(_STANDARD) and not any(folder in file for folder in _INSTALLED)


def _home(root: str) -> str:
    """The folder of a package, with a slash; the file of a plain module; "" where it has none."""
    file = getattr(sys.modules.get(root), "__file__", None)
    if not file:
        return ""
    folder, _, name = file.rpartition(os.sep)
    return f"{folder}{os.sep}" if name == "__init__.py" else str(file)
