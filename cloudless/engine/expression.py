"""Expressions → closures: each node of the IR's JSON becomes a function of the variables.

Values are JSON values as Python has them, and are never changed in place: what "changes" is bound anew. So they may be
shared between variables, branches and journals.
"""

from __future__ import annotations

from operator import add, eq, floordiv, ge, gt, le, lt, mod, mul, sub, truediv  # pyright: ignore[reportUnknownVariableType]

from cloudless.driver.error import error_of, is_one_of
from cloudless.engine.error import Raised
from cloudless.errors import InternalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Variables = dict[str, Any]
    Evaluate = Callable[[Variables], Any]
    Plain = dict[str, Any]

INT_MAX = 2**53 - 1
"""Whole numbers that a double holds exactly: the domain of every engine's JSON."""


def compiled(plain: Plain) -> Evaluate:
    """The closure of one expression."""
    compiler = COMPILERS.get(plain["node"])
    if compiler is None:
        raise InternalError(f"an engine cannot evaluate {plain['node']}")
    return compiler(plain)


def _const(plain: Plain) -> Evaluate:
    value = plain["value"]
    if plain["type"]["kind"] == "float":
        value = float(value) + 0.0  # -0.0 is 0.0 where JSON went through another engine
    return lambda at: value


def _var(plain: Plain) -> Evaluate:
    name = plain["name"]
    return lambda at: at[name]


def _field(plain: Plain) -> Evaluate:
    key, of = plain["key"], plain["of"]
    if of["node"] == "Var":
        name = of["name"]
        return lambda at: at[name][key]
    of = compiled(of)
    return lambda at: of(at)[key]


def _index(plain: Plain) -> Evaluate:
    of, where = compiled(plain["of"]), compiled(plain["at"])
    return lambda at: of(at)[where(at)]


def _key(plain: Plain) -> Evaluate:
    of, key = compiled(plain["of"]), compiled(plain["key"])
    return lambda at: of(at)[key(at)]


def _record(plain: Plain) -> Evaluate:
    fields = entries(plain["fields"])
    return lambda at: {key: value(at) for key, value in fields}


def entries(plain: list[Plain]) -> list[tuple[str, Evaluate]]:
    """(key, closure) of each entry."""
    return [(entry["key"], compiled(entry["value"])) for entry in plain]


def _dict(plain: Plain) -> Evaluate:
    items = [(compiled(pair["key"]), compiled(pair["value"])) for pair in plain["items"]]
    return lambda at: {key(at): value(at) for key, value in items}


def _list(plain: Plain) -> Evaluate:
    items = [compiled(item) for item in plain["items"]]
    return lambda at: [item(at) for item in items]


def _merge(plain: Plain) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])
    return lambda at: {**left(at), **right(at)}


def _concat(plain: Plain) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])
    return lambda at: left(at) + right(at)


def _number(value: float) -> float:
    """A number within the domain of every engine."""
    if -INT_MAX <= value <= INT_MAX:
        return value + 0.0 if type(value) is float else value
    if type(value) is float and value - value == 0:  # finite
        return value
    raise Raised(error_of("OverflowError", "a number is out of range: whole ones go to 2**53 - 1"))


_ARITHMETIC: dict[str, Any] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "//": floordiv, "%": mod,
}  # fmt: skip


def _arithmetic(plain: Plain) -> Evaluate:
    left, right, apply = compiled(plain["left"]), compiled(plain["right"]), _ARITHMETIC[plain["op"]]
    if plain["kind"] == "int":
        return lambda at: _number(apply(left(at), right(at)))
    return lambda at: _float(apply, left(at), right(at))


def _float(apply: Callable[[Any, Any], Any], left: Any, right: Any) -> float:
    try:
        return _number(float(apply(left, right)))
    except OverflowError as problem:
        raise Raised(error_of("OverflowError", "a number is out of range")) from problem


_UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": lambda value: -value + 0, "abs": abs, "int": int,
}  # fmt: skip


def _unary(plain: Plain) -> Evaluate:
    of = compiled(plain["of"])
    if plain["op"] == "float":
        return lambda at: _float(add, of(at), 0.0)
    apply = _UNARY[plain["op"]]
    return lambda at: _number(apply(of(at)))


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def _compare(plain: Plain) -> Evaluate:
    return _binary(_COMPARE[plain["op"]], plain)


def _binary(apply: Callable[[Any, Any], Any], plain: Plain) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])
    return lambda at: apply(left(at), right(at))


def _equal(plain: Plain) -> Evaluate:
    return _binary(eq, plain)


def _is_none(plain: Plain) -> Evaluate:
    of = compiled(plain["of"])
    return lambda at: of(at) is None


def _not(plain: Plain) -> Evaluate:
    of = compiled(plain["of"])
    return lambda at: not of(at)


