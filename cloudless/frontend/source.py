"""The user's source: its text, its syntax tree, and where in it a declaration stands.

A declaration knows its file and line (`cloudless.source.Place`); people want columns and the line itself.
Each text is parsed once a process, whatever the number of declarations and of compilations.
"""

from __future__ import annotations

import ast
import linecache
import os
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType
from typing import Any, cast

from cloudless.frontend.functions import original
from cloudless.frontend.reads import Reads
from cloudless.handler import Routine
from cloudless.ir import Span
from cloudless.source import Place

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_LEAVES = frozenset({int, str, type(None), ast.Name, ast.Constant, ast.Load, ast.Store})
_ENTERED = frozenset({ast.Call, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})


class Source:
    """One file. tree: None where the text cannot be read or parsed, e.g. in an interactive session."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.tree = _parsed(text)
        self._calls: dict[int, list[ast.expr]] | None = None
        self._definitions: dict[int, list[Definition]] | None = None

    def line(self, number: int) -> str:
        """The text of a line, numbered from 1; "" where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def calls_at(self, line: int) -> list[ast.expr]:
        """Calls and decorators that begin at a line, or contain it, outermost first."""
        return self._index()[0].get(line, [])

    def definitions_at(self, line: int) -> list[Definition]:
        """Functions and lambdas whose code object begins at a line (the first decorator's, if any)."""
        return self._index()[1].get(line, [])

    def _index(self) -> tuple[dict[int, list[ast.expr]], dict[int, list[Definition]]]:
        if self._calls is None or self._definitions is None:
            self._calls, self._definitions = {}, {}
            for node in _branching(self.tree) if self.tree else ():
                if type(node) in _ENTERED:
                    self._enter(node, self._calls, self._definitions)
        return self._calls, self._definitions

    @staticmethod
    def _enter(node: ast.AST, calls: dict[int, list[ast.expr]], definitions: dict[int, list[Definition]]) -> None:
        if isinstance(node, ast.Call):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                calls.setdefault(line, []).append(node)
            return
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        for decorator in decorators:
            if not isinstance(decorator, ast.Call):
                calls.setdefault(decorator.lineno, []).append(decorator)
        if isinstance(node, Definition):
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            definitions.setdefault(first, []).append(node)


def _branching(tree: ast.Module) -> list[ast.AST]:
    """Every node that can hold others, in the order of `ast.walk`, in half of its time."""
    found: list[ast.AST] = [tree]
    for node in found:
        for value in vars(node).values():
            if type(value) is list:  # of nodes, but for names, and None where a place is empty
                found += [one for one in cast("list[ast.AST]", value) if type(one) not in _LEAVES]
            elif type(value) not in _LEAVES and isinstance(value, ast.AST):
                found.append(value)
    return found


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):  # not Python, e.g. a template; its spans have no columns
        return None


@lru_cache(maxsize=4096)
def _source(file: str, text: str) -> Source:
    return Source(file, text)


