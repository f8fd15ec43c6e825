"""One function, run in the abstract: every path, every branch, in the order of its text."""

# ruff: noqa: N802  (a visit method is named after its node)

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import Any

from cloudless.frontend import attribute, call, follow, store
from cloudless.frontend.analysis import Analysis, Facts
from cloudless.frontend.source import Definition
from cloudless.frontend.values import NOTHING, Closure, Value, Verb, boxed, elements, handles, runs, union
from cloudless.ir import Span


class Frame:
    """The variables of a function, and a visit method for each kind of node that matters.

    module: its globals. cells: values of a closure's free variables. parent: the frame around a nested
    function, whose variables it sees. Visiting an expression gives its value.
    """

    def __init__(
        self,
        analysis: Analysis,
        file: str,
        module: dict[str, Any],
        cells: dict[str, Any],
        parent: Frame | None = None,
    ) -> None:
        self.analysis = analysis
        self.file = file
        self.module = module
        self.cells = cells
        self.parent = parent
        self.facts = Facts()
        self.first = ""
        self.key: Any = None
        self.depth = 0
        self.globals: set[str] = set()

    def run(self, body: Definition, facts: Facts) -> None:
        """Visit a body, and note what it mentions."""
        self.facts = facts
        if isinstance(body, ast.Lambda):
            self.result(self.visit(body.body))
        else:
            self.visit_all(body.body)

    # --- variables

    def read(self, name: str) -> Value:
        """What a name may be: a variable, one of the frames around, a free variable, a global, a builtin."""
        value = self.analysis.read((self, name))
        if value or self.analysis.has((self, name)):
            return value
        if self.parent is not None:
            return self.parent.read(name)
        if name in self.cells:
            return self.analysis.lifter.lift(self.cells[name])
        return self.read_global(name)

    def read_global(self, name: str) -> Value:
        """What a global or builtin is now."""
        if name in self.module:
            return self.analysis.lifter.lift(self.module[name])
        return self.analysis.lifter.lift(getattr(builtins, name, None))

    def grow(self, name: str, value: Value) -> None:
        """Let a variable be more than it was."""
        self.analysis.grow((self, name), value)

    def owner(self, name: str) -> Frame | None:
        """The frame, this one or one around it, that has a variable; None for globals and free variables."""
        if self.analysis.has((self, name)):
            return self
        return self.parent.owner(name) if self.parent is not None else None

    def result(self, value: Value) -> None:
        """Let what the function returns or yields be more than it was."""
        self.analysis.grow(("result", self.key), value)

    # --- what is found

    def span(self, node: ast.AST) -> Any:
        """Where a node of this function stands."""
        return self.analysis.sources.span(self.file, node)

    def line(self, number: int) -> Any:
        """A line of this function's file."""
        return Span(self.analysis.sources.shown(self.file), number)

    def escape(self, value: Value, node: ast.AST) -> None:
        """Note bare handles that go where they cannot be followed."""
        for handle in handles(value):
            self.facts.escapes.add((handle, self.span(node)))
        for run in runs(value):  # whoever gets it may ask it anything
            call.mention(self, Verb(run.handle, "control"), node)
        call.follow_handlers(self, value)

    def seen(self, value: Value, node: ast.AST) -> Value:
        """Note that a value is mentioned: what it grants, and the code behind it."""
        for item in value:
            call.mention(self, item, node)
        return value

    # --- nodes

    def visit(self, node: ast.AST) -> Value:
        """Visit a node; the value of an expression."""
        method = _VISITS.get(type(node))
        return method(self, node) if method else self.visit_parts(node)

    def visit_all(self, nodes: list[Any]) -> Value:
        """Visit nodes; everything that they may be."""
        return union([self.visit(node) for node in nodes])

    def visit_parts(self, node: ast.AST) -> Value:
        """Of a node without a visit method: whatever its parts may be."""
        return self.visit_all(list(ast.iter_child_nodes(node)))

    def visit_plain(self, node: ast.AST) -> Value:
        """Of a node whose parts matter, and whose value does not: comparisons, texts, conditions."""
        self.visit_parts(node)
        return NOTHING

    def visit_Expr(self, node: ast.Expr) -> Value:
        self.visit(node.value)
        return NOTHING

    def visit_Constant(self, node: ast.Constant) -> Value:
        return NOTHING

    def visit_Name(self, node: ast.Name) -> Value:
        value = self.read_global(node.id) if node.id in self.globals else self.read(node.id)
        if value and self.owner(node.id) is None:  # what a variable holds was seen where it was assigned
            self.seen(value, node)
        return value

    def visit_Attribute(self, node: ast.Attribute) -> Value:
        base = self.visit(node.value)
        if not base:
            return NOTHING
        return self.seen(attribute.attribute(self, base, node.attr, node), node)

    def visit_Call(self, node: ast.Call) -> Value:
        return call.visit_call(self, node)

    def visit_Subscript(self, node: ast.Subscript) -> Value:
        self.visit(node.slice)
        value = attribute.subscript(self, self.visit(node.value), node.slice)
        return value if isinstance(node.value, ast.Name) else self.seen(value, node)

    def visit_display(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        return boxed(self.visit_all(list(node.elts)))

    def visit_Dict(self, node: ast.Dict) -> Value:
        keys = self.visit_all([key for key in node.keys if key is not None])
        return boxed(keys, self.visit_all(list(node.values)))

    def visit_Starred(self, node: ast.Starred) -> Value:
        return elements(self.visit(node.value))

    def visit_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        self._visit_generators(node.generators)
        return boxed(self.visit(node.elt))

    def visit_DictComp(self, node: ast.DictComp) -> Value:
        self._visit_generators(node.generators)
        return boxed(self.visit(node.key), self.visit(node.value))

    def _visit_generators(self, generators: list[ast.comprehension]) -> None:
        for part in generators:
            store.store(self, part.target, call.iterated(self, self.visit(part.iter), part.iter))
            self.visit_all(part.ifs)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.visit(node.value)
        store.store(self, node.target, value)
        return value

    def visit_Lambda(self, node: ast.Lambda) -> Value:
        closure = Closure(node, self, follow.defaults_of(self, node.args))
        return self.seen(frozenset((closure,)), node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
        value: Value = frozenset((Closure(node, self, follow.defaults_of(self, node.args)),))
        self.seen(value, node)
        for decorator in reversed(node.decorator_list):
            value |= call.decorated(self, self.visit(decorator), value, decorator)
        self.grow(node.name, value)
        return NOTHING

    def visit_ClassDef(self, node: ast.ClassDef) -> Value:
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords, *node.body])
        self.grow(node.name, NOTHING)
        return NOTHING

    def visit_Return(self, node: ast.Return) -> Value:
        if node.value is not None:
            self.result(self.visit(node.value))
        return NOTHING

    def visit_Yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            self.result(self.visit(node.value))
        return NOTHING

    def visit_YieldFrom(self, node: ast.YieldFrom) -> Value:
        value = self.visit(node.value)
        self.result(elements(value))
        return value

    def visit_Assign(self, node: ast.Assign) -> Value:
        for target in node.targets:
            if not store.store_pairwise(self, target, node.value):
                store.store(self, target, self.visit(node.value))
        return NOTHING

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Value:
        if node.value is not None:
            store.store(self, node.target, self.visit(node.value))
        return NOTHING

    def visit_AugAssign(self, node: ast.AugAssign) -> Value:
        store.store(self, node.target, self.visit(node.value))
        return NOTHING

    def visit_For(self, node: ast.For | ast.AsyncFor) -> Value:
        store.store(self, node.target, call.iterated(self, self.visit(node.iter), node.iter))
        self.visit_all([*node.body, *node.orelse])
        return NOTHING

    def visit_With(self, node: ast.With | ast.AsyncWith) -> Value:
        for item in node.items:
            value = call.entered(self, self.visit(item.context_expr), item.context_expr)
            if item.optional_vars is not None:
                store.store(self, item.optional_vars, value)
        self.visit_all(list(node.body))
        return NOTHING

    def visit_Match(self, node: ast.Match) -> Value:
        subject = self.visit(node.subject)
        for case in node.cases:
            store.capture(self, case.pattern, subject | elements(subject))
            self.visit_all([case.guard, *case.body] if case.guard else list(case.body))
        return NOTHING

    def visit_Raise(self, node: ast.Raise) -> Value:
        self.visit_parts(node)
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if raised is not None:
            self.facts.raises |= store.exceptions(self.visit(raised))
        return NOTHING

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Value:
        if node.type is not None:
            self.facts.raises |= store.exceptions(self.visit(node.type))
        if node.name:
            self.grow(node.name, NOTHING)
        self.visit_all(list(node.body))
        return NOTHING

    def visit_Global(self, node: ast.Global) -> Value:
        self.globals.update(node.names)
        return NOTHING

    def visit_Import(self, node: ast.Import) -> Value:
        for name in node.names:
            store.imported(self, name, node)
        return NOTHING

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Value:
        for name in node.names:
            store.imported_from(self, node, name)
        return NOTHING


_PLAIN = (ast.Compare, ast.JoinedStr, ast.FormattedValue, ast.Assert, ast.If, ast.While, ast.Try)
_SHARED: dict[type[ast.AST], Callable[[Any, Any], Value]] = {
    ast.List: Frame.visit_display,
    ast.Tuple: Frame.visit_display,
    ast.Set: Frame.visit_display,
    ast.ListComp: Frame.visit_comprehension,
    ast.SetComp: Frame.visit_comprehension,
    ast.GeneratorExp: Frame.visit_comprehension,
    ast.AsyncFunctionDef: Frame.visit_FunctionDef,
    ast.AsyncFor: Frame.visit_For,
    ast.AsyncWith: Frame.visit_With,
    **dict.fromkeys(_PLAIN, Frame.visit_plain),
}


def _visits() -> Iterator[tuple[type[ast.AST], Callable[[Any, Any], Value]]]:
    for name, method in vars(Frame).items():
        if name.startswith("visit_") and hasattr(ast, name[6:]):
            yield getattr(ast, name[6:]), method


_VISITS: dict[type[ast.AST], Callable[[Any, Any], Value]] = {
    **dict(_visits()),
    **_SHARED,
}
