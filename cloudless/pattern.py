r"""Regular expressions that are compiled when they are first asked: most processes never ask most of ours.

    _TOKEN = pattern(r"[a-z]+\Z")
    _TOKEN.match(text)                  # compiles, once; then as fast as what `re.compile` gives

Compiling one takes as long as importing a small module, at every cold start and in every first test. Lowest layer.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`; what is wrong with the text is found when it is first asked."""
    late: Any = _Late(text, flags)
    expression: re.Pattern[str] = late
    return expression


class _Late:
    """An expression that keeps those of its methods that were asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Only asked for what is not there yet."""
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found
