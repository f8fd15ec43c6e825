"""What a person sees and does on the page of `cloudless dev`."""

from typing import Any

import pytest

from tests.browser.served import Served
from tests.browser.shop import APP

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
expect = playwright.expect
pytestmark = pytest.mark.slow


def view(page: Any, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def node(page: Any, title: str) -> Any:
    """A box of the graph, by what it says to whoever cannot see it."""
    return page.locator(f'.node[aria-label^="{title}"]')


def edit(page: Any, shop: Served, text: str) -> None:
    """Write the program, and wait until the page has lost one run of it and found the next, however short that was."""
    page.evaluate(
        """() => {
            const link = document.getElementById("link");
            window.lost = false;
            const watch = () => { window.lost ||= link.classList.contains("connecting"); };
            new MutationObserver(watch).observe(link, {attributes: true});
        }"""
    )
    (shop.folder / "shop.py").write_text(text)
    page.wait_for_function("() => window.lost && document.querySelector('.link.live')")


def test_the_graph_is_alive(page: Any, shop: Served) -> None:
    expect(node(page, "queue orders")).to_be_visible()
    expect(node(page, "schedule report")).to_be_visible()
    shop.order("1")
    shop.order("2", region="moon")
    expect(node(page, "handler take")).to_have_attribute("aria-label", "handler take: 2 calls, 1 failed")
    expect(node(page, "queue orders")).to_have_attribute("aria-label", "queue orders: 1 later")
    expect(node(page, "handler take").locator(".badge text")).to_have_text("2")


def test_a_message_is_followed_through_its_whole_journey(page: Any, shop: Served) -> None:
    view(page, "Journeys")
    shop.order("7")
    page.get_by_role("button", name="POST /orders").click()
    panel = page.get_by_role("dialog", name="Journey")
    names = panel.locator(".what .name")
    expect(names).to_have_count(8)
    told = names.all_text_contents()
    assert told[:4] == ["POST /orders", "orders", "take", "order-placed"]
    assert sorted(told[4:]) == ["deliver", "mail", "parcels", "ship"], "subscribers come in any order"
    expect(panel.get_by_label("Log").first).to_contain_text("info taking 7")
    expect(panel.get_by_label("Log").first).to_contain_text("order 7 of 9.5")
    expect(panel.locator("pre").first).to_contain_text('"id": "7"')
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="POST /orders")).to_be_focused()


def test_attempts_and_their_errors_are_shown(page: Any, shop: Served) -> None:
    view(page, "Journeys")
    shop.order("m", region="moon")
    page.get_by_role("button", name="POST /orders").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("attempt 1")
    expect(panel).to_contain_text("again in")
    expect(panel).to_contain_text("ConnectionError: the moon cannot be reached")
    expect(panel).to_contain_text("shop.py:")
    shop.act("travel", by_s=3600)
    expect(panel).to_contain_text("attempt 2")  # it grows while one looks
    expect(panel).to_contain_text("dead letter")


@pytest.mark.parametrize("is_edited", [True])
def test_dead_letters_are_sent_back_and_discarded(page: Any, shop: Served) -> None:
    for number in range(3):
        shop.order(str(number), total=-1)
    expect(page.locator("#letter-count")).to_have_text("3")
    view(page, "Dead letters")
    expect(page.locator(".letter")).to_have_count(3)
    expect(page.locator(".letter").first).to_contain_text("Reject: an order costs something")
    page.locator(".letter").first.get_by_role("button", name="Discard").click()
    expect(page.locator(".letter")).to_have_count(3)  # it asks first
    page.get_by_role("button", name="Sure?").click()
    expect(page.locator(".letter")).to_have_count(2)
    source = (shop.folder / "shop.py").read_text()
    edit(page, shop, source.replace("order.total < 0", "order.total < -9"))
    page.get_by_role("button", name="Send all back").click()
    expect(page.locator("main")).to_contain_text("No dead letters")
    expect(page.locator("#letter-count")).to_be_hidden()


