"""Every problem of a program, collected; shown once, in source order."""

from __future__ import annotations

from cloudless.frontend.source import Sources
from cloudless.ir import ERROR, WARNING, Diagnostic, Span


class Report:
    """Problems so far. Codes are those of codes.py."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._found: dict[Diagnostic, None] = {}

    def error(self, code: str, span: Span, message: str, remedy: str = "") -> None:
        """Add something that must be mended."""
        self._add(Diagnostic(code, message, span, remedy, ERROR, self.sources.text(span)))

    def warning(self, code: str, span: Span, message: str, remedy: str = "") -> None:
        """Add something that is probably not meant."""
        self._add(Diagnostic(code, message, span, remedy, WARNING, self.sources.text(span)))

    def take(self, problem: Diagnostic) -> None:
        """Add a problem that a pass found in the IR, with its line of source."""
        line = self.sources.text(problem.span)
        self._add(Diagnostic(problem.code, problem.message, problem.span, problem.remedy, problem.severity, line))

    def _add(self, problem: Diagnostic) -> None:
        self._found[problem] = None

    def problems(self) -> list[Diagnostic]:
        """All of them, in source order, each once."""
        return sorted(self._found, key=lambda problem: (problem.span, problem.code, problem.message))
