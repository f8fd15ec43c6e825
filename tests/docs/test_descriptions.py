"""What package indexes show of each distribution: its README, whose neighbours are not there."""

import re
import tomllib
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = [ROOT, *(ROOT / "providers" / name for name in ("aws", "azure", "gcp"))]


def links(text: str) -> list[str]:
    """Where links and pictures of a page lead."""
    tokens = [child for token in MarkdownIt("commonmark").enable("table").parse(text) for child in token.children or ()]
    return [str(token.attrs[name]) for token in tokens for name in ("href", "src") if name in token.attrs]


def elsewhere(text: str) -> list[str]:
    """Of these, those that lead to another file, or to a heading: indexes give headings no names."""
    return [link for link in links(text) if not link.startswith("https://")]


def described(folder: Path) -> str:
    """The README of a distribution, changed as its pyproject.toml says."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    hook = project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    text = "".join(one.get("text") or (folder / one["path"]).read_text() for one in hook["fragments"])
    for one in hook["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    return text


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=lambda folder: folder.name if folder != ROOT else "core")
def test_no_link_of_a_description_leads_to_a_file_beside_it(folder: Path) -> None:
    text = described(folder)
    assert elsewhere(text) == []
    assert elsewhere((folder / "README.md").read_text())  # which has some: there was something to do


def test_words_of_links_and_code_stay() -> None:
    text = described(ROOT)
    assert "- Your first app: from an empty directory to a tested program" in text
    assert "[ministack](https://pypi.org/project/ministack/)" in text
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```.*?^```", readme, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 5
    assert [block for block in blocks if block not in text] == []
