"""Permissions from references: every handler gets what its code mentions, and each grant cites its line.

The code of a handler is followed through every function, class and container of the user's that it
mentions (analysis.py). `handle.verb` grants the verb, called or not. A bare handle that goes where it cannot
be followed (an argument of a library's function, an attribute of an unknown object) is an error, which
`uses=[orders.send]` on the handler settles.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cloudless.app import App
from cloudless.frontend import call
from cloudless.frontend.analysis import Analysis, Facts
from cloudless.frontend.frame import Frame
from cloudless.frontend.functions import original, plain
from cloudless.frontend.handles import Handle
from cloudless.frontend.report import Report
from cloudless.frontend.telling import EVERYTHING, NO_ONE, Telling, TooMany
from cloudless.frontend.territory import Territory
from cloudless.frontend.types import dotted
from cloudless.frontend.values import Item, Verb
from cloudless.handler import Handler, Routine
from cloudless.ir import Application, Grant, Span
from cloudless.node import replace
from cloudless.pure import Pure


class Permissions:
    """What the code of each handler was seen to mention.

    telling: the way of following; by default the most exact one that comes to an end (telling.py).
    """

    def __init__(self, app: App, report: Report, telling: Telling | None = None) -> None:
        self._report = report
        self._sources = report.sources
        self._territory = Territory(_modules(app))
        self.analysis = self._follow(app, telling) if telling else self._followed(app)
        self._facts = {handler: list(self.analysis.reached([handler])) for handler in app.registered}

    def _followed(self, app: App) -> Analysis:
        """Every handler's code, followed in the most exact of the ways that come to an end: telling.py."""
        try:
            return self._follow(app, EVERYTHING)
        except TooMany:
            roughly = self._follow(app, NO_ONE)
        try:
            return self._follow(app, Telling(roughly.relevant()))
        except TooMany:
            return roughly

    def _follow(self, app: App, telling: Telling) -> Analysis:
        analysis = Analysis(self._sources, self._territory, telling)
        for handler in app.registered:
            analysis.follow(handler, partial(_root, analysis, handler, (*handler.settings.uses, *handler.also)))
        for pure in app.pures:
            analysis.follow(pure, partial(_root, analysis, pure, ()))
        analysis.settle()
        return analysis

    def grants(self, handler: Handler[..., Any]) -> tuple[Grant, ...]:
        """The grants of a handler, in order, each with every line that asks for it."""
        found: dict[tuple[Handle, str], set[Span]] = {}
        for facts in self._facts[handler]:
            for asked, spans in facts.grants.items():
                found.setdefault(asked, set()).update(spans)
        for asked in self._used(handler):
            found.setdefault(asked, set()).add(self._sources.option(handler.place, "uses"))
        return tuple(
            sorted(
                Grant(noun=handle.noun, name=handle.name, verb=verb, spans=_one_a_line(spans))
                for (handle, verb), spans in found.items()
            )
        )

    def _used(self, handler: Handler[..., Any]) -> set[tuple[Handle, str]]:
        """What `uses=` grants: bound methods of handles, and secrets, which have but one verb."""
        found: set[tuple[Handle, str]] = set()
        for item in self._uses(handler):
            if isinstance(item, Verb) and item.verb:
                found.add((item.handle, item.verb))
            elif isinstance(item, Handle) and item.noun == "secret":
                found.add((item, "read"))
        return found

    def _uses(self, handler: Handler[..., Any]) -> Iterator[Item]:
        for use in (*handler.settings.uses, *handler.also):
            yield from self.analysis.lifter.lift(use)

    def raises(self, handler: Handler[..., Any]) -> set[type[Exception]]:
        """Exception classes that the code of a handler names in `raise` and `except`."""
        return {kind for facts in self._facts[handler] for kind in facts.raises}

    # --- problems

    def check(self, handler: Handler[..., Any]) -> None:
        """Report what could not be followed, unless `uses=` says what is meant; and changes of globals."""
        self._check_uses(handler)
        settled = {handle for handle, _ in self._used(handler)}
        for facts in self._facts[handler]:
            for handle, span in facts.escapes:
                if handle not in settled:
                    self._escaped(handler, handle, span)
            for span, what in facts.blind.items():
                if not handler.settings.uses:
                    self._unread(handler, span, what)
            for span, name in facts.globals.items():
                self._report.warning(
                    "CL303",
                    span,
                    f"{name!r} is changed here: each instance of a function has its own, and loses it",
                    "keep state in a queue, a topic or a database",
                )

    def check_pure(self, pure: Pure[..., Any]) -> None:
        """Report what a pure function would need permissions for: it runs anywhere, and any number of times."""
        for facts in self.analysis.reached([pure]):
            asked = {(handle, span) for (handle, _), spans in facts.grants.items() for span in spans}
            for handle, span in asked | facts.escapes:
                self._report.error(
                    "CL304",
                    span,
                    f"pure function {pure.name!r} uses {handle.noun} {handle.name!r}, and has no permissions",
                    "do that in a function, or in the orchestration, and pass the pure function what it needs",
                )

    def _check_uses(self, handler: Handler[..., Any]) -> None:
        for item in self._uses(handler):
            if isinstance(item, Handle) and item.noun != "secret":
                self._report.error(
                    "CL150",
                    self._sources.option(handler.place, "uses"),
                    f"uses= of {handler.name!r} names {item.noun} {item.name!r}, but not what is done to it",
                    f"name the method, e.g. uses=[{self._written(item)}]",
                )

    def _escaped(self, handler: Handler[..., Any], handle: Handle, span: Span) -> None:
        self._report.error(
            "CL301",
            span,
            f"{handle.noun} {handle.name!r} goes where permissions cannot follow it from {handler.name!r}",
            f"pass a method, or say what is used on the handler: uses=[{self._written(handle)}]",
        )

    def _unread(self, handler: Handler[..., Any], span: Span, what: str) -> None:
        self._report.error(
            "CL302",
            span,
            f"{what} cannot be read, so the permissions of {handler.name!r} may lack something",
            "say on the handler what is used there, e.g. uses=[orders.send]",
        )

    def _written(self, handle: Handle) -> str:
        """How a remedy writes the use of a handle."""
        name = handle.name.removesuffix("-dead-letters").replace("-", "_")
        method = "" if handle.noun == "secret" else f".{handle.example()}"
        return f"{name}.dead_letters{method}" if handle.name.endswith("-dead-letters") else f"{name}{method}"


