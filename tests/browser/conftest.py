"""A browser for all tests of a process, a page for each, and a server for each that changes something."""

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests import tools
from tests.browser.served import ROOT, Served, forked, served
from tests.browser.shop import project
from tests.hosting.launcher import Zygote

PATIENCE_MS = 60_000
FEATURES = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
"""Of a browser that somebody looks at, each a process with a page of its own for every window."""
ARGS = ["--no-sandbox", "--disable-gpu", f"--disable-features={','.join(FEATURES)}"]


@pytest.fixture(scope="module")
def chromium() -> Generator[Any]:
    """One for each file, and gone after it: Playwright keeps an event loop running, and nobody can begin another."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    program = tools.require("chromium")
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(program), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def zygote() -> Generator[Zygote]:
    """What servers are forked from."""
    with Zygote(Path(sys.executable), [ROOT], "tests.browser.worker") as found:
        yield found


@pytest.fixture
def is_edited() -> bool:
    """Whether the test writes the program anew, which it says as its parameter: then a server starts that reloads."""
    return False


@pytest.fixture
def shop(tmp_path: Path, zygote: Zygote, is_edited: bool) -> Generator[Served]:
    folder = project(tmp_path / "shop")
    with served(folder) if is_edited else forked(zygote, folder) as found:
        yield found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Generator[Served]:
    """One that is only looked at: it has a dead letter, an execution that waits, and names that are long."""
    with forked(zygote, project(tmp_path_factory.mktemp("seen") / "shop")) as found:
        found.order("a-rather-long-name-of-an-order" * 3, total=-1)
        found.order("desk", total=2000)
        yield found


@pytest.fixture
def problems() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def page(chromium: Any, shop: Served, problems: list[str]) -> Generator[Any]:
    """The page, open; whatever the browser complains of fails the test."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(PATIENCE_MS)
    found = context.new_page()

    def note(message: Any) -> None:
        if message.type == "error":
            problems.append(message.text)

    def note_error(error: Any) -> None:
        problems.append(str(error))

    found.on("console", note)
    found.on("pageerror", note_error)
    found.goto(shop.page)
    found.wait_for_selector(".link.live")
    yield found
    context.close()
    assert problems == []
