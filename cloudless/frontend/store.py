"""Where values go: variables, attributes, containers, imports. What cannot be followed there escapes."""

from __future__ import annotations

import ast
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from cloudless.frontend import call, instance
from cloudless.frontend.lift import own
from cloudless.frontend.values import Box, Made, Value, boxed, elements, handles

if TYPE_CHECKING:
    from cloudless.frontend.frame import Frame


def store(frame: Frame, target: ast.expr, value: Value) -> None:
    """Assign a value to a target."""
    if isinstance(target, ast.Name):
        _store_name(frame, target, value)
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            store(frame, part, elements(value))
    elif isinstance(target, ast.Starred):
        store(frame, target.value, boxed(value))
    elif isinstance(target, ast.Attribute):
        _store_attribute(frame, target, value)
    elif isinstance(target, ast.Subscript):
        frame.visit(target.slice)
        fill(frame, target.value, value)


def store_pairwise(frame: Frame, target: ast.expr, value: ast.expr) -> bool:
    """Assign `a, b = x, y` one by one; False where the two sides don't match."""
    if not (isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)):
        return False
    if len(target.elts) != len(value.elts) or any(isinstance(p, ast.Starred) for p in target.elts + value.elts):
        return False
    for left, right in zip(target.elts, value.elts, strict=True):
        store(frame, left, frame.visit(right))
    return True


def _store_name(frame: Frame, target: ast.Name, value: Value) -> None:
    if target.id in frame.globals:
        frame.facts.globals[frame.span(target)] = target.id
        frame.escape(value, target)
        return
    frame.grow(target.id, value)
    owner = frame.parent.owner(target.id) if frame.parent is not None else None
    if owner is not None:  # nonlocal, or a variable of the same name: both, to be on the safe side
        owner.grow(target.id, value)


def _store_attribute(frame: Frame, target: ast.Attribute, value: Value) -> None:
    base = frame.visit(target.value)
    instances = [item for item in base if call.is_instance(item, frame)]
    for item in instances:
        instance.grow_field(frame, item, target.attr, value)
    if len(instances) < max(1, len(base)):
        frame.escape(value, target)


def fill(frame: Frame, container: ast.expr, value: Value) -> None:
    """Put a value into a container that an expression gives."""
    base = frame.visit(container)
    if _is_global(frame, container, base):
        frame.facts.globals[frame.span(container)] = ast.unparse(container)
    if not handles(value):
        return
    if isinstance(container, ast.Name) and not any(_is_live(item) for item in base):
        _store_name(frame, container, boxed(value))
    elif isinstance(container, ast.Attribute) and not any(_is_live(item) for item in base):
        _store_attribute(frame, container, boxed(value))
    else:
        frame.escape(value, container)


def _is_global(frame: Frame, container: ast.expr, base: Value) -> bool:
    """Whether a container is one that a module holds under a name of its own."""
    if not isinstance(container, ast.Name) or frame.owner(container.id) is not None:
        return False
    held = frame.module.get(container.id)
    return any(isinstance(item, Box) and item.live and item.live.object is held for item in base)


def _is_live(item: Any) -> bool:
    return isinstance(item, Box) and item.live is not None


def capture(frame: Frame, pattern: ast.pattern, value: Value) -> None:
    """Assign to every name that a pattern captures."""
    for part in ast.walk(pattern):
        name = getattr(part, "name", None) or getattr(part, "rest", None)
        if isinstance(name, str):
            frame.grow(name, value)
        if isinstance(part, ast.MatchClass):
            frame.visit(part.cls)
        if isinstance(part, ast.MatchValue):
            frame.visit(part.value)


def imported(frame: Frame, name: ast.alias, node: ast.AST) -> None:
    """Carry out `import a.b as c` in a function."""
    module = load(frame, name.name, node)
    top = module if name.asname else sys.modules.get(name.name.partition(".")[0])
    frame.grow(name.asname or name.name.partition(".")[0], frame.analysis.lifter.lift(top))


def imported_from(frame: Frame, node: ast.ImportFrom, name: ast.alias) -> None:
    """Carry out `from a import b as c` in a function."""
    module = load(frame, "." * node.level + (node.module or ""), node)
    value = own(module).get(name.name)
    if value is None and module is not None and hasattr(module, "__path__"):
        value = load(frame, f"{module.__name__}.{name.name}", node)
    frame.grow(name.asname or name.name, frame.analysis.lifter.lift(value))


def load(frame: Frame, name: str, node: ast.AST) -> Any:
    """A module that a function imports when it runs; a user's is imported now, to be followed, and asyncio."""
    try:
        full = importlib.util.resolve_name(name, frame.module.get("__package__") or "")
        if full not in sys.modules and (full == "asyncio" or _is_users(frame, full)):  # its functions are known
            importlib.import_module(full)
        frame.analysis.sources.reads.note_import(full)
    except Exception:  # noqa: BLE001  (the user's module may raise anything; here it only means: not followed)
        frame.facts.blind[frame.span(node)] = f"the import of {name!r}"
        return None
    return sys.modules.get(full)


def _is_users(frame: Frame, module: str) -> bool:
    spec = importlib.util.find_spec(module.partition(".")[0])
    return spec is not None and frame.analysis.territory.holds(spec.origin or "<unknown>")


def exceptions(value: Value) -> set[type[Exception]]:
    """Exception classes that a value names or makes."""
    found: set[type[Exception]] = set()
    for item in elements(value):
        kind = item.kind.object if isinstance(item, Made) else getattr(item, "object", None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            found.add(kind)
    return found
