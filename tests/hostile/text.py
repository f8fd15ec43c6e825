"""JSON texts and bytes of values in which something is wrong, and the strategies that draw them."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.fuzz.choices import Choices, Repeated
from tests.hostile.value import Raw, mutated

T = TypeVar("T")

_DRAWN = st.binary(min_size=12, max_size=48)
"""Decisions of one example: where they end, all further ones are the simplest."""


def made(make: Callable[[Choices], T]) -> st.SearchStrategy[T]:
    """What is made of decisions."""
    return _DRAWN.map(lambda drawn: make(Repeated(drawn)))


def texts(*seeds: Any) -> st.SearchStrategy[str]:
    """JSON texts of something like one of the seeds, or no JSON at all."""
    return made(lambda choices: torn(written(mutated(choices.pick(seeds), choices), choices), choices))


def contents(*seeds: Any) -> st.SearchStrategy[bytes]:
    """The same as bytes, of which some are no UTF-8."""

    def make(choices: Choices) -> bytes:
        text = torn(written(mutated(choices.pick(seeds), choices), choices), choices)
        return spoiled(text.encode("utf-8", "surrogatepass"), choices)

    return made(make)


def values(*seeds: Any) -> st.SearchStrategy[Any]:
    """What Python's own reader makes of such texts, as platforms hand it over; NaN and infinities are among it."""
    return made(lambda choices: read(mutated(choices.pick(seeds), choices), choices))


def read(value: Any, choices: Choices) -> Any:
    """The value of a text that may be none: None, then."""
    try:
        return json.loads(written(value, choices))
    except (ValueError, RecursionError):
        return None


def written(value: Any, choices: Choices) -> str:
    """JSON text. Of some objects a key stands there twice."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        pairs = [f"{_word(key, choices)}:{written(part, choices)}" for key, part in value.items()]
        return f"{{{','.join(pairs + pairs[:1] * choices.chance(3))}}}"
    if isinstance(value, list):
        return f"[{','.join(written(part, choices) for part in value)}]"
    if isinstance(value, str):
        return _word(value, choices)
    return str(value) if type(value) is int else json.dumps(value)


def _word(text: str, choices: Choices) -> str:
    """In escapes, or as it is: with lone surrogates and control characters."""
    return json.dumps(text, ensure_ascii=not choices.chance(20))


def torn(text: str, choices: Choices) -> str:
    """Mostly as it is; else cut, repeated, or with something around it."""
    at = choices.below(200)
    return {195: text[: len(text) // 2], 196: text * 2, 197: f"\ufeff{text}", 198: f" {text}\n", 199: ""}.get(at, text)


def spoiled(content: bytes, choices: Choices) -> bytes:
    """Mostly as it is; else bytes that are no UTF-8, or another encoding."""
    at = choices.below(100)
    middle = len(content) // 2
    return {
        95: content[:middle] + b"\xff" + content[middle:],
        96: content[:middle] + b"\xed\xa0\x80" + content[middle:],
        97: b"\xef\xbb\xbf" + content,
        98: content.decode("utf-8", "replace").encode("utf-16"),
        99: b"\x00" + content,
    }.get(at, content)
