"""Where something stands in the user's source."""

from __future__ import annotations

from cloudless.node import node


@node(order=True)
class Span:
    """file: as given to people, relative to the project where it can be. line: from 1, 0 if unknown.

    column: from 1. end_column: one past the last character on that line; equal to `column` if unknown.
    """

    file: str
    line: int
    column: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
