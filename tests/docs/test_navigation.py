"""Every page can be found: it stands in the navigation of .mkdocs.yml, and everything there is a page."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_SHOWN = {"changes/template.md"}


def test_every_page_stands_in_the_navigation_and_nothing_else_does() -> None:
    navigation = (ROOT / ".mkdocs.yml").read_text().partition("\nnav:\n")[2].partition("\ntheme:")[0]
    named = re.findall(r"[\w./-]+\.md", navigation)
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} - NOT_SHOWN
    assert sorted(named) == sorted(pages)
