"""Modules that register handlers, and that nobody imports: their handlers would silently not exist."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

from cloudless.app import App
from cloudless.config import codes
from cloudless.ir import WARNING, Diagnostic, Span

_SKIPPED = {"tests", "test", "node_modules", "__pycache__", "build", "dist"}


def strays(root: Path, module: str, app: App) -> list[Diagnostic]:
    """A warning at the first decorator of each such module of the application's package (or directory)."""
    loaded = {getattr(one, "__file__", None) for one in list(sys.modules.values())}
    package, _, _ = module.partition(".")
    found: list[Diagnostic] = []
    for file in _candidates(root, package, is_package="." in module):
        if str(file) not in loaded:
            found += _Stray(file, ".".join(file.relative_to(root).with_suffix("").parts), app).problems()
    return found


def _candidates(root: Path, package: str, *, is_package: bool) -> Iterator[Path]:
    directory = root / package if is_package else root
    for file in sorted(directory.rglob("*.py") if is_package else directory.glob("*.py")):
        parts = file.relative_to(directory).parts
        is_test = file.name.startswith("test_") or file.name.endswith("_test.py") or file.name == "conftest.py"
        if not is_test and not any(part in _SKIPPED or part.startswith(".") for part in parts):
            yield file


class _Stray:
    """One file that was not imported."""

    def __init__(self, file: Path, module: str, app: App) -> None:
        self._file = file
        self._module = module.removesuffix(".__init__")
        self._package = module if file.name != "__init__.py" else f"{self._module}.__init__"
        self._handles = [app, *app.declared]
        self._names: dict[str, object] = {}

    def problems(self) -> list[Diagnostic]:
        text = self._file.read_text(encoding="utf-8", errors="replace")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):  # nobody imports it: whoever does will hear of it
            return []
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._bind(node)
        for node in ast.walk(tree):
            for decorator in getattr(node, "decorator_list", ()):
                if self._registers(decorator):
                    return [self._problem(decorator, text.splitlines())]
        return []

    def _bind(self, node: ast.Import | ast.ImportFrom) -> None:
        """Remember what the names of an import stand for, as far as it is imported already."""
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                self._names[alias.asname or name] = sys.modules.get(name)
                continue
            home = _home(node, self._package)
            inner = sys.modules.get(f"{home}.{alias.name}")
            self._names[alias.asname or alias.name] = getattr(sys.modules.get(home), alias.name, inner)

    def _registers(self, decorator: ast.expr) -> bool:
        """Whether the decorator is a method of the App or of one of its handles: `@orders.consumer(…)`."""
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        return isinstance(node, ast.Attribute) and any(self._value(node.value) is handle for handle in self._handles)

    def _value(self, node: ast.expr) -> object:
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        return getattr(self._value(node.value), node.attr, None) if isinstance(node, ast.Attribute) else None

    def _problem(self, node: ast.expr, lines: list[str]) -> Diagnostic:
        source = lines[node.lineno - 1]
        end = (node.end_col_offset or 0) if node.end_lineno == node.lineno else len(source)
        shown = str(self._file).removeprefix(f"{Path.cwd()}{os.sep}")
        span = Span(shown, node.lineno, node.col_offset + 1, end + 1)
        message = f"nobody imports {self._module!r}, so the handlers that it registers do not exist"
        remedy = f'import it from the app\'s module, or name it in cloudless.toml: include = ["{self._module}"]'
        return Diagnostic(codes.STRAY_MODULE, message, span, remedy, WARNING, source)


def _home(node: ast.ImportFrom, module: str) -> str:
    """The module that a `from … import` names, without its leading dots."""
    dots = "." * node.level
    package = module.rpartition(".")[0]
    try:
        return resolve_name(f"{dots}{node.module or ''}", package)
    except ImportError:
        return ""
