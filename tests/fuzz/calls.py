"""Calls: statements that run steps, alone or beside one another, that send, and that wait."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fuzz.expressions import Expressions
from tests.fuzz.hir import Node, literal, name, node
from tests.fuzz.kinds import BOOL, INT, NONE, TEXT, Kind, list_of, optional
from tests.fuzz.vocabulary import WITNESS, Function, Problem

Made = list[Node]


class Calls(Expressions):
    """Makes statements with effects; each maker gives one or more."""

    def without_calls(self, kind: Kind, depth: int = 2, *, typed: bool = False) -> Node:
        """An expression in which no step may stand."""
        calls, self.calls = self.calls, 0
        made = self.make(kind, depth, typed=typed)
        self.calls = calls
        return made

    def call_statement(self) -> Made:
        function = self.choices.pick(self.scope.functions)
        made = self.any_call(function, calls=True)
        if function.result == NONE or self.choices.chance(15):
            return [node("do", made)]
        return [node("let", self.scope.add(function.result).name, made)]

    def any_call(self, function: Function, *, calls: bool = False) -> Node:
        """A call in any of its forms."""
        before, self.calls = self.calls, self.calls if calls else 0
        arguments = self.arguments(function.parameters, 1)
        self.calls = before
        self.waits |= function.waits
        return node("call", self.callee(function), arguments)

    def callee(self, function: Function) -> str:
        """What is called: the name, `.invoke` or `.options(…)`."""
        if not function.is_step:
            return function.name
        how = self.choices.below(8)
        if how < 4:
            return function.name
        return f"{function.name}.invoke" if how == 4 else f"{function.name}.options({self.options()})"

    def options(self) -> str:
        """Retry, time-out or both."""
        which = self.choices.below(4)
        parts = [f"retry={self.retry()}"] if which != 1 else []
        if which in (1, 2):
            parts.append(f"timeout=timedelta(seconds={self.choices.pick((4, 10))})")
        return ", ".join(parts)

    def retry(self) -> str:
        parts = [f"attempts={self.choices.pick((3, 4, 2, 4, 1))}"]
        if self.choices.chance(60):
            parts.append(f"delay=timedelta(seconds={self.choices.pick((1, 2, 7))})")
        if self.choices.chance(40):
            parts.append(f"factor={self.choices.pick((1.0, 6.0, 3.0, 2.5))}")
        if self.choices.chance(60):
            parts.append(f"max_delay=timedelta(seconds={self.choices.pick((7, 8))})")
        if self.choices.chance(30):
            first, second = (self.choices.pick(self.retried()).name for _ in range(2))
            parts.append(f"on=({first},)" if first == second else f"on=({first}, {second})")
        return f"Retry({', '.join(parts)})"

    def retried(self) -> Sequence[Problem]:
        return (*self.vocabulary.problems, Problem("ValueError", ()), Problem("TimeoutError", ()))

    def gather(self) -> Made:
        chosen: list[Function] = []
        for _ in self.choices.many(2, 4):
            taken = {event for one in chosen for event in one.waits}
            chosen.append(self.choices.pick([one for one in self.scope.functions if not taken & one.waits]))
        calls = tuple(self.any_call(one) for one in chosen)
        if any(one.result == NONE for one in chosen) or self.choices.chance(15):
            return [node("gather", (), calls)]
        targets = tuple(self.scope.add(one.result, unique=True).name for one in chosen)
        return [node("gather", targets, calls)]

    def fan_out(self) -> Made:
        found = [one for one in self.scope.functions if one.parameters and not one.waits]
        function = self.choices.pick(found)
        place = self.choices.below(len(function.parameters))
        of = function.parameters[place][1]
        of = of.inner if of.name == "optional" else of
        source = self._source(of)
        with self.scope.block():
            item = self.scope.add(of, frozen=True, unique=True)
            test = self.without_calls(BOOL, 1) if self.choices.chance(35) else None
            call = self._call_of(function, place, item.name)
        collect = self.choices.chance(30) and function.result != NONE
        limit = self.choices.pick(("", ", max_concurrency=1", ", max_concurrency=2", ", max_concurrency=3"))
        options = f"{limit}{', collect=True' if collect else ''}"
        if collect:
            return self._collected(function.result, call, item.name, source, test, options)
        keep = function.result != NONE and not self.choices.chance(10)
        target = self.scope.add(list_of(function.result)).name if keep else ""
        return [node("fan_out", target, call, item.name, source, test, options)]

    def _source(self, of: Kind) -> Node:
        found = [one for one in self.scope.exactly(list_of(of)) if not one.owned]
        if found and self.choices.chance(60):
            return name(self.choices.pick(found).name)
        return node("list", *(self.without_calls(of, 1) for _ in self.choices.many(2, 5)))

    def _call_of(self, function: Function, place: int, item: str) -> Node:
        """A call that is given the item in one place."""
        given = [
            ("", name(item) if at == place and self.choices.chance(80) else self.without_calls(kind, 1, typed=True))
            for at, (_, kind) in enumerate(function.parameters)
        ]
        return node("call", self.callee(function), tuple(given))

    def _collected(  # noqa: PLR0917
        self, result: Kind, call: Node, item: str, source: Node, test: Node | None, options: str
    ) -> Made:
        """collect=True, and what became of each as values and names of errors."""
        outcomes = self.scope.fresh_name(Kind("list"), unique=True)
        made = [node("fan_out", outcomes, call, item, source, test, options)]
        each = self.scope.fresh_name(Kind("record"), unique=True)
        values = node("map", node("field", name(each), "value"), each, name(outcomes))
        made.append(node("let", self.scope.add(list_of(optional(result))).name, values))
        failed = node("is_some", node("field", name(each), "error"))
        kind_of = node("field", node("field", name(each), "error"), "type")
        named = node("map", node("choose", failed, kind_of, literal("")), each, name(outcomes))
        made.append(node("let", self.scope.add(list_of(TEXT)).name, named))
        return made

    def witness(self) -> Made:
        """Tell a step what some variables are."""
        parts: list[object] = []
        seen = [one for one in self.scope.all() if one.kind in (INT, TEXT, BOOL) or one.kind.name in {"list", "dict"}]
        for one in seen[-8:]:
            is_long = one.kind.name in {"list", "dict"}
            parts += [node("length", name(one.name)) if is_long else name(one.name), ","]
        return [node("do", node("call", WITNESS.name, (("", node("format", *parts)),)))]

    def send(self) -> Made:
        verb = self.choices.pick(("outbox.send", "placed.publish"))
        return [node("send", verb, self.make(self.vocabulary.sent, 1))]

    def sleep(self) -> Made:
        unit = self.choices.pick(("seconds", "minutes", "hours", "days"))
        how = self.choices.below(5)
        amount = literal(self.choices.pick((1, 0, 3, 30))) if how < 3 else self.without_calls(INT, 1)
        if how == 3:
            amount = node("modulo", amount, literal(5))
        more = (("seconds", literal(5)),) if unit != "seconds" and self.choices.chance(20) else ()
        return [node("sleep", ((unit, amount), *more))]

    def wait(self) -> Made:
        event = self.choices.pick(self.vocabulary.events)
        self.waits.add(event.name)
        timeout = f"timeout=timedelta(seconds={self.choices.pick((5, 20, 60))})" if self.choices.chance(75) else ""
        target = "" if self.choices.chance(20) else self.scope.add(event.body).name
        return [node("wait", target, event.variable, timeout)]

    def moment(self) -> Made:
        """now() or uuid4(), kept."""
        how, title = self.choices.pick((("now", "datetime"), ("uuid4", "UUID")))
        return [node("let", self.scope.add(Kind("opaque", None, title)).name, node(how))]