def _and(plain: Plain) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])
    return lambda at: left(at) and right(at)


def _or(plain: Plain) -> Evaluate:
    left, right = compiled(plain["left"]), compiled(plain["right"])
    return lambda at: left(at) or right(at)


def _choose(plain: Plain) -> Evaluate:
    test, then, otherwise = compiled(plain["test"]), compiled(plain["then"]), compiled(plain["otherwise"])
    return lambda at: then(at) if test(at) else otherwise(at)


def _text(plain: Plain) -> Evaluate:
    parts = [compiled(part) for part in plain["parts"]]
    return lambda at: "".join([part(at) for part in parts])


def _to_text(plain: Plain) -> Evaluate:
    of = compiled(plain["of"])
    return lambda at: str(of(at))


def _length(plain: Plain) -> Evaluate:
    of = compiled(plain["of"])
    return lambda at: len(of(at))


def _in(plain: Plain) -> Evaluate:
    item, of = compiled(plain["item"]), compiled(plain["of"])
    return lambda at: item(at) in of(at)


def _has_key(plain: Plain) -> Evaluate:
    of, key = compiled(plain["of"]), compiled(plain["key"])
    return lambda at: key(at) in of(at)


def _contains(plain: Plain) -> Evaluate:
    of, part = compiled(plain["of"]), compiled(plain["part"])
    return lambda at: part(at) in of(at)


def _map(plain: Plain) -> Evaluate:
    name, source, element = plain["item"], compiled(plain["source"]), compiled(plain["element"])
    test = compiled(plain["test"]) if plain["test"] else None

    def run(at: Variables) -> list[Any]:
        inner = dict(at)
        found: list[Any] = []
        for item in source(at):
            inner[name] = item
            if test is None or test(inner):
                found.append(element(inner))
        return found

    return run


_FOLDS: dict[str, Callable[[Any], Any]] = {"any": any, "all": all, "min": min, "max": max}


def _fold(plain: Plain) -> Evaluate:
    of = compiled(plain["of"])
    if plain["op"] == "sum":
        zero: Any = 0.0 if plain["kind"] == "float" else 0
        return lambda at: _total(of(at), zero)
    apply = _FOLDS[plain["op"]]
    return lambda at: apply(of(at))


def _total(values: list[Any], total: Any) -> Any:
    if type(total) is float:
        for value in values:  # one by one, as other engines add: sum() of Python 3.12 makes up for what rounding loses
            total = _float(add, total, value)
        return total
    for value in values:
        total = _number(total + value)
    return total


_TEXT_CALLS: dict[str, Callable[..., Any]] = {
    "lower": str.lower, "upper": str.upper, "startswith": str.startswith, "endswith": str.endswith, "join": str.join,
}  # fmt: skip


def _text_call(plain: Plain) -> Evaluate:
    apply, arguments = _TEXT_CALLS[plain["name"]], [compiled(one) for one in plain["arguments"]]
    return lambda at: apply(*[argument(at) for argument in arguments])


def _error_part(plain: Plain) -> Evaluate:
    of, part = compiled(plain["of"]), plain["part"]
    return lambda at: of(at)[part]


def _error_data(plain: Plain) -> Evaluate:
    of, key = compiled(plain["of"]), plain["key"]
    return lambda at: of(at)["data"][key]


def _error_has(plain: Plain) -> Evaluate:
    of, key = compiled(plain["of"]), plain["key"]
    return lambda at: key in of(at)["data"]


def _error_is(plain: Plain) -> Evaluate:
    of, names = compiled(plain["of"]), frozenset(plain["names"])
    return lambda at: is_one_of(of(at), names)


def _new_error(plain: Plain) -> Evaluate:
    name, mro, message, data = plain["type"], plain["mro"], compiled(plain["message"]), entries(plain["data"])
    return lambda at: {
        "type": name, "mro": mro, "message": message(at), "data": {key: value(at) for key, value in data},
    }  # fmt: skip


COMPILERS: dict[str, Callable[[Plain], Evaluate]] = {
    "And": _and, "Arithmetic": _arithmetic, "Choose": _choose, "Compare": _compare, "Concat": _concat, "Const": _const,
    "Contains": _contains, "Dict": _dict, "Equal": _equal, "ErrorData": _error_data, "ErrorHas": _error_has,
    "ErrorIs": _error_is, "ErrorPart": _error_part, "Field": _field, "Fold": _fold, "HasKey": _has_key, "In": _in,
    "Index": _index, "IsNone": _is_none, "Key": _key, "Length": _length, "List": _list, "Map": _map, "Merge": _merge,
    "NewError": _new_error, "Not": _not, "Or": _or, "Record": _record, "Text": _text, "TextCall": _text_call,
    "ToText": _to_text, "Unary": _unary, "Var": _var,
}  # fmt: skip
"""By node. `Setting` is missing: a definition has none left."""
