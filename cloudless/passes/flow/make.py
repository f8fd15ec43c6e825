"""Statements → Chart."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudless.ir import Orchestration
from cloudless.ir.expression import Const, Expression
from cloudless.ir.statement import (
    Break,
    Call,
    Check,
    Continue,
    Except,
    FanOut,
    For,
    Gather,
    If,
    Let,
    Loop,
    Now,
    Raise,
    Return,
    Send,
    Sleep,
    Statement,
    Try,
    Uuid,
    Wait,
)
from cloudless.node import replace
from cloudless.passes.flow import chart
from cloudless.passes.flow.chart import Block, Box, Chart, Choice, Frame, Part, ends
from cloudless.passes.flow.names import Names, Statements, walk
from cloudless.passes.flow.phrase import negated
from cloudless.passes.flow.saga import MARKS, Saga, saga
from cloudless.passes.flow.steps import Words, duration, limits, sent

_WORK = frozenset({chart.STEP, chart.PURE, chart.CHILD, chart.SEND, chart.PUBLISH, chart.WAIT})


def chart_of(orchestration: Orchestration) -> Chart:
    """The flow chart of an orchestration."""
    maker = _Maker(Words(Names(orchestration), orchestration.calls))
    given = ", ".join(one.name for one in orchestration.parameters)
    within = (f"time-out {duration(orchestration.timeout_s)}",) if orchestration.timeout_s else ()
    start = maker.box(chart.START, f"{orchestration.name}({given})", "start", within)
    body = maker.block(_without_end(orchestration.body))
    end = () if ends(body) else (maker.box(chart.END, "end", "finish"),)
    return Chart(orchestration.name, (start, *body, *end))


def _without_end(body: Statements) -> Statements:
    """Without the return of nothing at the very end, which most programs do not say."""
    last = body[-1] if body else None
    is_silent = isinstance(last, Return) and isinstance(last.value, Const) and last.value.value is None
    return body[:-1] if is_silent else body


class _Open:
    """A saga whose block is being read. before: the id of what did something last before it."""

    def __init__(self, saga: Saga, before: str) -> None:
        self.saga = saga
        self.undone: list[Box] = []
        self._before = before
        self._is_ahead = False  # registrations stand before their steps, as that of the first one does

    def beside(self, latest: str) -> str:
        """The id of the step that a registration belongs to; "" until that is found."""
        self._is_ahead = self._is_ahead or latest == self._before
        return "" if self._is_ahead else latest

    def found(self, id: str) -> None:
        """Give a step to the registrations before it that have none."""
        self.undone = [box if box.undoes else replace(box, undoes=id) for box in self.undone]


class _Maker:
    """words: what statements say."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ids: set[str] = set()
        self._sagas: list[_Open] = []
        self._latest = ""  # id of what did something last
        self._gave: dict[str, str] = {}  # variable → id of the box that gave its value

    def block(self, block: Statements) -> Block:
        """What a reader sees of some statements; nothing of those that are never reached."""
        found: list[chart.Item] = []
        for one in block:
            found += _MAKERS[type(one)](self, one)
            if ends(tuple(found)):
                break
        return tuple(found)

    def box(self, kind: str, text: str, hint: str, details: tuple[str, ...] = (), undoes: str = "") -> Box:
        """A box with an id of its own."""
        made = Box(kind, text, self._id(hint), details, undoes)
        if kind in _WORK:
            self._latest = made.id
            for one in self._sagas:
                one.found(made.id)
        return made

    def _work(self, target: str, made: Box) -> Block:
        """A box that gives a value."""
        self._gave[self._words.target(target)] = made.id
        return (made,)

    def _id(self, hint: str) -> str:
        """A readable id that no other has."""
        plain = re.sub(r"\W+", "_", hint, flags=re.ASCII).strip("_") or "box"
        name, number = plain, 2
        while name in self._ids:
            name, number = f"{plain}_{number}", number + 1
        self._ids.add(name)
        return name

    # --- boxes

    def let(self, one: Let) -> Block:
        for opened in self._sagas:
            registered = opened.saga.registered(one)
            if registered is not None:
                self._register(opened, *registered)
        return ()

    def _register(self, opened: _Open, call: Call, arguments: dict[str, Expression]) -> None:
        """A compensation undoes what gave its arguments; else the step beside which it is registered."""
        given = [self._gave[name] for name in self._words.variables(arguments.values()) if name in self._gave]
        undoes = given[-1] if given else opened.beside(self._latest)
        text = self._words.phrases.call(call.callee, arguments)
        opened.undone.append(self.box(chart.UNDO, text, f"undo_{call.callee}", limits(call), undoes))

    def nothing(self, _: Check | Now | Uuid) -> Block:
        return ()

    def call(self, one: Call) -> Block:
        kind, details = self._words.kind(one), (*limits(one), *_noted(one))
        return self._work(one.target, self.box(kind, self._words.call(one), f"{kind}_{one.callee}", details))

    def send(self, one: Send) -> Block:
        late = (f"in {duration(one.delay_s)}",) if one.delay_s else ()
        return (self.box(sent(one), self._words.send(one), f"{one.verb}_{one.resource}", (*late, *_noted(one))),)

    def sleep(self, one: Sleep) -> Block:
        return (self.box(chart.SLEEP, self._words.sleep(one), "sleep", _noted(one)),)

    def wait(self, one: Wait) -> Block:
        details = (*self._words.until(one), *_noted(one))
        return (self.box(chart.WAIT, self._words.wait(one), f"wait_{one.event}", details),)

    def jump(self, one: Break | Continue) -> Block:
        word = type(one).__name__.lower()
        return (self.box(chart.JUMP, word, word),)

    def return_(self, one: Return) -> Block:
        return (self.box(chart.RETURN, self._words.returned(one), "return"),)

    def raise_(self, one: Raise) -> Block:
        return (self.box(chart.RAISE, self._words.raised(one), "raise"),)

    # --- choices and frames

    def if_(self, one: If) -> Block:
        name, before = self._id("if"), self._latest
        then = self.block(one.then)
        self._latest = before if ends(then) else self._latest
        otherwise = self.block(one.otherwise)
        if then:
            return (Choice(one.note or self._words.phrases.of(one.test), name, then, otherwise),)
        test = one.note or self._words.phrases.of(negated(one.test))
        return (Choice(test, name, otherwise, ()),) if otherwise else ()

    def loop(self, one: Loop) -> Block:
        test, body = _while(one)
        text = "while True" if test is None else f"while {self._words.phrases.of(negated(test.test))}"
        is_endless = test is None and not any(isinstance(x, Break) and x.label == one.label for x in walk(one.body))
        return self._frame(chart.LOOP, text, self._body(body), _noted(one), is_last=is_endless)

    def for_(self, one: For) -> Block:
        return self._frame(chart.LOOP, self._words.loop(one), self._body(one.body), _noted(one))

    def gather(self, one: Gather) -> Block:
        parts = tuple(Part(chart.BODY, "", self._branch(branch.body)) for branch in one.branches)
        return self._frame(chart.GATHER, "", parts, _noted(one))

    def fan_out(self, one: FanOut) -> Block:
        limit = (f"at most {one.limit} at a time",) if one.limit else ()
        kept = ("errors are collected",) if one.collect else ()
        parts = (Part(chart.BODY, "", self._branch(one.branch.body)),)
        return self._frame(chart.FAN_OUT, self._words.fan_out(one), parts, (*limit, *kept, *_noted(one)))

    def _branch(self, body: Statements) -> Block:
        """A branch is left at its end: that says nothing."""
        return self.block(body[:-1] if body and isinstance(body[-1], Return) else body)

    def _body(self, body: Statements) -> tuple[Part, ...]:
        return (Part(chart.BODY, "", self.block(body)),)

    def _frame(
        self, kind: str, text: str, parts: tuple[Part, ...], details: tuple[str, ...], *, is_last: bool = False
    ) -> Block:
        """A frame, unless there is nothing to be seen in it."""
        if not any(part.body for part in parts):
            return ()
        self._latest = name = self._id(kind)
        return (Frame(kind, text, name, parts, details, is_last),)

    def try_(self, one: Try) -> Block:
        known = saga(one)
        return self._attempt(one) if known is None else self._saga(one, known)

    def _attempt(self, one: Try) -> Block:
        body = self.block(one.body)
        handlers = [Part(chart.EXCEPT, self._caught(each), self.block(each.body)) for each in one.handlers]
        otherwise, last = self.block(one.otherwise), self.block(one.last)
        if not handlers and not last:
            return (*body, *otherwise)
        parts = (
            Part(chart.BODY, "", body or self._computed(one.body)),
            *handlers,
            *([Part(chart.ELSE, "", otherwise)] if otherwise else []),
            *([Part(chart.FINALLY, "", last)] if last else []),
        )
        if not any([body, otherwise, last, *(each.body for each in handlers)]):
            return ()
        left = ends(last) or (ends((*body, *otherwise)) and all(ends(each.body) for each in handlers))
        return self._frame(chart.TRY, "", parts, _noted(one), is_last=left)

    def _computed(self, body: Statements) -> Block:
        """What can fail, where no step does."""
        checks = [one.error for one in body if isinstance(one, Check)]
        return (self.box(chart.NOTE, " or ".join(dict.fromkeys(checks)) or "…", "note"),)

    def _caught(self, one: Except) -> str:
        name = self._words.item(one.target) if one.target else ""
        return ", ".join(one.names) + (f" as {name}" if name and name != "…" else "")

    def _saga(self, one: Try, known: Saga) -> Block:
        opened = _Open(known, self._latest)
        self._sagas.append(opened)
        body = self.block(one.body)
        self._sagas.pop()
        parts = [Part(chart.BODY, "", body)]
        if opened.undone:
            shown = {item.id for item in chart.walk(body)}
            lane = tuple(box if box.undoes in shown else replace(box, undoes="") for box in opened.undone)
            parts.append(Part(chart.UNDOING, "", lane))
        return self._frame(chart.SAGA, "", tuple(parts), _noted(one), is_last=ends(body))


