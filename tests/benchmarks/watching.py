"""`cloudless dev`: how far its page is behind at 1,000 messages a second, and how long a reload takes.

Figures: what is sent is on the screen within half a second, however long it goes on; an edit is served within a second.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from tests.benchmarks.rounds import alone
from tests.benchmarks.row import OURS, Row, Table
from tests.browser.served import Served, served
from tests.tools.require import find

RATE = 1_000
"""Messages a second."""

SECONDS = 15
BURST = 50
RELOADS = 5
APP = """\
from cloudless import App

BURST = 50
app = App("rush")
readings = app.queue("readings", dict[str, float])


@app.post("/burst", public=True)
def burst(at: dict[str, float]) -> None:
    readings.send_all({"at": at["at"], "number": number} for number in range(BURST))


@readings.consumer
def take(reading: dict[str, float]) -> None: ...


@app.get("/version", public=True)
def version() -> int:
    return 0
"""

WATCH = """() => {
    globalThis.lags = [];
    globalThis.watching = setInterval(() => {
        const whole = (one) => one.querySelector('.state').textContent.includes('50 calls');
        const last = [...document.querySelectorAll('.journeys button')].find(whole);
        if (last) globalThis.lags.push(Date.now() - JSON.parse(last.querySelector('.body').textContent).at);
    }, 50);
}"""


def tables() -> list[Table]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "cloudless.toml").write_text('app = "rush:app"\n')
        (Path(folder) / "rush.py").write_text(APP)
        with served(Path(folder)) as shop:
            reloads = [_reload(shop, number) for number in range(1, RELOADS + 1)]
            lags, took_s = _watch(shop)
    edits = alone("from an edit to an answer of what was edited", reloads, "s", 1)
    return [Table("`cloudless dev`: a reload", "s", (edits,)), _page(lags, took_s)]


def _reload(shop: Served, number: int) -> float:
    """Seconds from an edit to the first answer of what was edited."""
    time.sleep(2.5)  # as long as it takes to look at what one has done
    began_s = time.perf_counter()
    (shop.folder / "rush.py").write_text(APP.replace("return 0", f"return {number}"))
    while _version(shop) != number:
        time.sleep(0.005)
    return time.perf_counter() - began_s


def _version(shop: Served) -> int:
    """-1 where the server that ends had taken the connection, and not yet the request."""
    try:
        with urlopen(f"{shop.url}/version", timeout=30) as answer:
            return int(answer.read())
    except OSError:
        return -1


def _watch(shop: Served) -> tuple[list[float], float]:
    """How many milliseconds the page was behind, time and again, and how many seconds the messages took."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find("chromium")), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{shop.page}#/journeys")
        page.wait_for_selector(".link.live")
        page.evaluate(WATCH)
        took_s = _rush(shop)
        lags: list[float] = page.evaluate("clearInterval(watching), lags")
        browser.close()
    return lags, took_s


def _rush(shop: Served) -> float:
    """Send at the rate, as evenly as a client can; seconds that it took."""
    began_s = time.perf_counter()
    for number in range(RATE * SECONDS // BURST):
        late_s = began_s + number * BURST / RATE - time.perf_counter()
        time.sleep(max(0.0, late_s))
        shop.post("/burst", {"at": time.time() * 1_000})
    return time.perf_counter() - began_s


def _page(lags: list[float], took_s: float) -> Table:
    """Behind the last third is what falls behind: it would grow."""
    last = [lag / 1_000 for lag in lags[-len(lags) // 3 :]]
    rate = RATE * SECONDS / took_s
    rows = (
        alone("behind, all the time", [lag / 1_000 for lag in lags], "ms", 500),
        alone("behind, in the last third", last, "ms", 500),
        Row("messages a second that were sent", OURS, rate, rate, rate),
    )
    return Table(f"`cloudless dev`: its page in Chromium, at {RATE:,} messages a second", "ms", rows)