def _root(analysis: Analysis, routine: Routine[..., Any], uses: tuple[Any, ...]) -> Callable[[Facts], None]:
    """The job of a handler: its function, as the cloud calls it, and what it says that it uses."""
    frame = Frame(analysis, routine.place.file, {}, {})
    at = ast.Constant(None)

    def job(facts: Facts) -> None:
        frame.facts = facts
        function = plain(routine.function) or original(routine.function)
        for mentioned in (function, *uses):
            value = analysis.lifter.lift(mentioned)
            call.follow_handlers(frame, value)
            for item in value:
                if not isinstance(item, Verb | Handle):
                    call.mention(frame, item, at)

    return job


def _one_a_line(spans: set[Span]) -> tuple[Span, ...]:
    lines: dict[tuple[str, int], Span] = {}
    for span in sorted(spans):
        lines.setdefault((span.file, span.line), span)
    return tuple(lines.values())


def _modules(app: App) -> set[str]:
    """Names of the modules in which handlers and pure functions are written."""
    functions = [original(one.function) for one in (*app.registered, *app.pures)]
    return {function.__module__ for function in functions if function is not None}


def permitted(app: App, application: Application, report: Report) -> Application:
    """The application with the grants of every handler and the exceptions that its functions declare."""
    permissions = Permissions(app, report)
    first: dict[str, Handler[..., Any]] = {}
    for handler in app.registered:
        permissions.check(handler)
        first.setdefault(handler.name, handler)
    for pure in app.pures:
        permissions.check_pure(pure)
    granted = [replace(one, grants=permissions.grants(first[one.name])) for one in application.handlers]
    functions = [
        replace(one, raises=tuple(sorted({*one.retry.on, *map(dotted, permissions.raises(first[one.handler]))})))
        for one in application.functions
    ]
    return replace(application, handlers=tuple(granted), functions=tuple(functions))
