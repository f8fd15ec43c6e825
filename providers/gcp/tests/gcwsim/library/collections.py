"""Modules list, map and math.

https://cloud.google.com/workflows/docs/reference/stdlib/overview
"""

from __future__ import annotations

import math
from typing import Any

from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.library.function import Function, function, must_be, unspecified
from providers.gcp.tests.gcwsim.operators import checked_int
from providers.gcp.tests.gcwsim.value import Partial, is_map, type_of


def _concat(objs: Any, val: Any) -> list[Any]:
    must_be(objs, "list", "list.concat")
    return [*objs, val]


def _prepend(objs: Any, val: Any) -> list[Any]:
    must_be(objs, "list", "list.prepend")
    return [val, *objs]


def _whole(value: Any, name: str) -> dict[str, Any]:
    """A map whose keys are all known."""
    must_be(value, "map", name)
    if isinstance(value, Partial):
        raise Unspecified(f"all keys of {value.what}, which {name} copies", value.page)
    return dict(value)


def _delete(map_: Any, key: Any) -> dict[str, Any]:
    whole = _whole(map_, "map.delete")
    must_be(key, "string", "map.delete")
    if key not in whole:
        raise unspecified("map.delete", f"a key that is not there: {key!r}")
    return {name: one for name, one in whole.items() if name != key}


def _get(map_: Any, keys: Any) -> Any:
    """keys: one key, or a list of keys that leads through nested maps. null where one is not there."""
    must_be(map_, "map", "map.get")
    must_be(keys, "string list", "map.get")
    found = map_
    for key in [keys] if isinstance(keys, str) else keys:
        must_be(key, "string", "map.get")
        found = _looked_up(found, key)
        if found is None:
            return None
    return found


def _looked_up(of: Any, key: str) -> Any:
    if not is_map(of):
        raise unspecified("map.get", f"{key!r} of a value of type {type_of(of)} on the way")
    if isinstance(of, Partial) and key not in of:
        raise Unspecified(f"{key!r} of {of.what}", of.page)
    return of.get(key)


def _merge(first: Any, second: Any) -> dict[str, Any]:
    return {**_whole(first, "map.merge"), **_whole(second, "map.merge")}


def _merge_nested(first: Any, second: Any) -> dict[str, Any]:
    merged = _whole(first, "map.merge_nested")
    for key, value in _whole(second, "map.merge_nested").items():
        both_maps = is_map(value) and is_map(merged.get(key))
        merged[key] = _merge_nested(merged[key], value) if both_maps else value
    return merged


def _numbers(name: str, *values: Any) -> None:
    for value in values:
        must_be(value, "integer double", name)


def _abs(value: Any) -> Any:
    _numbers("math.abs", value)
    return checked_int(abs(value)) if type(value) is int else abs(value)


def _floor(value: Any) -> int:
    _numbers("math.floor", value)
    return checked_int(math.floor(value))


def _max(x: Any, y: Any) -> Any:
    _numbers("math.max", x, y)
    _same("math.max", x, y)
    return max(x, y)


def _min(x: Any, y: Any) -> Any:
    _numbers("math.min", x, y)
    _same("math.min", x, y)
    return min(x, y)


def _same(name: str, x: Any, y: Any) -> None:
    if type(x) is not type(y) and x == y:
        raise unspecified(name, "which of an integer and a double that are equal")


FUNCTIONS: list[Function] = [
    function("list.concat", "objs val", _concat),
    function("list.prepend", "objs val", _prepend),
    function("map.delete", "map key", _delete),
    function("map.get", "map keys", _get),
    function("map.merge", "first second", _merge),
    function("map.merge_nested", "first second", _merge_nested),
    function("math.abs", "x", _abs),
    function("math.floor", "x", _floor),
    function("math.max", "x y", _max),
    function("math.min", "x y", _min),
]
