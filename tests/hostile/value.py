"""JSON values in which something is wrong: parts of a good one dropped, renamed, put elsewhere, or replaced."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.fuzz.choices import Choices

Path = tuple[str | int, ...]


class Raw:
    """A piece of JSON text that stands for itself, be it JSON or not; see text.py."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Raw({self.text[:40]!r})"


def nested(opening: str, inner: str, closing: str, depth: int) -> Raw:
    """Text in so many brackets."""
    return Raw(f"{opening * depth}{inner}{closing * depth}")


DEPTHS = (20, 300, 600, 950, 20_000)
"""What is harmless, what some recursion takes and another one does not, and what nothing takes."""

NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.5, -0.0, "", [], {},
    "x", "0", "-1", "null", "\x00", "a\x00b", "\ud800", "a\udfffb", "\ufffe", "\U0001f600", "\u0661", "\r\n",
    "1_0", " 1", "1e400", "NaN", "9" * 5_000, "x" * 70_000, "\u00e9" * 300, "%", "%zz", "%ff", "../..", "=",
    "====", "A", "0001-01-01T00:00:00", "9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", "2026-13-01", [None], [[]], [{}], {"": None}, {"\ud800": 1}, {"x\ny": 1},
    {"a": {"b": {"c": []}}}, [1, "a", None], ["a"] * 300, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**18, 10**400,
    1e308, 5e-324, 253_402_300_800, -62_135_596_801, Raw("1e400"), Raw("-1e400"), Raw("NaN"), Raw("Infinity"),
    Raw("-Infinity"), Raw("1e-9999"), Raw("1" + "0" * 5_000), Raw("1" + "0" * 400 + ".5"), Raw('"\\ud83d"'),
    Raw('"\\udc00\\ud83d"'), Raw('"\\u0000"'), Raw("01"), Raw("'x'"), Raw("\x00"), Raw('{"a":1,"a":2}'), Raw("[1,]"),
    Raw("{"), Raw('"'), Raw("undefined"), Raw("1 2"), Raw("/**/1"),
    *(nested("[", "", "]", depth) for depth in DEPTHS),
    *(nested('{"a":', "1", "}", min(depth, 4_000)) for depth in DEPTHS),
)  # fmt: skip
"""What stands in place of something; the simplest first."""


_TEXTS = [one for one in NASTY if isinstance(one, str)]


def mutated(seed: Any, choices: Choices) -> Any:
    """A copy with one to three things wrong, mostly one."""
    value = seed
    for _ in range(choices.pick((1, 1, 1, 2, 2, 3))):
        value = _changed(value, choices)
    return value


def _changed(value: Any, choices: Choices) -> Any:
    """Something within is changed, rarely the whole."""
    return choices.pick(_CHANGES)(value, () if choices.chance(4) else _path(value, choices), choices)


def _replace(value: Any, path: Path, choices: Choices) -> Any:
    is_text = isinstance(_at(value, path), str) and choices.chance(60)
    return _with(value, path, choices.pick(_TEXTS if is_text else NASTY))


def _drop(value: Any, path: Path, choices: Choices) -> Any:
    if not path:
        return None
    parent = _at(value, path[:-1])
    if isinstance(parent, dict):
        return _with(value, path[:-1], {key: part for key, part in parent.items() if key != path[-1]})
    return _with(value, path[:-1], [part for at, part in enumerate(parent) if at != path[-1]])


def _wrap(value: Any, path: Path, choices: Choices) -> Any:
    part = _at(value, path)
    return _with(value, path, choices.pick(([part], {"": part}, [part] * 3, [[[part]]])))


def _unwrap(value: Any, path: Path, choices: Choices) -> Any:
    part = _at(value, path)
    inner = list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
    return _with(value, path, choices.pick(inner)) if inner else value


def _move(value: Any, path: Path, choices: Choices) -> Any:
    """A part in place of another one."""
    return _with(value, path, _at(value, _path(value, choices)))


def _add(value: Any, path: Path, choices: Choices) -> Any:
    """A member more, beside or in place of those that are there."""
    part = _at(value, path)
    if isinstance(part, dict):
        return _with(value, path, {**part, choices.pick((*part, *_KEYS)): choices.pick(NASTY)})
    if isinstance(part, list):
        return _with(value, path, [*part, choices.pick((*part, *NASTY))])
    return _with(value, path, {"x": part})


def _retype(value: Any, path: Path, choices: Choices) -> Any:
    """As another type that says the same."""
    part = _at(value, path)
    if isinstance(part, str):
        return _with(
            value, path, choices.pick(([part], {part: part}, len(part), part.encode("utf-8", "surrogatepass").hex()))
        )
    if isinstance(part, int | float):
        return _with(value, path, choices.pick((str(part), [part], bool(part), -part)))
    return _with(value, path, str(part)[:200])


def _edit(value: Any, path: Path, choices: Choices) -> Any:
    """A text with something cut, put in, or repeated."""
    part = _at(value, path)
    if not isinstance(part, str):
        return _replace(value, path, choices)
    at = choices.below(len(part) + 1)
    piece = choices.pick(_PIECES)
    texts = (part[:at], part[at:], part[:at] + piece + part[at:], part[:at] + piece + part[at + 1 :], part * 3)
    return _with(value, path, choices.pick(texts))


_CHANGES = (_replace, _drop, _edit, _retype, _wrap, _unwrap, _add, _move)
_KEYS = ("", "id", "body", "type", "\ud800", "a\x00", "x\ny", "é" * 200, "__class__")
_PIECES = (
    "\x00",
    "\ud800",
    "é",
    "\U0001f600",
    " ",
    "\n",
    "%",
    ".",
    "-",
    ",",
    "=",
    "\\",
    '"',
    "0",
    "9" * 400,
    "x" * 3_000,
)


def _path(value: Any, choices: Choices) -> Path:
    """Where one of its parts is: down from the whole, one level at least."""
    path: list[str | int] = []
    while (keys := _keys(value)) and (not path or choices.chance(70)):
        path.append(choices.pick(keys))
        value = value[path[-1]]
    return tuple(path)


def _keys(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(value: Any, path: Path, part: Any) -> Any:
    """A copy with another part at a path."""
    if not path:
        return part
    if isinstance(value, dict):
        return {**value, path[0]: _with(value[path[0]], path[1:], part)}
    return [_with(one, path[1:], part) if at == path[0] else one for at, one in enumerate(value)]
