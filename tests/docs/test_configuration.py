"""docs/reference/configuration.md: every key of cloudless.toml is there, and no other."""

import re
from pathlib import Path

import pytest

from cloudless.config.file import File
from cloudless.config.stage import Stage
from cloudless.driver.provider import EXTRAS, Settles, provider

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
ELSEWHERE = {"stages", "name"}
"""Keys of the models that are tables, and their names, in the file."""


def test_the_page_has_every_key_of_the_file() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [key for key in told if key not in EXTRAS] == [
        key for key in (*File.model_fields, *Stage.model_fields) if key not in ELSEWHERE
    ]


@pytest.mark.parametrize("name", sorted(EXTRAS))
def test_the_page_has_every_key_of_a_provider(name: str) -> None:
    known: Settles = provider(name)  # type: ignore[assignment]
    rows = [f'| `{name}` | `{one.key}` | {one.what} | `"{one.example}"` |' for one in known.settings]
    assert re.findall(rf"^\| `{name}` \| `.*$", PAGE.read_text("utf-8"), re.MULTILINE) == rows
