"""Links of README and of every page: those within the repository lead somewhere, others look like an address."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*/*.md", "providers/*/README.md")
    for path in sorted(ROOT.glob(pattern))
]
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
GENERATED = "\n::: "
"""Below it, mkdocstrings makes headings that are in no file."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tokens(path: Path) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8")):
        yield token
        yield from token.children or ()


def links(path: Path) -> list[str]:
    found = (token.attrs.get("href") or token.attrs.get("src") for token in tokens(path))
    return [str(link) for link in found if link]


@cache
def anchors(path: Path) -> frozenset[str]:
    """The ids that headings get, on GitHub and by Python-Markdown's `toc`; the second of a name gets a number."""
    found: dict[str, int] = {}
    last = None
    named = re.findall(r"^#+ .*\{ *#([\w-]+) *\}$", path.read_text("utf-8"), re.MULTILINE)  # of Markdown's attr_list
    for token in tokens(path):
        if last is not None and last.type == "heading_open" and token.type == "inline":
            plain = "".join(one.content for one in token.children or ())
            slug = re.sub(r"[\s]", "-", re.sub(r"[^\w\s-]", "", plain.lower()).strip())
            for one in {slug, re.sub(r"-+", "-", slug)}:
                found[one] = found.get(one, 0) + 1
        last = token
    return frozenset(
        [
            *named,
            *found,
            *(f"{slug}{mark}{number}" for slug, n in found.items() for number in range(1, n) for mark in "-_"),
        ]
    )


def problem(page: Path, link: str) -> str:
    """What is wrong with a link within the repository; "" if nothing is."""
    path, _, anchor = link.partition("#")
    target = (page.parent / unquote(path)).resolve() if path else page
    if not target.exists():
        return "there is no such file"
    if ROOT / "docs" in page.parents and ROOT / "docs" not in [target, *target.parents]:
        return "it leaves docs/, and so the site"
    if not anchor or target.suffix != ".md" or GENERATED in target.read_text("utf-8"):
        return ""
    return "" if anchor in anchors(target) else f"{name_of(target)} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    inner = [link for link in links(page) if not urlsplit(link).scheme]
    assert {link: found for link in inner if (found := problem(page, link))} == {}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_to_elsewhere_are_addresses(page: Path) -> None:
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme == "https", link
            assert HOST.fullmatch(parts.hostname or ""), link
            assert not link.endswith((".", ",")), link


def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    page = ROOT / "docs" / "index.md"
    assert problem(page, "tutorial/first-app.md#install") == ""
    assert problem(page, "tutorial/no-app.md") == "there is no such file"
    assert problem(page, "tutorial/first-app.md#uninstall") == "docs/tutorial/first-app.md has no such heading"
    assert problem(page, "../README.md") == "it leaves docs/, and so the site"


def test_what_the_architecture_names_is_there() -> None:
    """Files and folders between backticks: below the core, or below one of the providers."""
    text = re.sub(r"```.*?```", "", (ROOT / "docs" / "architecture.md").read_text("utf-8"), flags=re.DOTALL)
    named = {one.removeprefix("cloudless/") for one in re.findall(r"`([\w/*…-]+(?:\.py|/))`", text)}
    places = [ROOT, ROOT / "cloudless", *ROOT.glob("providers/*/cloudless_*")]
    generated = {"cloudless.lock/"}
    lost = {one for one in named - generated if not _is_in(places, one.replace("providers/*/…/", ""))}
    assert lost == set()
    assert len(named) > 30


def _is_in(places: list[Path], name: str) -> bool:
    return name == "" or any(next(place.glob(name), None) for place in places)