def _noted(one: Statement) -> tuple[str, ...]:
    """What a statement says of itself, but for the marks of sagas."""
    return (one.note,) if one.note and one.note not in MARKS else ()


def _while(one: Loop) -> tuple[If | None, Statements]:
    """The condition under which a loop is left before anything happens in a round, and the rest of the round."""
    for at, inner in enumerate(one.body):
        if isinstance(inner, If):
            is_head = not inner.otherwise and [type(x) for x in inner.then] == [Break]
            return (inner, one.body[at + 1 :]) if is_head else (None, one.body)
        if not isinstance(inner, (Let, Check)):
            break
    return None, one.body


_MAKERS: dict[type, Callable[[_Maker, Any], Block]] = {
    Let: _Maker.let, Call: _Maker.call, Send: _Maker.send, Sleep: _Maker.sleep, Now: _Maker.nothing,
    Uuid: _Maker.nothing, Wait: _Maker.wait, Check: _Maker.nothing, If: _Maker.if_, Loop: _Maker.loop,
    For: _Maker.for_, Break: _Maker.jump, Continue: _Maker.jump, Return: _Maker.return_, Raise: _Maker.raise_,
    Try: _Maker.try_, Gather: _Maker.gather, FanOut: _Maker.fan_out,
}  # fmt: skip
