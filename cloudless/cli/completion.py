"""Names that a shell completes, read from the source of the application: nothing of it is imported.

Wherever something cannot be read there are no names: the next command will say so, a shell would garble it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import typer

from cloudless.cli.options import document

_SOURCES = (".queue", ".ordered_queue")
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def orchestration_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The orchestrations of the application, and of what it includes, by what stands above functions."""
    return _completed(ctx, incomplete, marks=(".orchestration",))


def function_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The functions of the application, by what stands above them."""
    return _completed(ctx, incomplete, marks=(".function",))


def event_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The events of the application, by the calls that declare them."""
    return _completed(ctx, incomplete, calls=(".event",))


def queue_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The queues of the application, by the calls that declare them."""
    return _completed(ctx, incomplete, calls=_SOURCES)


def topic_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The topics of the application, by the calls that declare them."""
    return _completed(ctx, incomplete, calls=(".topic",))


def schedule_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The schedules of the application, by what stands above their handlers."""
    return _completed(ctx, incomplete, marks=(".schedule",))


def provider_names(incomplete: str) -> list[str]:
    """The providers that are installed; none of them is loaded."""
    from cloudless.driver.provider import installed

    return [name for name in installed() if name.startswith(incomplete)]


def cloud_lists(incomplete: str) -> list[str]:
    """The same, behind those that stand before the last comma: after `aws,a` comes `aws,azure`."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in provider_names(last) if name not in before.split(",")]


def secrets_to_give(ctx: typer.Context, incomplete: str) -> list[str]:
    """The secrets of the application, by the calls that declare them, for NAME=VALUE."""
    return [f"{name}=" for name in _completed(ctx, incomplete, calls=(".secret",))]


def method_names(incomplete: str) -> list[str]:
    """The methods of requests."""
    return [name for name in _METHODS if name.startswith(incomplete.upper())]


def path_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The paths of the application's endpoints, by what stands above their handlers."""
    return _completed(ctx, incomplete, calls=tuple(f".{name.lower()}" for name in _METHODS))


def source_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """What may have dead letters: queues, and handlers of topics, schedules and functions."""
    return _completed(ctx, incomplete, marks=(".subscriber", ".schedule", ".function"), calls=_SOURCES)


def _completed(
    ctx: typer.Context, incomplete: str, *, marks: tuple[str, ...] = (), calls: tuple[str, ...] = ()
) -> list[str]:
    """Names of functions below such decorators, and of such calls, e.g. ".function" for `@app.function`."""
    try:
        found = {name for file in _sources(_config(ctx)) for name in _names(file, marks, calls)}
    except (OSError, ValueError, SyntaxError, RecursionError):
        return []
    return sorted(name for name in found if name.startswith(incomplete))


def _config(ctx: typer.Context) -> Path | None:
    """What --config says, which may stand before a verb."""
    found: Path | None = ctx.params.get("config") or (ctx.parent.params.get("config") if ctx.parent else None)
    return found


def _sources(config: Path | None) -> Iterator[Path]:
    """The modules beside cloudless.toml that the application is made of."""
    root, plain = document(config)
    modules = [str(plain.get("app", "")).partition(":")[0], *plain.get("include", ())]
    for package in {str(module).partition(".")[0] for module in modules} - {""}:
        yield from sorted((root / package).rglob("*.py"))
        yield from (one for one in [root / f"{package}.py"] if one.is_file())


def _names(file: Path, marks: tuple[str, ...], calls: tuple[str, ...]) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    if not any(word in text for word in (*marks, *calls)):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (_name(node, one) for one in node.decorator_list if _is_one(one, marks))
        elif isinstance(node, ast.Call) and _is_one(node, calls) and node.args:
            yield from _text(node.args[0])


def _is_one(node: ast.expr, words: tuple[str, ...]) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Attribute) and f".{called.attr}" in words


def _name(function: ast.FunctionDef | ast.AsyncFunctionDef, decorator: ast.expr) -> str:
    """What `name=` says, else what the function is called."""
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    said = [name for one in keywords if one.arg == "name" for name in _text(one.value)]
    return said[0] if said else function.name


def _text(node: ast.expr) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
