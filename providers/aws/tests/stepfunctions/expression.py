"""JSON with JSONata strings in it, the values of Arguments, Output, Assign and of single fields.

https://states-language.net/#jsonata-evaluation
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, NamedTuple

from providers.aws.tests.stepfunctions.errors import QueryFailed
from providers.aws.tests.stepfunctions.jsonata import Jsonata, Nothing
from providers.aws.tests.stepfunctions.kinds import is_array, is_object, kind_of
from providers.aws.tests.stepfunctions.limits import text_of

OPEN, CLOSE = "{%", "%}"


class Found(NamedTuple):
    """A JSONata string inside a value. path: keys and indices from the field on: "Assign/x/0"."""

    path: str
    text: str


def is_expression(value: Any) -> bool:
    """Whether this is a JSONata string: it starts with {% and ends with %}."""
    return (
        isinstance(value, str)
        and value.startswith(OPEN)
        and value.endswith(CLOSE)
        and len(value) >= len(OPEN) + len(CLOSE)
    )


def is_half(value: Any) -> bool:
    """Whether a JSONata string was begun or ended only, which is an error and no text."""
    return isinstance(value, str) and not is_expression(value) and (value.startswith(OPEN) or value.endswith(CLOSE))


def inner(text: str) -> str:
    """The expression of a JSONata string."""
    return text[len(OPEN) : -len(CLOSE)].strip()


def expressions(value: Any, path: str) -> Generator[Found]:
    """Every JSONata string in a value, however deep."""
    if is_expression(value):
        yield Found(path, inner(value))
    for key, one in children(value):
        yield from expressions(one, f"{path}/{key}")


def children(value: Any) -> list[tuple[str | int, Any]]:
    """What an object or an array holds, by key or index."""
    if is_object(value):
        return [(str(key), one) for key, one in value.items()]
    return list(enumerate(value)) if is_array(value) else []


class Scope(NamedTuple):
    """What the expressions of one evaluation see. variables: by name, `states` among them."""

    engine: Jsonata
    variables: Mapping[str, Any]
    now_ms: int
    seed: int


def evaluated(value: Any, path: str, scope: Scope) -> Any:
    """The value with the result of each JSONata string in its place. Raises QueryFailed, Unspecified."""
    found = list(expressions(value, path))
    texts = [one.text for one in found]
    results = scope.engine.evaluate(texts, scope.variables, now_ms=scope.now_ms, seed=scope.seed)
    values: list[Any] = []
    for one, result in zip(found, results, strict=True):
        if isinstance(result, Nothing):
            where = f"The JSONata expression '{one.text}' specified for the field '{one.path}'"
            raise QueryFailed(f"{where} {result.why}", one.path)
        values.append(result.value)
    return _filled(value, iter(values))


def field(value: Any, path: str, scope: Scope, expected: str, accepts: Callable[[Any], bool]) -> Any:
    """The value of a field that takes a certain kind only. expected: as errors say it: "boolean"."""
    result = evaluated(value, path, scope)
    if accepts(result):
        return result
    raise QueryFailed(
        f"The JSONata expression '{inner(value)}' specified for the field '{path}' returned an unexpected result type."
        f" Expected '{expected}', but was '{kind_of(result)}' for value: {text_of(result)}",
        path,
    )


def _filled(value: Any, results: Iterator[Any]) -> Any:
    """The value with results in place of its JSONata strings, which come in the order of `expressions`."""
    if is_expression(value):
        return next(results)
    if is_object(value):
        return {key: _filled(one, results) for key, one in value.items()}
    if is_array(value):
        return [_filled(one, results) for one in value]
    return value
