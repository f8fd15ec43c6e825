"""Building a workflow from its definition: what every kind of step needs.

Steps are read in the order of the text, which declares variables; expressions are compiled after that, when every
variable of the workflow is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from providers.gcp.tests.gcwsim.block import Block
from providers.gcp.tests.gcwsim.context import Connector, Frame
from providers.gcp.tests.gcwsim.errors import INVALID, UNSPECIFIED, Problem
from providers.gcp.tests.gcwsim.evaluate import Constant, Evaluate, evaluator, parsed
from providers.gcp.tests.gcwsim.grammar import Member, Name, Node
from providers.gcp.tests.gcwsim.lexer import CONSTANTS, WORDS, Syntax
from providers.gcp.tests.gcwsim.limits import EXPRESSION_CHARACTERS, STRING_BYTES
from providers.gcp.tests.gcwsim.names import Names
from providers.gcp.tests.gcwsim.operators import checked_string, wrong_type
from providers.gcp.tests.gcwsim.pages import (
    EXPRESSIONS,
    ITERATION,
    PARALLEL,
    QUOTAS,
    TROUBLESHOOTING,
    VARIABLES,
)
from providers.gcp.tests.gcwsim.routine import Routine
from providers.gcp.tests.gcwsim.scope import Kind, Place, Scope
from providers.gcp.tests.gcwsim.value import is_list, is_map, size_of

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
Json = Mapping[str, Any]


class Builder:
    """One workflow being built. kind: of the block that is read, and the kinds of those around."""

    def __init__(
        self,
        routine: Routine,
        routines: Mapping[str, Routine],
        connectors: Mapping[str, Connector],
        found: list[Problem],
    ) -> None:
        self.routine = routine
        self.routines = routines
        self.connectors = connectors
        self.scope = routine.scope
        self.blocks: list[tuple[str, Block]] = []
        self._found = found
        self._later: list[Callable[[], None]] = []

    def invalid(self, path: str, message: str, page: str) -> None:
        self._found.append(Problem(INVALID, path, message, page))

    def unspecified(self, path: str, message: str, page: str) -> None:
        self._found.append(Problem(UNSPECIFIED, path, message, page))

    def later(self, work: Callable[[], None]) -> None:
        """Have it done when every variable is known, in the scope that there is now."""
        scope, blocks = self.scope, list(self.blocks)

        def there() -> None:
            self.scope, self.blocks = scope, blocks
            work()

        self._later.append(there)

    def finish(self) -> None:
        """Do what was left for later."""
        for work in self._later:
            work()

    @contextmanager
    def within(self, scope: Scope) -> Generator[None]:
        """Read what belongs to another scope."""
        outer, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = outer

    def keys(self, node: Any, path: str, allowed: set[str], required: set[str], page: str) -> Json:
        """A map with these keys only; {} where it is none."""
        if not is_map(node):
            self.invalid(path, "a map is expected", page)
            return {}
        for key in node.keys() - allowed:
            self.invalid(f"{path}/{key}", f"unknown key {key!r}", page)
        for key in required - node.keys():
            self.invalid(path, f"{key!r} is missing", page)
        return node

    # variables

    def is_name(self, name: Any, path: str) -> bool:
        """Whether a variable can be called so; notes why not."""
        if not isinstance(name, str) or not _NAME.match(name):
            self.invalid(path, f"{name!r} is no name of a variable", f"{VARIABLES}#variable_names")
            return False
        if name in WORDS or name in CONSTANTS:
            self.invalid(path, f"{name!r} has a meaning in expressions", EXPRESSIONS)
            return False
        if name in self.routines:
            self.unspecified(path, f"a variable {name!r} beside a workflow of that name", VARIABLES)
        return True

    def declare(self, name: Any, path: str) -> None:
        """Make sure that there is a variable which can be assigned to."""
        if not self.is_name(name, path):
            return
        place = self.scope.find(name)
        if place is None:
            self.scope.declare(name)
            self.later(lambda: self._check_hiding(name, path))
        else:
            self.check_write(place, path)

    def declare_fixed(self, scope: Scope, name: Any, path: str) -> str | None:
        """The key of a loop's variable or of an error, in its own scope."""
        if not self.is_name(name, path):
            return None
        if name in scope.variables:
            self.invalid(path, f"{name!r} twice", ITERATION)
        if scope.outer is not None:
            outer = scope.outer
            self.later(lambda: self._check_fixed(outer, scope.kind, name, path))
        return scope.declare(name, is_fixed=True).key

    def check_write(self, place: Place, path: str) -> None:
        """Note why a variable cannot be assigned to here."""
        name = place.variable.name
        if place.variable.is_fixed:
            self.unspecified(path, f"assigning to {name!r}, which its loop or `except` sets", ITERATION)
        for branch in place.branches:
            if name not in branch.shared:
                self.invalid(
                    path, f"{name!r} is not shared by the parallel step around", f"{PARALLEL}#shared_variables"
                )

    def _check_hiding(self, name: str, path: str) -> None:
        """A variable of an inner scope whose name the text assigns further out only later."""
        outer = self.scope.outer
        if name in self.scope.variables and outer is not None and outer.find(name) is not None:
            self.unspecified(
                path, f"{name!r} is assigned further out too, but only later", f"{VARIABLES}#variable_scope"
            )

    def _check_fixed(self, outer: Scope, kind: Kind, name: str, path: str) -> None:
        place = outer.find(name)
        if place is None:
            return
        if kind is Kind.EXCEPT:
            self.unspecified(path, f"the error {name!r} has the name of a variable outside", VARIABLES)
        else:
            self.invalid(path, f"{name!r} is used outside of its loop too", ITERATION)

    def place(self, name: str, path: str) -> Place | None:
        """A variable that must be there; notes where it is not."""
        found = self.scope.find(name)
        if found is None:
            self.invalid(path, f"symbol {name!r} is neither a variable nor a sub-workflow name", TROUBLESHOOTING)
        return found

    # expressions; for `later` only

    def names(self, path: str) -> Names:
        def note(code: str, message: str, page: str) -> None:
            self._found.append(Problem(code, path, message, page))

        return Names(self.scope, self.routines, note)

    def value(self, node: Any, path: str) -> Evaluate:
        """A value that may hold expressions."""
        if isinstance(node, str):
            return self._text(node, path)
        if is_list(node):
            return _list([self.value(one, f"{path}/{at}") for at, one in enumerate(node)])
        if is_map(node):
            return _map([(self._key(key, path), self.value(one, f"{path}/{key}")) for key, one in node.items()])
        return Constant(node)

    def compiled(self, node: Node, path: str) -> Evaluate:
        return evaluator(node, self.names(path))

    def tree(self, text: str, path: str) -> Node | None:
        """The tree of a whole expression "${…}"; None for plain text. Notes problems, and gives a name for nothing."""
        if "${" not in text:
            return None
        if not text.startswith("${") or not text.endswith("}"):
            self.invalid(
                path, f"an expression inside of text, {text[:40]!r}: the value must be one expression", TROUBLESHOOTING
            )
            return None
        if len(text) > EXPRESSION_CHARACTERS:
            self.invalid(path, f"an expression of {len(text)} characters", QUOTAS)
        tree = parsed(text[2:-1])
        if isinstance(tree, Syntax):
            (self.unspecified if tree.is_open else self.invalid)(path, tree.message, tree.page)
            return None
        return tree

    def _text(self, text: str, path: str) -> Evaluate:
        tree = self.tree(text, path)
        if tree is not None:
            return self.compiled(tree, path)
        if size_of(text) - 8 > STRING_BYTES:
            self.invalid(path, f"a string of more than {STRING_BYTES:,} bytes", QUOTAS)
        return Constant(text)

    def _key(self, key: str, path: str) -> Evaluate:
        evaluate = self._text(key, f"{path}/{key}")
        return evaluate if isinstance(evaluate, Constant) else _checked_key(evaluate)

    def name_in(self, node: Any, path: str) -> str | None:
        """The name that an expression consists of, with its dots; None for any other value."""
        tree = self.tree(node, path) if isinstance(node, str) else None
        parts: list[str] = []
        while isinstance(tree, Member):
            parts.append(tree.name)
            tree = tree.of
        return ".".join([tree.name, *reversed(parts)]) if isinstance(tree, Name) else None


def _checked_key(evaluate: Evaluate) -> Evaluate:
    def key(frame: Frame) -> str:
        found = evaluate(frame)
        if not isinstance(found, str):
            raise wrong_type("a key of another type than string")
        return checked_string(found)

    return key


def _list(items: list[Evaluate]) -> Evaluate:
    constant = [one for one in items if isinstance(one, Constant)]
    if len(constant) == len(items):
        return Constant([one.value for one in constant])
    return lambda frame: [one(frame) for one in items]


def _map(items: list[tuple[Evaluate, Evaluate]]) -> Evaluate:
    if all(isinstance(key, Constant) and isinstance(one, Constant) for key, one in items):
        return Constant(
            {key.value: one.value for key, one in items if isinstance(key, Constant) and isinstance(one, Constant)}
        )
    return lambda frame: {key(frame): one(frame) for key, one in items}
