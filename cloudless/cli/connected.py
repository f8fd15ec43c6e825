"""A deployed stage that commands talk to, by the same drivers as any caller from outside."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cloudless.codec import codec_of, is_object
from cloudless.connection import connect
from cloudless.errors import InvalidArgument, InvalidBody
from cloudless.handler import Routine, argument_names
from cloudless.options import nearest

if TYPE_CHECKING:
    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud

T = TypeVar("T")


@contextmanager
def connected(stage: str, config: Path | None) -> Generator[tuple[App, Cloud]]:
    """The application, and the stage that client calls of the block go to; closed at the end."""
    from cloudless.config import load

    with connect(stage, config=config) as cloud:
        try:
            yield load(config).load_app(), cloud
        finally:
            close = getattr(cloud, "close", None)
            if close is not None:
                close()


def named(noun: str, name: str, known: Mapping[str, T]) -> T:
    """The one of that name; InvalidArgument with the nearest."""
    if name in known:
        return known[name]
    guess = nearest(name, known)
    hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(known) or 'none'}"
    raise InvalidArgument(f"the application has no {noun} {name!r}: {hint}")


def arguments(routine: Routine[..., Any], words: list[str] | None, text: str | None) -> dict[str, Any]:
    """What the command line gives to a function or an orchestration, by parameter.

    words: "total=9.5", each a JSON value of the parameter's type, or a plain text where it takes one. text: of --args,
    a JSON object. Both may be given. Raises InvalidArgument, InvalidBody.
    """
    plain = {**_object(text), **dict(_pair(routine, one) for one in words or ())}
    try:
        decoded: dict[str, Any] = routine.arguments().decode(json.dumps(plain))
    except InvalidBody as problem:
        raise InvalidBody(f"{routine.name}: {problem}") from problem
    return decoded


def json_of(text: str, what: str) -> Any:
    """The value of a JSON text (InvalidArgument). what: it is, for people."""
    try:
        return json.loads(text)
    except ValueError as problem:
        raise InvalidArgument(
            f'{what} is no JSON: {problem}; quote it for the shell, e.g. \'{{"id": "1"}}\''
        ) from problem


def _object(text: str | None) -> dict[str, Any]:
    found: Any = {} if text is None else json_of(text, "--args")
    if not is_object(found):
        raise InvalidArgument(f"--args {text}: give an object of arguments by name, e.g. '{{\"total\": 9.5}}'")
    return found


def _pair(routine: Routine[..., Any], word: str) -> tuple[str, Any]:
    name, equals, text = word.partition("=")
    if not equals:
        raise InvalidArgument(f"{word!r}: write NAME=VALUE, or all arguments as JSON: --args '{{…}}'")
    named("parameter", name, dict.fromkeys(argument_names(routine.function)))
    codec = codec_of(routine.hints().get(name))
    try:
        codec.decode(text)
    except InvalidArgument:
        return name, _text(codec, name, text)
    return name, json.loads(text)


def _text(codec: Codec, name: str, text: str) -> str:
    """A text for a parameter that takes one; InvalidBody with the parameter's name."""
    try:
        codec.decode(json.dumps(text))
    except InvalidArgument as problem:
        raise InvalidBody(f"argument {name!r}: {problem}") from problem
    return text
