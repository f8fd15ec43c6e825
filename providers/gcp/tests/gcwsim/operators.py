"""What operators do with values.

https://cloud.google.com/workflows/docs/reference/syntax/expressions#supported-elements
https://cloud.google.com/workflows/docs/reference/syntax/datatypes
https://cloud.google.com/workflows/docs/reference/syntax/error-types
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NoReturn

from providers.gcp.tests.gcwsim.errors import Raised, Unspecified, raised
from providers.gcp.tests.gcwsim.limits import INT_MAX, INT_MIN, STRING_BYTES
from providers.gcp.tests.gcwsim.pages import DATATYPES, ERRORS, EXPRESSIONS, HELPERS, LISTS, MAPS
from providers.gcp.tests.gcwsim.value import Partial, is_list, is_map, size_of, type_of

Operation = Callable[[Any, Any], Any]
_NUMBERS = (int, float)


def wrong_type(message: str) -> Raised:
    return raised("TypeError", message)


def checked_int(value: int) -> int:
    """An integer of 64 bits. Raises Unspecified."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise Unspecified(f"{value} does not fit into 64 bits", DATATYPES)


def checked_double(value: float) -> float:
    if math.isfinite(value):
        return value
    raise Unspecified(f"the double {value}", DATATYPES)


def checked_string(value: str) -> str:
    """A string that is not too long. Raises ResourceLimitError."""
    if len(value) * 4 > STRING_BYTES and size_of(value) - 8 > STRING_BYTES:
        raise raised("ResourceLimitError", f"a string of more than {STRING_BYTES:,} bytes")
    return value


def _number(value: int | float) -> int | float:
    return checked_int(value) if type(value) is int else checked_double(value)


def _no_numbers(symbol: str, left: Any, right: Any) -> NoReturn:
    kinds = {type_of(left), type_of(right)}
    if "boolean" in kinds and kinds <= {"boolean", "integer", "double"}:
        raise Unspecified(f"{type_of(left)} {symbol} {type_of(right)}", DATATYPES)
    raise wrong_type(f"{type_of(left)} {symbol} {type_of(right)}")


def _arithmetic(symbol: str, compute: Operation) -> Operation:
    def operation(left: Any, right: Any) -> Any:
        if type(left) in _NUMBERS and type(right) in _NUMBERS:
            return _number(compute(left, right))
        return _no_numbers(symbol, left, right)

    return operation


def _add(left: Any, right: Any) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return _number(left + right)
    if isinstance(left, str) and isinstance(right, str):
        return checked_string(left + right)
    if isinstance(left, str) or isinstance(right, str):
        raise Unspecified(f"{type_of(left)} + {type_of(right)}: convert with string()", EXPRESSIONS)
    if not isinstance(left, bool) and left is not None and type_of(left) == type_of(right):
        raise Unspecified(f"{type_of(left)} + {type_of(right)}", EXPRESSIONS)
    return _no_numbers("+", left, right)


def _divide(left: Any, right: Any) -> Any:
    """Of two integers a double too: / is "float division"."""
    _check_divisor("/", left, right)
    return checked_double(left / right)


