"""Statements: blocks of a wanted size, and whether what follows them could be reached.

A variable is in sight from its first assignment to the end of its block; where both arms of an `if`, or a body and its
handlers, assign one, it outlives them. What may be changed in place is `owned`: made fresh, without a second name.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.fuzz.calls import Calls, Made
from tests.fuzz.hir import Block, Node, literal, name, names_in, node
from tests.fuzz.kinds import BOOL, FLOAT, INT, NONE, TEXT, Kind, dict_of, is_changeable, list_of, optional
from tests.fuzz.scope import Scope, Variable
from tests.fuzz.vocabulary import ANY_PROBLEM, BUILTIN_PROBLEMS, COMPENSATION, LOOKUP, Problem, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.fuzz.choices import Choices

ENDS = {"return", "leave", "raise", "again", "break", "continue"}
MAX_DEPTH = 4


def ends(block: Block) -> bool:
    """Whether nothing follows a block."""
    return any(_ends(one) for one in block)


def _ends(one: Node) -> bool:
    if one.kind in ENDS:
        return True
    if one.kind == "saga":
        return ends(one.parts[1])
    if one.kind == "if":
        arms, otherwise = one.parts
        return otherwise is not None and ends(otherwise) and all(ends(then) for _, then in arms)
    if one.kind == "try":
        body, handlers, otherwise, last = one.parts
        through = ends(body) or (otherwise is not None and ends(otherwise))
        return (last is not None and ends(last)) or (through and all(ends(handler) for _, _, handler in handlers))
    return False


class Statements(Calls):
    """Makes blocks. result: what the orchestration returns. budget: statements that may still be made."""

    def __init__(self, choices: Choices, vocabulary: Vocabulary, scope: Scope, result: Kind, budget: int) -> None:
        super().__init__(choices, vocabulary, scope)
        self.calls = 1
        self.result = result
        self.budget = budget
        self.depth = 0
        self.rounds = 1
        self.loops = 0
        self.sagas: list[str] = []
        self.caught: list[str] = []

    def body(self) -> Block:
        """The whole body, which ends in a return where the orchestration has a result."""
        made = self.block(1, 10)
        if ends(made) or (self.result == NONE and self.choices.chance(50)):
            return self._opened(made)
        if self.choices.chance(80):
            made = (*made, *self.witness())
        return self._opened((*made, self.returned()))

    def _opened(self, made: Block) -> Block:
        first = {"datetime": ("began", "now"), "UUID": ("own_id", "uuid4")}
        return (*(node("let", first[one][0], node(first[one][1])) for one in sorted(self.opaque)), *made)

    def block(self, least: int = 1, most: int = 3) -> Block:
        """Some statements; the last may end the block."""
        made: list[Node] = []
        for _ in self.choices.many(least, most):
            self.budget -= 1
            made += self.statement()
            if ends(tuple(made)):
                break
        return tuple(made)

    def inner(self, most: int = 3) -> Block:
        """A block one level down, whose variables end with it."""
        with self.scope.block():
            self.depth += 1
            made = self.block(1, most)
            self.depth -= 1
        return made

    def statement(self) -> Made:
        makers = list(_SIMPLE)
        if self.budget > 0 and self.depth < MAX_DEPTH:
            makers += _NESTED
            makers += _LOOPS if self.loops < 2 else ()
        if self.loops:
            makers += [Statements.jump] * 2
        if self.sagas:
            makers += [Statements.undo] * 5
        if self.depth:
            makers.append(Statements.leave)
        return self.choices.pick(makers)(self)

    # variables

    def let(self) -> Made:
        kind = self.choices.pick(self._interesting())
        if self.choices.chance(25):
            return self.own()
        annotated = kind.name in {"list", "dict", "optional"} or kind == FLOAT
        value = self.assigned(kind, 3)
        variable = self.scope.add(kind, unique=annotated)
        return [node("let", variable.name, value, str(kind) if annotated else None)]

    def assigned(self, kind: Kind, depth: int) -> Node:
        """What a variable of a kind may be given. One that is optional gets what may be None: else it would not be."""
        if kind.name != "optional":
            return self.make(kind, depth, typed=kind.name in {"list", "dict"})
        found = [one for one in self.scope.exactly(kind) if not one.owned]
        how = self.choices.below(3)
        if found and how == 0:
            return name(self.choices.pick(found).name)
        if how == 1:
            return self.got(kind, depth - 1)
        return node("choose", self.make(BOOL, 1), literal(None), self.make(kind.inner, depth - 1))

    def own(self) -> Made:
        """A list, dict or record of one's own, which may be changed in place."""
        kinds = (list_of(INT), list_of(TEXT), dict_of(INT), list_of(list_of(INT)), *self.vocabulary.record_kinds())
        kind = self.choices.pick(kinds)
        value = self._fresh(kind)
        variable = self.scope.add(kind, owned=True, unique=True)
        return [node("let", variable.name, value, str(kind) if kind.name != "record" else None)]

    def _fresh(self, kind: Kind) -> Node:
        if kind.name == "record":
            return self.built(kind, 1)
        if self.choices.chance(40):
            return literal([] if kind.name == "list" else {})
        return self.display(kind, 1) if kind.name == "list" else self.mapped(kind, 1)

    def _interesting(self) -> list[Kind]:
        records = [*self.vocabulary.record_kinds(), *self.vocabulary.enum_kinds()]
        return [INT, TEXT, BOOL, list_of(INT), FLOAT, dict_of(INT), optional(INT), list_of(list_of(INT)), *records,
                list_of(list_of(list_of(INT))), list_of(optional(INT)), dict_of(optional(TEXT)),
                list_of(self.choices.pick(records)), *self.scope.kinds()]  # fmt: skip

    def assign(self) -> Made:
        """Give a variable another value; numbers in loops stay small."""
        found = [one for one in self.scope.assignable() if not one.owned]
        if not found:
            return self.let()
        variable = self.choices.pick(found)
        value = self.assigned(variable.kind, 2)
        if self.loops and variable.kind == INT:
            value = node("modulo", value, literal(1009))
        if self.loops and variable.kind == FLOAT:
            value = self.constant(FLOAT)
        if self.loops and variable.kind in (TEXT, list_of(TEXT)):  # else they could double in each round
            value = self.leaf(variable.kind)
        return [node("let", variable.name, value)]

    def augment(self) -> Made:
        found = [one for one in self.scope.assignable() if one.kind in (INT, FLOAT, TEXT) and not one.owned]
        if not found:
            return self.change()
        variable = self.choices.pick(found)
        if variable.kind == TEXT:
            return [node("augment", variable.name, "+", self.leaf(TEXT) if self.loops else self.make(TEXT, 1))]
        operators = ("+", "-", "*", "//", "%") if variable.kind == INT else ("+", "-", "/")
        operator = self.choices.pick(operators)
        if operator == "*" and self.loops:
            operator = "-"
        value = self.constant(variable.kind) if self.loops or operator == "*" else self.make(variable.kind, 1)
        return [node("augment", variable.name, operator, value)]

    def change(self) -> Made:
        """Change something owned in place: append, +=, an item, a field."""
        found = [one for one in self.scope.all() if one.owned and not one.frozen]
        if not found:
            return self.own()
        variable = self.choices.pick(found)
        kind = variable.kind
        if kind.name == "list":
            return [self._grown(variable)]
        if kind.name == "dict":
            return [node("set_item", variable.name, self.key_text(1), self.make(kind.inner, 1, typed=True))]
        field, of = self.choices.pick(self.vocabulary.fields[kind.title])
        value = self.make(of, 1, typed=True)
        if self.vocabulary.styles[kind.title] == "mapping":
            return [node("set_item", variable.name, literal(field), value)]
        return [node("set_field", variable.name, field, value)]

    def _grown(self, variable: Variable) -> Node:
        how = self.choices.below(4)
        if how < 2:
            return node("append", variable.name, self.make(variable.kind.inner, 1, typed=True))
        if how == 2:
            return node("augment", variable.name, "+", self.display(variable.kind, 1))
        return node("set_item", variable.name, self.index(1), self.make(variable.kind.inner, 1, typed=True))

    def swap(self) -> Made:
        """Swap two variables of one kind, if there are any."""
        by_kind: dict[Kind, list[Variable]] = {}
        for one in self.scope.assignable():
            if not one.owned and not is_changeable(one.kind):
                by_kind.setdefault(one.kind, []).append(one)
        found = [several for several in by_kind.values() if len(several) > 1]
        if not found:
            return self.assign()
        left, right, *_ = self.choices.pick(found)
        return [node("swap", left.name, right.name)]

    # ways out

    def returned(self) -> Node:
        if self.result == NONE:
            return node("leave")
        owned = [
            one for one in self.scope.exactly(self.result) if one.owned and not self.depth
        ]  # no finally changes it
        if owned and self.choices.chance(50):
            return node("return", name(self.choices.pick(owned).name))
        return node("return", self.make(self.result, 3, typed=True))

    def leave(self) -> Made:
        """A return or a raise."""
        if self.choices.chance(40):
            return [self.returned()]
        return [self.raised()]

    def raised(self) -> Node:
        if self.caught and self.choices.chance(50):
            caught = self.caught[-1]
            return node("raise", name(caught)) if caught and self.choices.chance(40) else node("again")
        problem = self.choices.pick((*self.vocabulary.problems, Problem("ValueError", ())))
        return node("raise", self.new_error(problem, 1))

    def jump(self) -> Made:
        how = node(self.choices.pick(("break", "continue")))
        if self.choices.chance(70):
            return [node("if", ((self.make(BOOL, 1), (how,)),), None)]
        return [how]

    # nested statements

    def if_(self) -> Made:
        arms = [(self.make(BOOL), self.inner())]
        if self.choices.chance(30):
            arms.append((self.make(BOOL, 1), self.inner()))
        otherwise = self.inner() if self.choices.chance(50) else None
        return [node("if", tuple(arms), otherwise)]

    def if_let(self) -> Made:
        """A variable that each arm assigns."""
        kind = self.choices.pick(self._interesting())
        test = self.make(BOOL)
        new = self.scope.fresh_name(kind, unique=True)
        first = self._assigning(new, kind, str(kind))
        arms = [first, self._assigning(new, kind, str(kind) if ends(first) else None)]
        if not all(ends(arm) for arm in arms):
            self.scope.put(Variable(new, kind))
        return [node("if", ((test, arms[0]),), arms[1])]

    def _assigning(self, new: str, kind: Kind, annotation: str | None = None) -> Block:
        with self.scope.block():
            self.depth += 1
            made = self.block(0, 2)
            if not ends(made):
                made = (*made, node("let", new, self.assigned(kind, 2), annotation))
            self.depth -= 1
        return made

    def narrow(self) -> Made:
        """`if x is not None:`, or a way out where it is None."""
        found = [one for one in self.scope.all() if one.kind.name == "optional" and not one.owned]
        if not found:
            kind = optional(self.choices.pick((INT, TEXT, list_of(INT), *self.vocabulary.record_kinds())))
            value = self.assigned(kind, 2)
            return [node("let", self.scope.add(kind, unique=True).name, value, str(kind))]
        variable = self.choices.pick(found)
        seen = Variable(variable.name, variable.kind.inner, frozen=True)
        if self.choices.chance(30):
            self.scope.hide(variable)
            way_out = self.leave()
            self.scope.put(seen)
            return [node("if", ((node("is_none", name(variable.name)), tuple(way_out)),), None)]
        with self.scope.block():
            self.scope.put(seen)
            then = self.inner()
        if self.choices.chance(50):
            if ends(then):
                self.scope.hide(variable)
            return [node("if", ((node("is_some", name(variable.name)), then),), None)]
        with self.scope.block():
            self.scope.put(Variable(variable.name, NONE, frozen=True))
            otherwise = self.inner(2)
        if ends(then) or ends(otherwise):
            self.scope.hide(variable)
        return [node("if", ((node("is_some", name(variable.name)), then),), otherwise)]

    def for_(self) -> Made:
        if self.choices.chance(35):
            return self._ranged()
        of = self.choices.pick((INT, TEXT, *self.vocabulary.record_kinds(), list_of(INT)))
        found = self.scope.exactly(list_of(of))
        held = self.choices.pick(found) if found and self.choices.chance(60) else None
        source = name(held.name) if held else self.make(list_of(of), 1)
        mentioned = set(names_in(source))
        with self.scope.block():
            for one in self.scope.all():
                if one.name in mentioned:
                    self.scope.put(Variable(one.name, one.kind, owned=one.owned, frozen=True))
            item = self.scope.add_item(of)
            body = self._looped()
        return [node("for", item.name, source, body)]

    def _ranged(self) -> Made:
        how = self.choices.pick(("range", "range2", "range3"))
        small = [literal(self.choices.pick((3, 0, 1, 5, -1))) for _ in range(2)]
        stop = small[0] if self.choices.chance(60) else node("modulo", self.make(INT, 1), literal(6))
        parts = {"range": (stop,), "range2": (small[1], stop)}
        step = literal(self.choices.pick((-1, 2, -2, 1)))
        with self.scope.block():
            item = self.scope.add_item(INT)
            body = self._looped()
        return [node("for", item.name, node(how, *parts.get(how, (small[1], stop, step))), body)]

    def _looped(self) -> Block:
        self.loops += 1
        made = self.inner(4)
        self.loops -= 1
        return made

    def while_(self) -> Made:
        counter = self.scope.add(INT, frozen=True).name
        most = literal(self.choices.pick((3, 2, 5)))
        begin, next_ = node("let", counter, literal(0)), node("augment", counter, "+", literal(1))
        if self.choices.chance(30):
            out = node("if", ((node("more", name(counter), most), (node("break"),)),), None)
            return [begin, node("while", literal(True), (next_, out, *self._looped()))]
        test = node("less", name(counter), most)
        if self.choices.chance(60):
            test = node("and", test, self.make(BOOL, 2))
        return [begin, node("while", test, (next_, *self._looped()))]

    def try_(self) -> Made:
        body = self.inner(4)
        handlers = tuple(self._handler() for _ in self.choices.many(0, 3))
        otherwise = self.inner(2) if handlers and not ends(body) and self.choices.chance(25) else None
        last = self._last() if not handlers or self.choices.chance(35) else None
        return [node("try", body, handlers, otherwise, last)]

    def _last(self) -> Block:
        """What always runs; a bare `raise` there would mean whatever is on its way just then."""
        caught, self.caught = self.caught, []
        made = self.inner(2)
        self.caught = caught
        return made

    def try_let(self) -> Made:
        """A variable that the body assigns, and each handler too."""
        functions = [one for one in self.scope.functions if one.result != NONE]
        function = self.choices.pick(functions)
        kind = function.result
        new = self.scope.fresh_name(kind, unique=True)
        body = self.inner(1)
        is_over = ends(body)
        if not is_over:
            body = (*body, node("let", new, self.any_call(function, calls=True)))
        handlers = tuple(
            (names, target, block if is_over else self._assigned(new, kind, block)) for names, target, block in
            (self._handler() for _ in self.choices.many(1, 2))
        )  # fmt: skip
        if not is_over:
            self.scope.put(Variable(new, kind))
        return [node("try", body, handlers, None, None)]

    def _assigned(self, new: str, kind: Kind, block: Block) -> Block:
        return block if ends(block) else (*block, node("let", new, self.assigned(kind, 1)))

    def _handler(self) -> tuple[tuple[str, ...], str, Block]:
        first = self.choices.pick((*self.vocabulary.problems, ANY_PROBLEM, *BUILTIN_PROBLEMS, LOOKUP, COMPENSATION))
        names = [first.name]
        if self.choices.chance(15):
            names.append(self.choices.pick((*self.vocabulary.problems, *BUILTIN_PROBLEMS)).name)
        title = first.name if len(set(names)) == 1 else "Exception"
        with self.scope.block():
            target = ""
            if self.choices.chance(70):
                target = self.scope.add(Kind("error", None, title), frozen=True).name
            with self._catching(target):
                block = self.inner()
        return tuple(dict.fromkeys(names)), target, block

    @contextmanager
    def _catching(self, target: str) -> Generator[None]:
        self.caught.append(target)
        yield
        self.caught.pop()

    def saga(self) -> Made:
        """Make a block with compensations; its variables outlive it."""
        title = f"undo{len(self.sagas) or ''}"
        self.sagas.append(title)
        self.depth += 1
        body = (*self.undo(), *self.block(1, 4))
        self.depth -= 1
        self.sagas.pop()
        return [node("saga", title, body)]

    def remind(self) -> Made:
        """Wait for a time, and, having done something else, once more: the pattern of reminders."""
        event = self.choices.pick(self.vocabulary.events)
        self.waits.add(event.name)
        waits = [
            node("wait", "", event.variable, f"timeout=timedelta(seconds={self.choices.pick((5, 1, 20))})")
            for _ in range(2)
        ]
        handlers = tuple(((("TimeoutError",), "", block)) for block in (self.inner(1), self.inner(1)))
        return [node("try", (wait,), (handler,), None, None) for wait, handler in zip(waits, handlers, strict=True)]

    def undo(self) -> Made:
        """Register a compensation."""
        found = [one for one in self.scope.functions if one.is_step and not one.waits]
        function = self.choices.pick(found)
        callee = function.name
        if self.choices.chance(30):
            callee = f"{function.name}.options(retry={self.retry()})"
        arguments = self.arguments(function.parameters, 1)
        return [node("undo", self.choices.pick(self.sagas[::-1]), callee, arguments)]


Maker = Callable[[Statements], Made]
_SIMPLE: tuple[Maker, ...] = (
    *[Statements.call_statement] * 6, Statements.let, Statements.let, Statements.let, Statements.assign,
    Statements.assign, Statements.augment, Statements.change, Statements.change, Statements.swap, Statements.send,
    Statements.sleep, Statements.wait, Statements.wait, Statements.moment,
    Statements.witness,
)  # fmt: skip
_NESTED: tuple[Maker, ...] = (
    Statements.if_, Statements.if_, Statements.if_let, Statements.narrow, Statements.narrow, Statements.try_,
    Statements.try_, Statements.try_, Statements.try_let, Statements.saga, Statements.saga, Statements.gather,
    Statements.gather, Statements.fan_out, Statements.fan_out, Statements.remind,
)  # fmt: skip
_LOOPS: tuple[Maker, ...] = (Statements.for_, Statements.for_, Statements.while_)
