"""Requests and answers against the shapes of the service, which botocore holds."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from functools import cache
from typing import Any

from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.kinds import is_array, is_object


@cache
def _model() -> Any:
    from botocore.session import get_session

    return get_session().get_service_model("stepfunctions")


def check_request(operation: str, parameters: Mapping[str, Any]) -> None:
    """Raise ApiError for every constraint that the request does not keep, as AWS words it."""
    found = list(_errors(_model().operation_model(operation).input_shape, parameters, ""))
    if found:
        s = "" if len(found) == 1 else "s"
        raise ApiError("ValidationException", f"{len(found)} validation error{s} detected: {'; '.join(found)}")


def check_answer(operation: str, given: Mapping[str, Any]) -> None:
    """The model's own answers have the service's shape."""
    shape = _model().operation_model(operation).output_shape
    found = list(_errors(shape, given, "")) if shape is not None else []
    assert not found, f"{operation} answers {given}: {found}"


def _errors(shape: Any, value: Any, path: str) -> Generator[str]:
    if shape.type_name == "structure":
        yield from _of_structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _of_scalar(shape, value, path)
        for at, one in enumerate(value if is_array(value) else [], 1):
            yield from _errors(shape.member, one, f"{path}.{at}.member")
    elif shape.type_name == "map":
        for one in value.values():
            yield from _errors(shape.value, one, path)
    else:
        yield from _of_scalar(shape, value, path)


def _of_structure(shape: Any, value: Any, path: str) -> Generator[str]:
    if not is_object(value):
        yield _error(value, path, "Member must be a structure")
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield _error("null", _join(path, name), "Member must not be null")
    for name, one in value.items():
        if name not in shape.members:
            yield _error(one, _join(path, str(name)), "Member is not known")
        elif one is not None:
            yield from _errors(shape.members[name], one, _join(path, str(name)))


_KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (int, float),
    "integer": (int,),
    "list": (list,),
    "long": (int,),
    "string": (str,),
    "timestamp": (int, float),
}


def _of_scalar(shape: Any, value: Any, path: str) -> Generator[str]:
    kinds: tuple[Any, ...] = _KINDS[shape.type_name]
    if not isinstance(value, kinds) or (shape.type_name != "boolean" and isinstance(value, bool)):
        yield _error(value, path, f"Member must be a {shape.type_name}")
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    is_number = isinstance(value, (int, float))
    measured = value if is_number else len(value)
    what = "value" if is_number else "length"
    if least is not None and measured < least:
        yield _error(value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and measured > most:
        yield _error(value, path, f"Member must have {what} less than or equal to {most}")
    choices = getattr(shape, "enum", None)
    if choices and value not in choices:
        yield _error(value, path, f"Member must satisfy enum value set: [{', '.join(choices)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield _error(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _error(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
