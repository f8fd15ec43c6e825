"""Names that a shell completes, read from the source of the application: nothing of it is imported.

Wherever something cannot be read there are no names: the next command will say so, a shell would garble it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import typer

from cloudless.cli.options import document

_MARK = ".orchestration"


def orchestration_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The orchestrations of the application, and of what it includes, by what stands above functions."""
    try:
        found = {name for file in _sources(ctx.params.get("config")) for name in _orchestrations(file)}
    except (OSError, ValueError, SyntaxError, RecursionError):
        return []
    return sorted(name for name in found if name.startswith(incomplete))


def _sources(config: Path | None) -> Iterator[Path]:
    """The modules beside cloudless.toml that the application is made of."""
    root, plain = document(config)
    modules = [str(plain.get("app", "")).partition(":")[0], *plain.get("include", ())]
    for package in {str(module).partition(".")[0] for module in modules} - {""}:
        yield from sorted((root / package).rglob("*.py"))
        yield from (one for one in [root / f"{package}.py"] if one.is_file())


def _orchestrations(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    if _MARK not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield from (_name(node, one) for one in node.decorator_list if _is_mark(one))


def _is_mark(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Attribute) and f".{called.attr}" == _MARK


def _name(function: ast.FunctionDef, decorator: ast.expr) -> str:
    """What `name=` says, else what the function is called."""
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    said = [one.value.value for one in keywords if one.arg == "name" and isinstance(one.value, ast.Constant)]
    return said[0] if said and isinstance(said[0], str) else function.name
