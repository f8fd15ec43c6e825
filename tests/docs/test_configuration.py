"""docs/reference/configuration.md: every key of cloudless.toml is there, and no other."""

import re
from pathlib import Path

from cloudless.config.mistakes import File
from cloudless.config.stage import Stage

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
ELSEWHERE = {"stages", "name"}
"""Keys of the models that are tables, and their names, in the file."""


def test_the_page_has_every_key_of_the_file() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert told == [key for key in (*File.model_fields, *Stage.model_fields) if key not in ELSEWHERE]
