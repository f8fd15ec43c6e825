"""Dump and load IR as JSON. The form is published as `schema.json` beside this file.

A node is an object of its fields; a tuple is an array. Expressions and statements say what they are: {"node": "Let",
"target": "x", …}. `load` refuses unknown fields, missing fields and
values of the wrong type, and names the path of the first one.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from cloudless.codec import finite, no_constant, shown
from cloudless.errors import InvalidArgument
from cloudless.ir.application import VERSION, Application
from cloudless.ir.expression import Expression
from cloudless.ir.statement import Range, Statement
from cloudless.node import fields, is_node

TAG = "node"
TAGGED: dict[str, Any] = {
    one.__name__: one for one in (*typing.get_args(Expression), *typing.get_args(Statement), Range)
}
"""Nodes of which several kinds may stand in one place, by name."""


def dump(application: Application) -> str:
    """JSON text, fields in order of declaration, two spaces of indent, a line break at the end."""
    return json.dumps(to_plain(application), indent=2, ensure_ascii=False) + "\n"


def load(text: str) -> Application:
    """The application of a JSON text; raises InvalidArgument with the path of what is wrong."""
    try:
        plain = json.loads(text, parse_constant=no_constant, parse_float=finite)
    except (ValueError, RecursionError) as problem:
        raise InvalidArgument(f"not JSON: {problem}") from problem
    try:
        _check_version(cast("dict[str, Any]", plain).get("version") if isinstance(plain, dict) else None)
        result: Application = _node(Application, plain, "$")
    except RecursionError as problem:
        raise InvalidArgument("$: objects stand in each other deeper than any program's do") from problem
    return result


def _check_version(version: object) -> None:
    if version != VERSION:
        said = f"{version!r:.20}"
        raise InvalidArgument(f"this IR is version {said}, this cloudless reads version {VERSION}: build it again")


def to_plain(value: Any) -> Any:
    """IR as JSON values."""
    kind: type = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind in _ATOMS:
        return value
    shape = _shape(kind)
    if shape is not None:
        plain = {name: to_plain(getattr(value, name)) for name in shape[1]}
        return {TAG: shape[0], **plain} if shape[0] else plain
    if isinstance(value, (tuple, list)):
        return [to_plain(part) for part in cast("Iterable[Any]", value)]
    if isinstance(value, Mapping):
        return {key: to_plain(part) for key, part in cast("Mapping[str, Any]", value).items()}
    return value


_ATOMS = frozenset({str, int, float, bool, types.NoneType})


@cache
def _shape(kind: type) -> tuple[str, tuple[str, ...]] | None:
    """The tag of a class of nodes, "" for none, and its fields; None for other classes."""
    if not is_node(kind):
        return None
    tag = kind.__name__ if TAGGED.get(kind.__name__) is kind else ""
    return tag, tuple(item.name for item in fields(kind))


@cache
def _hints(node: type) -> dict[str, Any]:
    return typing.get_type_hints(node, localns={"Statement": Statement})  # orchestration.py does without, mostly


def _node(node: Any, plain: Any, path: str) -> Any:
    if not isinstance(plain, dict):
        raise InvalidArgument(f"{path}: expected an object for {node.__name__}, got {shown(plain)}")
    hints, given = _hints(node), cast("dict[str, Any]", plain)
    unknown = sorted(given.keys() - hints.keys() - ({TAG} if TAGGED.get(node.__name__) is node else set()))
    if unknown:
        raise InvalidArgument(f"{path}.{unknown[0]:.80}: {node.__name__} has no such field")
    return node(**{
        item.name: _value(hints[item.name], given[item.name], f"{path}.{item.name}")
        for item in fields(node)
        if item.name in given or _required(item, path)
    })  # fmt: skip


def _required(item: Any, path: str) -> bool:
    if item.is_required:
        raise InvalidArgument(f"{path}.{item.name}: missing")
    return False


def _value(hint: Any, plain: Any, path: str) -> Any:
    if is_node(hint):
        return _node(hint, plain, path)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return tuple(_value(parts[0], part, f"{path}[{at}]") for at, part in enumerate(_checked(list, plain, path)))
    if origin in (typing.Union, types.UnionType):
        return _union(parts, plain, path)
    if isinstance(hint, type) and hint is not Any:  # a class since Python 3.11
        return _checked(hint, plain, path)
    return _checked(dict, plain, path) if origin is Mapping else plain


def _union(parts: tuple[Any, ...], plain: Any, path: str) -> Any:
    nodes = [part for part in parts if is_node(part)]
    if not nodes or (plain is None and types.NoneType in parts):
        return plain
    return _node(nodes[0] if len(nodes) == 1 else _told(nodes, plain, path), plain, path)


def _told(nodes: list[Any], plain: Any, path: str) -> Any:
    """Which of several kinds of node an object says it is."""
    name: Any = cast("dict[str, Any]", plain).get(TAG) if isinstance(plain, dict) else None
    found = TAGGED.get(name) if isinstance(name, str) else None
    if found not in nodes:
        raise InvalidArgument(f"{path}.{TAG}: {name!r:.80} is none of {', '.join(one.__name__ for one in nodes)}")
    return found


def _checked(kind: type, plain: Any, path: str) -> Any:
    wanted = (int, float) if kind is float else kind
    if not isinstance(plain, wanted) or (isinstance(plain, bool) and kind is not bool):
        raise InvalidArgument(f"{path}: expected {kind.__name__}, got {shown(plain)}")
    return plain
