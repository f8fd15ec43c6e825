"""Handlers whose parameters cannot be filled."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, get_args

from cloudless.app import App
from cloudless.codec import type_name
from cloudless.frontend.checks.body import Consumer, body_types, fits
from cloudless.frontend.functions import hints, is_async, is_generator, original
from cloudless.frontend.parameters import EMPTY, Signature, consumed, is_message, scheduled
from cloudless.frontend.report import Report
from cloudless.function import Function
from cloudless.handler import Handler, Routine, hints_of
from cloudless.ir import Span
from cloudless.message import is_context
from cloudless.pure import Pure
from cloudless.queue import DeadLetters, QueueHandler
from cloudless.runtime.plan import BODIES, BODY, CONTEXT, MESSAGE, MESSAGES
from cloudless.schedule import Schedule
from cloudless.topic import TopicHandler


def signatures(app: App, report: Report) -> None:
    """Every handler can be called with what its source has to give."""
    type_of = body_types(app)
    for handler in app.registered:
        function = original(handler.function)
        if function is None:
            message = f"{handler.name!r} is no function that was written with def"
            span = report.sources.declaration(handler.place)
            report.error("CL121", span, message, "register a function that calls it")
        elif problem := _uncallable(function):
            what, remedy = problem
            report.error("CL121", report.sources.name_of(handler), f"{handler.name!r} {what}", remedy)
        elif _annotations_hold(handler, function, report):
            _Check(handler, function, report).run(type_of)
    for pure in app.pures:
        _pure(pure, report)


def _uncallable(function: FunctionType) -> tuple[str, str] | None:
    """Why nobody can call a function, or to no effect, and what to do; None for all others."""
    if _is_method(function):
        return (
            "is a method, and nobody makes the object that it is called on",
            "register a function outside of the class, which makes the object and calls it",
        )
    if is_generator(function):
        return "has a yield, so a call of it would run nothing", "return what there is, or send a message for each part"
    return None


def _pure(pure: Pure[..., Any], report: Report) -> None:
    """A pure function is a plain one: its arguments travel by name, and nothing in it waits."""
    function = original(pure.function)
    if function is None or is_async(pure.function) or is_generator(function):
        report.error(
            "CL121",
            report.sources.name_of(pure),
            f"pure function {pure.name!r} is no plain function: it computes, and waits for nothing",
            "write it with def, and without yield; what waits is @app.function",
        )
    elif _annotations_hold(pure, function, report):
        _Check(pure, function, report).pure()


def _is_method(function: FunctionType) -> bool:
    """Whether a function stands in a class and takes its object."""
    outer, names = function.__qualname__.rpartition(".")[0], function.__code__.co_varnames
    return bool(outer) and not outer.endswith("<locals>") and names[:1] in {("self",), ("cls",)}


def _annotations_hold(handler: Routine[..., Any], function: FunctionType, report: Report) -> bool:
    try:
        hints_of(function)
    except Exception as problem:  # noqa: BLE001  (the user's annotations may raise anything)
        report.error(
            "CL128",
            report.sources.name_of(handler),
            f"an annotation of {handler.name!r} cannot be evaluated: {problem}",
            "import the type in the handler's module, outside of `if TYPE_CHECKING:`",
        )
        return False
    return True


class _Check:
    """One handler's parameters."""

    def __init__(self, handler: Routine[..., Any], function: FunctionType, report: Report) -> None:
        self.handler = handler
        self.function = function
        self.report = report
        self.signature = Signature(function, hints(handler))

    def pure(self) -> None:
        self._stars()
        self._function()
        for name, hint, _ in self.signature.parameters:
            if is_context(hint):
                self._nothing_for(name, "a pure function knows nothing of who calls it: leave it out")

    def _stars(self) -> None:
        for stars, name in self.signature.stars.items():
            what = f"{self.handler.name!r} takes {stars}{name}, for which there is nothing"
            self.error("CL122", name, what, "name each parameter")

    def run(self, type_of: Callable[[Consumer], Any]) -> None:
        self._stars()
        if isinstance(self.handler, QueueHandler | TopicHandler):
            self._consumer(self.handler, type_of(self.handler))
        elif isinstance(self.handler, Schedule):
            self._schedule()
        elif isinstance(self.handler, Function):
            self._function()

    def error(self, code: str, parameter: str | None, message: str, remedy: str) -> None:
        self.report.error(code, self._span(parameter), message, remedy)

    def _span(self, parameter: str | None) -> Span:
        if parameter is None:
            return self.report.sources.name_of(self.handler)
        return self.report.sources.parameter(self.function, parameter)

    # --- consumers and subscribers

    def _consumer(self, handler: Consumer, kind: Any) -> None:
        batch = handler.consumption.batch_size > 1
        kinds = [(name, hint, consumed(hint, batch)) for name, hint, required in self.signature.parameters if required]
        kinds += [
            (name, hint, consumed(hint, batch))
            for name, hint, required in self.signature.parameters
            if not required and consumed(hint, batch) != BODY
        ]
        bodies = [(name, hint, what) for name, hint, what in kinds if what != CONTEXT]
        if not bodies and not self.signature.stars:
            self.error(
                "CL123", None, f"{handler.name!r} has no parameter for the {_thing(kind)}",
                f"write def {handler.name}({_example(kind, batch)})",
            )  # fmt: skip
        for name, _, _ in bodies[1:]:
            self._nothing_for(name, f"a handler gets one {_thing(kind)}; others are Context, or have a default")
        for name, hint, what in bodies[:1]:
            self._body(name, hint, what, kind, batch)
        more = {name for name, _, _ in bodies[1:]}
        self._positions([name for name, _, _ in kinds if name not in more])

    def _positions(self, names: list[str]) -> None:
        """What a consumer gets is passed by position."""
        for name in names:
            if name in self.signature.keyword_only:
                self._nothing_for(name, "put it before the *")
        order = [name for name, _, _ in self.signature.parameters]
        if order[: len(names)] != [name for name in order if name in names]:
            late = next(name for name in order if name in names and order.index(name) >= names.index(name) + 1)
            self._nothing_for(late, "put parameters that keep their default last")

    def _body(self, name: str, hint: Any, what: str, kind: Any, batch: bool) -> None:
        inner = _inner(hint, what)
        if not batch and what == BODY and _is_list_of(hint, kind):
            size = "batch_size=10"
            self.error("CL126", name, f"{name!r} is a list, but the handler gets one {_thing(kind)} a call",
                       f"say {size}, or write {name}: {_name(kind)}")  # fmt: skip
        elif batch and what not in (BODIES, MESSAGES) and hint is not EMPTY:
            self.error("CL127", name, f"batch_size is above 1, but {name!r} takes one {_thing(kind)}",
                       f"write {name}: list[{type_name(hint)}], or leave batch_size out")  # fmt: skip
        elif not fits(inner, kind):
            self.error("CL125", name, f"{name!r} is {_name(inner)}, but {self._source()} holds {_name(kind)}",
                       self._instead(name, what, kind))  # fmt: skip

    def _source(self) -> str:
        assert isinstance(self.handler, Handler)
        return f"{self.handler.kind} {self.handler.source!r}"

    def _instead(self, name: str, what: str, kind: Any) -> str:
        if kind is DeadLetters:
            return f"write {name}: Message: dead letters may hold what does not fit their queue's type"
        assert isinstance(self.handler, Handler)
        inner = _name(kind)
        written = {MESSAGE: f"Message[{inner}]", BODIES: f"list[{inner}]", MESSAGES: f"list[Message[{inner}]]"}
        return f"write {name}: {written.get(what, inner)}, or declare the {self.handler.kind} with the type"

    # --- schedules and functions

    def _schedule(self) -> None:
        for name, hint, required in self.signature.parameters:
            if required and scheduled(hint) == BODY:
                self._nothing_for(name, "a schedule gives a datetime (the due time) and Context: annotate it so")
            elif name in self.signature.keyword_only:
                self._nothing_for(name, "put it before the *")

    def _function(self) -> None:
        for name in self.signature.positional_only:
            self._nothing_for(name, "arguments travel by name: put it after the /")

    def _nothing_for(self, name: str, remedy: str) -> None:
        self.error("CL124", name, f"{self.handler.name!r} has a parameter {name!r} that nothing fills", remedy)


def _inner(hint: Any, what: str) -> Any:
    """The body's type in an annotation; EMPTY where it says none."""
    if what in (BODIES, MESSAGES):
        hint = next(iter(get_args(hint)), EMPTY)
    return next(iter(get_args(hint)), EMPTY) if is_message(hint) else hint


def _is_list_of(hint: Any, kind: Any) -> bool:
    parts = get_args(hint)
    inner = parts[0] if getattr(hint, "__origin__", None) is list and parts else None
    return inner is not None and hint != kind and (is_message(inner) or (inner == kind and kind not in (object, Any)))


def _name(kind: Any) -> str:
    return "any JSON" if kind in (DeadLetters, object, Any, None) else type_name(kind)


def _thing(kind: Any) -> str:
    return "dead letter" if kind is DeadLetters else "message"


def _example(kind: Any, batch: bool) -> str:
    inner = "message: Message" if kind in (DeadLetters, object, Any) else f"body: {type_name(kind)}"
    name, _, written = inner.partition(": ")
    return f"{name}s: list[{written}]" if batch else inner
