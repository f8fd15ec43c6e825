"""Source → the namespace of a module in which the names of cloudless are those of native.py."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from functools import lru_cache, partial
from types import CodeType, SimpleNamespace
from typing import Any

from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from tests.fuzz.hir import DEFERRED
from tests.fuzz.native import Application, Callee, Machine, surface
from tests.fuzz.program import Program
from tests.fuzz.vocabulary import VOCABULARIES, vocabulary


class Defer(ast.NodeTransformer):
    """gather(f(x)) → gather(_deferred(f, x)); fan_out(f(i) for i in xs) → fan_out(lambda i=i: f(i) for i in xs)."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called == "gather":
            node.args = [self._deferred(one) for one in node.args]
        if called == "fan_out" and isinstance(node.args[0], ast.GeneratorExp):
            made = node.args[0]
            made.elt = self._later(made.elt, made.generators[0].target)
        return node

    @staticmethod
    def _deferred(call: ast.expr) -> ast.expr:
        assert isinstance(call, ast.Call)
        return ast.Call(ast.Name(DEFERRED, ast.Load()), [call.func, *call.args], call.keywords)

    @staticmethod
    def _later(call: ast.expr, item: ast.expr) -> ast.expr:
        assert isinstance(item, ast.Name)
        parameters = ast.arguments([], [ast.arg(item.id)], None, [], [], None, [ast.Name(item.id, ast.Load())])
        return ast.Lambda(parameters, call)


def compiled(text: str, file: str = "<a program>") -> CodeType:
    """The code of a module's text."""
    tree = ast.fix_missing_locations(Defer().visit(ast.parse(text)))
    return compile(tree, file, "exec", dont_inherit=True)


def namespace() -> dict[str, Any]:
    """An empty module in which `import cloudless` gives the native runtime."""
    space: dict[str, Any] = {"__name__": "a_program", DEFERRED: partial}
    names = {"App": Application, "play": None, "Saga": None, **surface(lambda: _application(space))}

    def imported(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "cloudless":
            return SimpleNamespace(**names)
        return __import__(name, *rest)

    space["__builtins__"] = {**vars(builtins), "__import__": imported}
    return space


def _application(space: Mapping[str, Any]) -> Application:
    found: Application = space["app"]
    return found


def loaded(source: str) -> dict[str, Any]:
    """The namespace of a whole module."""
    space = namespace()
    exec(compiled(source), space)
    return space


@lru_cache(maxsize=VOCABULARIES)
def _declared(number: int) -> dict[str, Any]:
    return loaded(vocabulary(number).source)


def loaded_program(program: Program) -> dict[str, Any]:
    """The namespace of a generated program; that of its vocabulary is made once."""
    space = dict(_declared(program.vocabulary.number))
    exec(compile(program.native, "<a program>", "exec", dont_inherit=True), space)
    return space


def run(space: dict[str, Any], world: World, main: str = "main") -> Observed:
    """Run an orchestration of a loaded module."""
    machine = Machine(world, space)
    _application(space).machine = machine
    entry = space[main]
    assert isinstance(entry, Callee)
    return machine.run(entry)
