"""Expression helpers.

https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers
"""

from __future__ import annotations

import re
from typing import Any

from providers.gcp.tests.gcwsim.context import Run
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.library.function import (
    Function,
    function,
    must_be,
    unspecified,
    wrong_type,
    wrong_value,
)
from providers.gcp.tests.gcwsim.operators import checked_double, checked_int
from providers.gcp.tests.gcwsim.value import Partial, type_of

_INTEGER = re.compile(r"-?[0-9]+\Z")
_DOUBLE = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_MAYBE_NUMBER = re.compile(r"[\s+\-0-9._xXoObBeEinfaINFA]*\Z")


def _int(value: Any) -> int:
    if isinstance(value, str):
        return _parsed_int(value)
    if type(value) is float:
        if value < 0 and not value.is_integer():
            raise unspecified("int", "towards zero or down, for a negative double")
        return checked_int(int(value))
    if isinstance(value, int):
        raise unspecified("int", f"of a value of type {type_of(value)}")
    raise wrong_type("int", value)


def _parsed_int(text: str) -> int:
    if _INTEGER.match(text):
        return checked_int(int(text))
    if text and _MAYBE_NUMBER.match(text):
        raise unspecified("int", f"of {text!r}")
    raise wrong_value(f"int: {text!r} is no number")


def _double(value: Any) -> float:
    if isinstance(value, str):
        if _DOUBLE.match(value):
            return checked_double(float(value))
        if value and _MAYBE_NUMBER.match(value):
            raise unspecified("double", f"of {value!r}")
        raise wrong_value(f"double: {value!r} is no number")
    if type(value) is int:
        return float(value)
    if isinstance(value, float | bool):
        raise unspecified("double", f"of a value of type {type_of(value)}")
    raise wrong_type("double", value)


def _string(value: Any) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return double_text(value)
    if value is None or isinstance(value, str):
        raise unspecified("string", f"of a value of type {type_of(value)}")
    raise wrong_type("string", value)


def double_text(value: float) -> str:
    """A double as text. Raises Unspecified where programs write it differently."""
    text = repr(value)
    if value.is_integer() or "e" in text or abs(value) < 1e-4:
        raise unspecified("string", f"of the double {text}")
    return text


def _len(value: Any) -> int:
    if isinstance(value, Partial):
        raise Unspecified(f"the number of keys of {value.what}", value.page)
    must_be(value, "string list map", "len")
    return len(value)


def _keys(run: Run, value: Any) -> list[str]:
    """In any order: the page names none."""
    if isinstance(value, Partial):
        raise Unspecified(f"the keys of {value.what}", value.page)
    must_be(value, "map", "keys")
    return run.shuffled(value)


def _default(value: Any, other: Any) -> Any:
    return other if value is None else value


def _if(condition: Any, when: Any, otherwise: Any) -> Any:
    """Both are evaluated; null counts as false."""
    must_be(condition, "boolean null", "if")
    return when if condition else otherwise


FUNCTIONS: list[Function] = [
    function("int", "value", _int),
    function("double", "value", _double),
    function("string", "value", _string),
    function("len", "value", _len),
    function("keys", "map", _keys, needs_run=True),
    function("default", "val defaultVal", _default),
    function("if", "condition ifTrue ifFalse", _if),
    function("get_type", "arg", type_of),
]
