"""Known: what was compiled of an app, for as long as it would come out the same."""

from __future__ import annotations

from typing import Any

from cloudless.app import App
from cloudless.frontend.functions import original
from cloudless.frontend.reads import Reads
from cloudless.frontend.source import Sources
from cloudless.ir import Application, Diagnostic


class Known:
    """reads: what the compilation looked at. To them is added what was declared, and how functions are annotated."""

    def __init__(self, app: App, application: Application, problems: tuple[Diagnostic, ...], reads: Reads) -> None:
        self.application = application
        self.problems = problems
        self._reads = reads
        for one in _declared(app):
            reads.note_deep(one)
        for routine in (*app.registered, *app.pures, *app.orchestrations):
            function = original(routine.function)
            reads.note(function)
            reads.note_deep(getattr(function, "__annotations__", None))

    def is_current(self) -> bool:
        """Whether compiling its app once more would give the same."""
        return self._reads.are_current(Sources().of)


def _declared(app: App) -> tuple[Any, ...]:
    """What an app holds. What its handles hold is set when they are declared."""
    return (app.declared, app.registered, app.subscriptions, app.handlers, app.orchestrations, app.pures, app.errors)