class Sources:
    """Every file that one compilation looks at. reads: what else it looks at."""

    def __init__(self) -> None:
        self.reads = Reads()
        self._files: dict[str, Source] = {}
        self._definitions: dict[FunctionType, list[Definition]] = {}
        self._declared: dict[Place, Span] = {}
        self._root = f"{os.getcwd()}{os.sep}"  # noqa: PTH109  (pathlib costs 4 ms of a test run)

    def of(self, file: str) -> Source:
        """The source of a file."""
        if file not in self._files:
            linecache.checkcache(file)
            self._files[file] = _source(file, "".join(linecache.getlines(file)))
            self.reads.note_file(file, self._files[file])
        return self._files[file]

    def shown(self, file: str) -> str:
        """The file as people know it: relative to the working directory where it lies below."""
        return file.removeprefix(self._root)

    def span(self, file: str, node: ast.AST) -> Span:
        """The span of a node, cut to its first line."""
        line = getattr(node, "lineno", 0)
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        text = self.of(file).line(line)
        if getattr(node, "end_lineno", line) != line:
            end = len(text.encode())
        return Span(self.shown(file), line, _column(text, start), _column(text, end))

    def declaration(self, place: Place) -> Span:
        """The span of the call or decorator that declared something."""
        known = self._declared.get(place)
        if known is None:
            known = self._declared[place] = self._declaration(place)
        return known

    def _declaration(self, place: Place) -> Span:
        call = self.call(place)
        if call is None:
            return Span(self.shown(place.file), place.line)
        return self.span(place.file, call.func if isinstance(call, ast.Call) else call)

    def call(self, place: Place) -> ast.expr | None:
        """The call or decorator that declared something, if it can be found."""
        line = place.line
        found = self.of(place.file).calls_at(line)
        return max(found, key=lambda node: node.lineno == line, default=None)

    def calls_of(self, span: Span) -> list[ast.Call]:
        """The calls on its line of what a span names by its last name: a grant cites a line once.

        None where it is mentioned and not called.
        """
        file = self._root + span.file if self._root + span.file in self._files else span.file
        source = self.of(file)
        name = source.line(span.line)[span.column - 1 : span.end_column - 1].rpartition(".")[2]
        return [one for one in source.calls_at(span.line) if isinstance(one, ast.Call) and _callee(one) == name]

    def option(self, place: Place, name: str, position: int | None = None) -> Span:
        """The span of an argument of a declaration: by keyword, else by position, else of the whole."""
        call = self.call(place)
        for value in _arguments(call, name, position) if isinstance(call, ast.Call) else ():
            return self.span(place.file, value)
        return self.declaration(place)

    def text(self, span: Span) -> str:
        """The line that a span points into, "" where it cannot be read."""
        file = self._files.get(span.file) or self._files.get(f"{self._root}{span.file}")
        return file.line(span.line) if file else ""

    def name_of(self, routine: Routine[..., Any]) -> Span:
        """The span of a handler's name in its `def`, or of another registered function's."""
        function = original(routine.function)
        if function is not None:
            for node in self.definitions(function):
                if not isinstance(node, ast.Lambda):
                    return self._named(function.__code__.co_filename, node.lineno, node.name)
        return self.declaration(routine.place)

    def parameter(self, function: FunctionType, name: str) -> Span:
        """The span of a parameter, annotation included."""
        file = function.__code__.co_filename
        for node in self.definitions(function):
            for part in ast.walk(node.args):
                if isinstance(part, ast.arg) and part.arg == name:
                    return self.span(file, part)
        return Span(self.shown(file), function.__code__.co_firstlineno)

    def _named(self, file: str, line: int, name: str) -> Span:
        """The span of the name in a line with its `def`."""
        text = self.of(file).line(line)
        start = text.find(name, text.find("def ") + len("def ")) + 1
        return Span(self.shown(file), line, max(1, start), max(1, start + len(name)))

    def definitions(self, function: FunctionType) -> list[Definition]:
        """The syntax of a function; none where its source cannot be read, several for lambdas of one line."""
        known = self._definitions.get(function)
        if known is None:
            code = function.__code__
            found = self.of(code.co_filename).definitions_at(code.co_firstlineno)
            known = [node for node in found if getattr(node, "name", "<lambda>") == code.co_name]
            self._definitions[function] = known
        return known


def _arguments(call: ast.Call, name: str, position: int | None) -> Iterator[ast.expr]:
    yield from (keyword.value for keyword in call.keywords if keyword.arg == name)
    if position is not None and position < len(call.args):
        yield call.args[position]


def _callee(call: ast.Call) -> str:
    """The last name of what is called: "send" of `orders.send(…)`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _column(text: str, offset: int) -> int:
    """A column in characters, from 1, of an offset in bytes of UTF-8, from 0."""
    return offset + 1 if text.isascii() else len(text.encode()[:offset].decode(errors="ignore")) + 1
