"""The pictures of README and of the pages are those of the programs beside them, and stand where they are meant to."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.docs.house import HOUSE
from tests.docs.pictures import FOLDER, PROGRAMS, ROOT, drawn

SVG = "{http://www.w3.org/2000/svg}"
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]*?pictures/([\w-]+)\.svg)\)")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]


def shown(page: Path) -> list[tuple[str, str, str]]:
    """Alternative text, path and name of each picture that a page shows."""
    return SHOWN.findall(page.read_text("utf-8"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_picture_is_current(name: str) -> None:
    assert (FOLDER / f"{name}.svg").read_text("utf-8") == drawn(name), "run: python -m tests.docs.pictures"


@pytest.mark.parametrize("name", HOUSE)
def test_a_picture_of_the_house_is_current(name: str) -> None:
    assert (FOLDER / f"{name}.svg").read_text("utf-8") == HOUSE[name], "run: python -m tests.docs.pictures"


def test_every_picture_is_shown_by_its_page_and_no_other_is_there() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == PROGRAMS.keys() | HOUSE.keys()
    for name, program in PROGRAMS.items():
        assert name in {one for *_, one in shown(ROOT / program.page)}, program.page
    assert HOUSE.keys() == {name for *_, name in shown(ROOT / "docs" / "architecture.md")}


def test_a_picture_that_is_shown_is_there_and_is_said_in_words() -> None:
    for page in PAGES:
        for words, path, _ in shown(page):
            assert (page.parent / path).is_file(), f"{page}: {path}"
            assert len(words) > 10, f"{page}: {path}"


@pytest.mark.parametrize("name", [*PROGRAMS, *HOUSE])
def test_a_picture_can_be_read_without_being_seen_and_by_night(name: str) -> None:
    text = (FOLDER / f"{name}.svg").read_text("utf-8")
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert "@media (prefers-color-scheme: dark)" in text