def _floor_divide(left: Any, right: Any) -> Any:
    _check_divisor("//", left, right)
    if type(left) is float or type(right) is float:
        raise Unspecified("the type of // of a double", EXPRESSIONS)
    return checked_int(left // right)


def _remainder(left: Any, right: Any) -> Any:
    _check_divisor("%", left, right)
    if type(left) is float or type(right) is float:
        raise Unspecified("% of a double", EXPRESSIONS)
    if left < 0 or right < 0:
        raise Unspecified(f"{left} % {right}: the sign of a remainder", EXPRESSIONS)
    return left % right


def _check_divisor(symbol: str, left: Any, right: Any) -> None:
    if type(left) not in _NUMBERS or type(right) not in _NUMBERS:
        _no_numbers(symbol, left, right)
    if right == 0:
        raise raised("ZeroDivisionError", f"{left} {symbol} {right}")


def is_equal(left: object, right: object) -> bool:
    """==. Raises Unspecified for lists and maps, and for scalars of two types where neither is null."""
    kind = type(left)
    if kind is type(right) and kind in (str, int, bool, float):
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if kind in _NUMBERS and type(right) in _NUMBERS:
        return bool(left == right)
    raise Unspecified(f"{type_of(left)} == {type_of(right)}", DATATYPES)


def _is_unequal(left: Any, right: Any) -> bool:
    return not is_equal(left, right)


def _ordering(symbol: str, compare: Operation) -> Operation:
    def operation(left: Any, right: Any) -> Any:
        if type(left) in _NUMBERS and type(right) in _NUMBERS:
            return compare(left, right)
        if isinstance(left, str) and isinstance(right, str) and left.isascii() and right.isascii():
            return compare(left, right)
        if type(left) is type(right) and left is not None:
            raise Unspecified(f"the order of two values of type {type_of(left)}", DATATYPES)
        raise wrong_type(f"{type_of(left)} {symbol} {type_of(right)}")

    return operation


def _contains(left: Any, right: Any) -> bool:
    """Whether a list has an element, or a map a key."""
    if is_list(right):
        return any(is_equal(left, one) for one in right)
    if is_map(right):
        return _has_key(left, right)
    if isinstance(right, str):
        raise Unspecified("in of a string", HELPERS)
    raise wrong_type(f"{type_of(left)} in {type_of(right)}")


def _has_key(key: Any, of: dict[str, Any]) -> bool:
    if not isinstance(key, str):
        raise Unspecified(f"a key of type {type_of(key)}", MAPS)
    if isinstance(of, Partial) and key not in of:
        raise Unspecified(f"whether {of.what} has {key!r}", of.page)
    return key in of


BINARY: dict[str, Operation] = {
    "+": _add,
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul),
    "/": _divide,
    "//": _floor_divide,
    "%": _remainder,
    "==": is_equal,
    "!=": _is_unequal,
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": _contains,
}


def negate(value: Any) -> Any:
    if type(value) in _NUMBERS:
        return _number(-value)
    if isinstance(value, bool):
        raise Unspecified("- of a boolean", DATATYPES)
    raise wrong_type(f"- {type_of(value)}")


def boolean(value: Any, what: str) -> bool:
    """What logical operators and conditions take. Raises TypeError."""
    if value is True or value is False:
        return value
    raise wrong_type(f"{what} of type {type_of(value)}, not boolean")


def member(of: Any, key: str) -> Any:
    """The value of a key: of.key, of["key"]."""
    if is_map(of):
        try:
            return of[key]
        except KeyError:
            raise _missing(of, key) from None
    raise wrong_type(f"key {key!r} of a value of type {type_of(of)}")


def _missing(of: dict[str, Any], key: str) -> Exception:
    if isinstance(of, Partial):
        return Unspecified(f"{key!r} of {of.what}", of.page)
    return raised("KeyError", f"key not found: {key}")


def element(of: Any, index: Any) -> Any:
    """The value of a key or at an index: of[index]."""
    if isinstance(index, str):
        return member(of, index)
    if is_list(of):
        return of[position(of, index)]
    if isinstance(of, str | bytes):
        raise Unspecified(f"an index of a {type_of(of)}", LISTS)
    if is_map(of):
        raise Unspecified(f"a key of type {type_of(index)}", MAPS)
    raise wrong_type(f"index of a value of type {type_of(of)}")


def position(of: list[Any], index: Any) -> int:
    """A valid index of a list. Raises IndexError."""
    if type(index) is not int:
        if isinstance(index, float | bool):
            raise Unspecified(f"an index of type {type_of(index)}", LISTS)
        raise wrong_type(f"an index of type {type_of(index)}")
    if index < 0:
        raise Unspecified(f"the index {index}", ERRORS)
    if index >= len(of):
        raise raised("IndexError", f"index {index} of a list of {len(of)}")
    return index
