"""What does not fit a type that pydantic knows, in words: a line a problem. Imported at the first such body."""

from __future__ import annotations

from pydantic_core import PydanticSerializationError, ValidationError

from cloudless.codec import shown
from cloudless.errors import InvalidBody

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROBLEMS_MOST = 10
_WARNING = "PydanticSerializationUnexpectedValue("
_WHOLE = frozenset({"json_invalid", "missing"})  # their input is what stands around the problem


def misfit(title: str, problem: Exception) -> InvalidBody:
    """What to raise for what a validator or serializer of pydantic's, or of the user's, raised.

    title: how it begins, e.g. "expected Order". The text has one line ("expected Order: lines.0.count: Field
    required"); where there are several problems, one more for each, of at most 10.
    """
    lines = _lines(problem)
    between = "\n  " if len(lines) > 1 else " "
    error = InvalidBody(f"{title}:{between}" + between.join(lines))
    if isinstance(problem, ValidationError):
        found: list[Any] = problem.errors(include_url=False, include_context=False, include_input=False)
        error.is_json = all(one["type"] != "json_invalid" for one in found)
        error.fields = tuple((_place(one), _joined(one["msg"])) for one in found[:PROBLEMS_MOST])
    return error


def _lines(problem: Exception) -> list[str]:
    if isinstance(problem, ValidationError):
        return _of_validation(problem)
    if isinstance(problem, PydanticSerializationError):
        return _of_serialization(str(problem))
    return [str(problem) if isinstance(problem, ValueError) else f"{type(problem).__name__}: {problem}"]


def _of_validation(problem: ValidationError) -> list[str]:
    found: list[Any] = problem.errors(include_url=False, include_context=False)
    lines = [_line(one) for one in found[:PROBLEMS_MOST]]
    return lines if len(found) <= PROBLEMS_MOST else [*lines, f"and {len(found) - PROBLEMS_MOST:,} more"]


def _line(one: dict[str, Any]) -> str:
    """One problem: where in the body, what, and what stands there."""
    place = _place(one)
    got = "" if one["type"] in _WHOLE else f", got {shown(one['input'])}"
    return f"{place}: {_joined(one['msg'])}{got}" if place else f"{_joined(one['msg'])}{got}"


def _place(one: dict[str, Any]) -> str:
    return ".".join(map(str, one["loc"]))


def _of_serialization(text: str) -> list[str]:
    """Below a title, a warning a line, e.g. "PydanticSerializationUnexpectedValue(what is wrong)"."""
    _, *warnings = text.splitlines()
    found = [_joined(line).removeprefix(_WARNING).removesuffix(")") for line in warnings]
    return found[:PROBLEMS_MOST] or [_joined(text)]


def _joined(text: str) -> str:
    return " ".join(text.split())
