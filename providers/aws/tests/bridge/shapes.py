"""Parameters of calls, checked with the model of the service that Amazon's SDK has in it, and does not check itself.

https://smithy.io/2.0/spec/constraint-traits.html: enums, patterns, lengths and ranges. What the SDK does check are
names and types. May import: the standard library, botocore.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from cloudless.codec import is_list, is_object

_LETTERS = {r"\p{L}": r"\w", r"\p{Z}": r"\s", r"\p{N}": r"\d"}
"""What Python's expressions call classes of Unicode by."""


def problems(service: str, operation: str, params: Mapping[str, Any]) -> list[str]:
    """What the service would refuse, by path. service: as boto3's. operation: as the API's, "CreateQueue"."""
    shape = _model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(params, shape)
    return [report.generate_report()] if report.has_errors() else list(_walk(shape, params, operation))


@cache
def _model(service: str) -> Any:
    return _session().get_service_model(service)


@cache
def _session() -> Any:
    return botocore.session.get_session()


def _walk(shape: Any, value: Any, path: str) -> Iterator[str]:
    if is_object(value) and shape.type_name == "structure":
        for name, part in value.items():
            yield from _walk(shape.members[name], part, f"{path}.{name}")
    elif is_object(value) and shape.type_name == "map":
        for name, part in value.items():
            yield from _walk(shape.key, name, f"{path} key")
            yield from _walk(shape.value, part, f"{path}.{name}")
    elif is_list(value):
        yield from _sized(shape.metadata, len(value), path)
        for number, part in enumerate(value):
            yield from _walk(shape.member, part, f"{path}[{number}]")
    else:
        yield from _scalar(shape, value, path)


def _scalar(shape: Any, value: Any, path: str) -> Iterator[str]:
    enum, pattern = shape.metadata.get("enum"), shape._shape_model.get("pattern")
    if enum and value not in enum:
        yield f"{path}: {value!r} is none of {enum}"
    if pattern and isinstance(value, str) and not _compiled(pattern).fullmatch(value):
        yield f"{path}: {value!r} is not as {pattern}"
    if isinstance(value, str | bytes):
        yield from _sized(shape.metadata, len(value), path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _sized(shape.metadata, value, path)


def _sized(limits: Mapping[str, Any], size: float, path: str) -> Iterator[str]:
    if not limits.get("min", size) <= size <= limits.get("max", size):
        yield f"{path}: {size} is not within {limits.get('min', '')}…{limits.get('max', '')}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for written, ours in _LETTERS.items():
        pattern = pattern.replace(written, ours)
    return re.compile(pattern)
