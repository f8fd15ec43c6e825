"""Make the screenshots of docs/how-to/develop.md anew: `python -m tests.docs.screenshots`. Needs Chromium."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.browser.served import Served, served
from tests.browser.shop import project
from tests.tools.require import find

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
DESK = {"viewport": {"width": 1180, "height": 720}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 720}, "device_scale_factor": 1.5, "is_mobile": True, "has_touch": True}


def main() -> None:
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, served(project(Path(folder))) as shop, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find("chromium")), args=["--no-sandbox"])
        _fill(shop)
        _graph(_page(browser, shop, "graph", DESK))
        _journey(_page(browser, shop, "journeys", DESK))
        _executions(_page(browser, shop, "executions", DESK | {"color_scheme": "dark"}))
        _take(_page(browser, shop, "journeys", PHONE), "phone")
        browser.close()


def _fill(shop: Served) -> None:
    for number, region in enumerate(["eu", "us", "moon", "asia", "eu", "us"]):
        shop.order(f"order-{number}", region=region, total=19.9 * (number + 1))
    shop.order("a-desk", total=2_400)
    shop.order("a-gift", total=-5)


def _page(browser: Any, shop: Served, view: str, look: dict[str, Any]) -> Any:
    page = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", **look).new_page()
    page.goto(f"{shop.page}#/{view}")
    page.wait_for_selector(".link.live")
    page.wait_for_timeout(1_000)
    return page


def _graph(page: Any) -> None:
    _take(page, "graph")


def _journey(page: Any) -> None:
    page.get_by_role("button", name="moon").click()
    page.wait_for_timeout(500)
    _take(page, "journey")


def _executions(page: Any) -> None:
    page.get_by_role("button", name="a-desk").click()
    page.get_by_role("button", name="granted: yes").wait_for()
    _take(page, "executions")


def _take(page: Any, name: str) -> None:
    page.screenshot(path=PICTURES / f"dev-{name}.png")


if __name__ == "__main__":
    main()
