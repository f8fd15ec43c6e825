"""docs/mechanisms.md and the providers' tables name the same gaps, each of the same kind."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cloudless.driver.gap import Gap
from cloudless.driver.provider import provider as provider_of

PAGE = Path(__file__).parents[2] / "docs" / "mechanisms.md"
TITLES = {"AWS": "aws", "Google Cloud": "gcp", "Azure": "azure"}
WIDE = frozenset({"compile"})
"""Of no row: what a provider has not built at all."""
MECHANISM = re.compile(r"^- \*\*(AWS|Google Cloud|Azure)\*\*:(.*?)(?=^- \*\*|^\S|\Z)", re.MULTILINE | re.DOTALL)
GAP = re.compile(r"\*\*Gap\*\* \((.*?)\)")


def told() -> Iterator[tuple[str, str, str]]:
    """Provider, kind and capability of each gap of a mechanism; "" for a gap that names none."""
    for title, text in MECHANISM.findall(PAGE.read_text("utf-8")):
        for words in GAP.findall(text):
            kind, *keys = (word.strip(" `") for word in words.split(","))
            yield from ((TITLES[title], kind, key) for key in keys or [""])


@pytest.mark.parametrize("provider", TITLES.values())
def test_the_page_and_the_table_have_the_same_gaps(provider: str) -> None:
    table: Mapping[str, Gap] = provider_of(provider).gaps
    ours = {(provider, gap.kind, key) for key, gap in table.items() if key not in WIDE}
    assert {one for one in told() if one[0] == provider} == ours


def test_a_gap_outside_of_a_mechanism_is_of_nobody() -> None:
    """But where the page says what one is."""
    text = MECHANISM.sub("", PAGE.read_text("utf-8"))
    assert GAP.findall(text) == []
