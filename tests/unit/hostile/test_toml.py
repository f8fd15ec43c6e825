"""cloudless.toml: a project, or every mistake with a place within the file."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cloudless.config import load
from cloudless.errors import ConfigError, InvalidArgument
from tests.fuzz.choices import Choices
from tests.hostile.effort import hostile
from tests.hostile.text import made, spoiled
from tests.hostile.value import Raw, mutated

pytestmark = pytest.mark.fuzz
SEED: dict[str, Any] = {
    "app": "shop.app:app",
    "include": ["shop.handlers"],
    "requirements": "requirements.txt",
    "bundle": ["templates/"],
    "stages": {
        "prod": {
            "provider": "aws", "region": "eu-central-1", "python": "3.12",
            "config": {"level": 3, "since": Raw("2026-01-02")}, "backend": {"s3": {"bucket": "b", "key": "k"}},
        },
        "test": {"provider": "gcp", "project": "my-project-123", "region": "europe-west1"},
        "dev": {"provider": "memory", "like": "azure"},
        "eu": {"provider": "azure", "region": "westeurope", "subscription": "00000000-0000-0000-0000-000000000000"},
    },
}  # fmt: skip
PIECES = [
    "[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", "=", ".", ",", "#", "\\", "\n", "\r", "\r\n", "\t", "\x00",
    "\ufeff", "\u2028", "\x85", "\x0c", "a", "stages", "prod", "a.b.c", '"a b"', "1e400", "nan", "inf", "9" * 5_000,
    "0x", "1_", "1979-05-27T07:32:00Z", "1979-13-27", "true",
    "[" * 3_000, "{a=" * 3_000, "a." * 2_000, '"\\uD800"', '"\\U0001F600"', "é", "\U0001f600",
]  # fmt: skip


def toml(value: Any) -> str:
    """A value as TOML writes it, in one line."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_of(key)} = {toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def key_of(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else toml(key)


def file_of(found: Any, choices: Choices) -> str:
    """The text of a file, its stages as tables."""
    if not isinstance(found, dict):
        return toml(found)
    stages = found.get("stages")
    others = {key: part for key, part in found.items() if key != "stages" or not isinstance(stages, dict)}
    lines = [f"{key_of(key)} = {toml(part)}" for key, part in others.items()]
    for name, stage in stages.items() if isinstance(stages, dict) else ():
        pairs = stage.items() if isinstance(stage, dict) else [("value", stage)]
        lines += [f"[stages.{key_of(name)}]", *(f"{key_of(key)} = {toml(part)}" for key, part in pairs)]
    for _ in choices.many(0, 3):
        lines.insert(choices.below(len(lines) + 1), choices.pick(PIECES))
    text = "\n".join(lines)
    at = choices.below(len(text) + 1)
    return text[:at] + choices.pick(PIECES) + text[at:] if choices.chance(30) else text


def made_file(choices: Choices) -> bytes:
    return spoiled(file_of(mutated(SEED, choices), choices).encode("utf-8", "surrogatepass"), choices)


def read(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    for tolerant in (False, True):
        try:
            found = load(file, tolerant=tolerant)
        except ConfigError as problem:
            told = problem
        else:
            found.check_paths()
            continue
        lines = len(re.split("\r\n|\r|\n", content.decode("utf-8-sig", "replace")))
        assert told.problems
        for one in told.problems:
            assert 0 <= one.span.line <= lines, one
            one.render()


@hostile
@given(content=made(made_file))
@example(content=b'app = "shop:app"\nrequirements = "' + b"x" * 400 + b'"')
@example(content=b'app = "shop:app"\nbundle = ["' + b"x" * 5_000 + b'"]')
def test_a_file_is_a_project_or_says_what_is_wrong(tmp_path: Path, content: bytes) -> None:
    read(tmp_path / "cloudless.toml", content)


@hostile
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_neither_do_heaps_of_signs_do_harm(tmp_path: Path, pieces: list[str]) -> None:
    read(tmp_path / "cloudless.toml", f'app = "shop:app"\n{"".join(pieces)}'.encode())


@pytest.mark.parametrize("name", ["", "\x00", "\ud800", "x" * 300], ids=ascii)
def test_no_stage_of_a_strange_name_is_found(name: str, tmp_path: Path) -> None:
    file = tmp_path / "cloudless.toml"
    file.write_text('app = "shop:app"\n')
    with pytest.raises(InvalidArgument, match="no stage"):
        load(file).stage(name)
