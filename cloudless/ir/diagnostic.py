"""One problem of a program: what, where, why, and what to write instead."""

from __future__ import annotations

from cloudless.ir.span import Span
from cloudless.node import node

ERROR = "error"
WARNING = "warning"


@node()
class Diagnostic:
    """code: stable, e.g. "CL101"; docs/errors has a page for each. remedy: what to do instead, imperative.

    source: the line of the program that the span points into, "" if it could not be read.
    """

    code: str
    message: str
    span: Span
    remedy: str = ""
    severity: str = ERROR
    source: str = ""

    def render(self) -> str:
        """The problem as people read it: place, code, message, the line with a caret, the remedy."""
        lines = [f"{self.span}  {self.code}  {self.message}"]
        if self.source:
            lines += [f"    {self.source.rstrip()}", f"    {self._caret()}"]
        if self.remedy:
            lines.append(f"    instead: {self.remedy}")
        return "\n".join(lines)

    def _caret(self) -> str:
        lead = "".join("\t" if char == "\t" else " " for char in self.source[: self.span.column - 1])
        return lead + "^" * max(1, self.span.end_column - self.span.column)