def test_a_message_is_sent_from_a_form(page: Any, shop: Served, problems: list[str]) -> None:
    view(page, "Send")
    payload = page.get_by_label("Payload, as JSON")
    page.get_by_label("To", exact=True).select_option("queue orders")
    assert '"region": ""' in payload.input_value()
    payload.fill('{"id": "form", "region": "eu"}')
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#toast")).to_contain_text("total: Field required")
    assert [one for one in problems if "422" not in one] == []
    problems.clear()
    payload.fill('{"id": "form", "region": "eu", "total": 1}')
    payload.press("Control+Enter")
    expect(page.locator("form [role=status]")).to_contain_text("Message ")
    view(page, "Journeys")
    expect(page.locator(".journeys li")).to_have_count(1)


def test_a_function_answers(page: Any, shop: Served) -> None:
    view(page, "Send")
    page.get_by_label("To", exact=True).select_option("function charge")
    page.get_by_label("Payload, as JSON").fill('{"order": {"id": "1", "region": "eu", "total": 100}}')
    page.get_by_role("button", name="Call").click()
    expect(page.locator("form [role=status]")).to_have_text("119")


def test_an_ordered_queue_wants_a_group(page: Any, shop: Served) -> None:
    view(page, "Send")
    expect(page.get_by_label("Group")).to_be_hidden()
    page.get_by_label("To", exact=True).select_option("queue parcels")
    expect(page.get_by_label("Group")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    assert page.get_by_label("Group").evaluate("one => !one.validity.valid")


def test_an_approval_is_answered(page: Any, shop: Served) -> None:
    shop.order("desk", total=2000)
    view(page, "Executions")
    page.get_by_role("button", name="desk").click()
    page.get_by_role("button", name="granted: yes").click()
    expect(page.locator("main")).to_contain_text("completed")
    expect(page.locator("main")).to_contain_text("2380")


def test_a_schedule_is_run_and_time_is_travelled(page: Any, shop: Served) -> None:
    view(page, "Schedules")
    page.get_by_role("row", name="report").get_by_role("button", name="Run now").click()
    expect(page.locator("#toast")).to_contain_text("report runs")
    before = page.locator("#now").get_attribute("datetime")
    page.get_by_role("button", name="+1 day").click()
    page.wait_for_function(
        "before => new Date(document.getElementById('now').dateTime) - new Date(before) > 8.6e7", arg=before
    )
    view(page, "Journeys")
    expect(page.locator(".journeys .name", has_text="sweep")).to_have_count(24)


def test_time_stands_still(page: Any, shop: Served) -> None:
    page.get_by_label("Speed").select_option("0")
    expect(page.locator("#toast")).to_contain_text("Speed set")
    shop.order("1")  # happens all the same, since it needs no time
    expect(node(page, "handler take")).to_have_attribute("aria-label", "handler take: 1 calls")
    first = page.locator("#now").text_content()
    shop.order("2")
    expect(node(page, "handler take")).to_have_attribute("aria-label", "handler take: 2 calls")
    assert page.locator("#now").text_content() == first


def test_everything_can_be_done_with_the_keyboard(page: Any, shop: Served) -> None:
    shop.order("key")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''").startswith("handler take"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Filter")).to_have_value("take")
    page.locator(".journeys button").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")


def test_what_a_payload_says_is_text_and_nothing_else(page: Any, shop: Served) -> None:
    evil = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
    view(page, "Journeys")
    shop.order(evil, total=-1)
    page.get_by_role("button", name="POST /orders").click()
    expect(page.get_by_role("dialog")).to_contain_text("<img src=x onerror")
    page.keyboard.press("Escape")
    view(page, "Dead letters")
    expect(page.locator(".letter")).to_contain_text("<script>")
    assert page.title() == "shop: cloudless dev"
    assert page.locator("img[src=x]").count() == 0


def test_nothing_comes_from_elsewhere(page: Any, shop: Served) -> None:
    asked: list[str] = []

    def note(request: Any) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.reload()
    page.wait_for_selector(".link.live")
    for name in ("Journeys", "Dead letters", "Executions", "Schedules", "Send", "Graph"):
        view(page, name)
    assert len(asked) > 10
    assert all(url.startswith(shop.url) for url in asked)


def test_a_page_of_another_origin_can_neither_read_nor_steer(page: Any, shop: Served, problems: list[str]) -> None:
    foreign = page.context.new_page()
    foreign.goto(shop.url.replace("127.0.0.1", "localhost") + "/nowhere")  # the same server under another name
    told = foreign.evaluate(
        """async (url) => {
            const tries = [
                fetch(`${url}api/app`),
                fetch(`${url}api/actions/fire`, {method: 'POST', body: '{"schedule": "report"}'}),
                fetch(`${url}api/actions/fire`, {
                    method: 'POST', headers: {'content-type': 'application/json'}, body: '{"schedule": "report"}',
                }),
                fetch(`${url}api/actions/fire`, {method: 'POST', mode: 'no-cors', body: '{"schedule": "report"}'}),
            ];
            const found = await Promise.allSettled(tries);
            return found.map((one) => one.status === 'rejected' ? 'refused' : `${one.value.type} ${one.value.status}`);
        }""",
        shop.page,
    )
    assert told == ["refused"] * 4
    view(page, "Journeys")
    expect(page.locator(".journeys .name", has_text="report")).to_have_count(0)


@pytest.mark.parametrize("is_edited", [True])
def test_an_edit_keeps_the_page_and_what_it_shows(page: Any, shop: Served) -> None:
    view(page, "Journeys")
    shop.order("before")
    expect(page.locator(".journeys li")).to_have_count(1)
    edit(page, shop, APP.replace('app.topic("order-placed"', 'app.topic("order-accepted"'))
    shop.order("after")
    expect(page.locator(".journeys li")).to_have_count(2)
    page.get_by_role("button", name="before").click()
    expect(page.get_by_role("dialog").locator(".what .name")).to_have_count(8)
    page.keyboard.press("Escape")
    view(page, "Graph")
    expect(node(page, "topic order-accepted")).to_be_visible()


def test_no_view_is_wider_than_its_screen(chromium: Any, seen: Served) -> None:
    """In one scheme: the other has other colours, which move nothing."""
    context = chromium.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    page = context.new_page()
    page.goto(seen.page)
    page.wait_for_selector(".link.live")
    for name in ("Graph", "Journeys", "Dead letters", "Executions", "Schedules", "Send"):
        view(page, name)
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        for width in (768, 1280, 360):
            page.set_viewport_size({"width": width, "height": 780})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()


def test_texts_can_be_read_on_what_is_behind_them(chromium: Any, seen: Served) -> None:
    """WCAG 2.2 asks for a contrast of 4.5: https://www.w3.org/TR/WCAG22/#contrast-minimum."""
    context = chromium.new_context(reduced_motion="reduce")  # colours then change at once
    page = context.new_page()
    for name, filled in (("letters", ".letter"), ("journeys", ".journeys li")):
        page.goto(f"{seen.page}#/{name}")
        page.wait_for_selector(filled)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(CONTRAST) == [], scheme
    context.close()


CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                              return [...canvas.getImageData(0, 0, 1, 1).data]; };
    const light = (colour) => rgb(colour).slice(0, 3).map((one) => one / 255)
        .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (one) => { for (let at = one; at; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        if (rgb(colour)[3] > 250) return colour; }
        return 'white'; };
    const weak = [];
    for (const one of document.querySelectorAll('body *')) {
        const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !one.checkVisibility() || one.closest('.skip, noscript, svg')) continue;
        const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) weak.push([one.className || one.tagName, one.textContent.slice(0, 20), ratio.toFixed(2)]);
    }
    return weak;
}"""
