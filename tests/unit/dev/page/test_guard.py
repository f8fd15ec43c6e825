"""Who gets an answer of the page, and who does not."""

from typing import Any

import pytest

from tests.unit.dev.page.conftest import HOST, PREFIX, Page

ACTION = f"{PREFIX}/api/actions/send"
JSON = ("content-type", "application/json")
BODY = b'{"queue": "orders", "body": "{}"}'
LENGTH = ("content-length", str(len(BODY)))
OWN = ("origin", "http://localhost:8000")


def test_every_answer_has_the_policy(page: Page) -> None:
    for path in ("/", "/api/app", "/nowhere"):
        headers = page.ask("GET", f"{PREFIX}{path}").headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert not any(name.startswith("access-control") for name in headers)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("host", "shop.example"),),
        (("host", "localhost.shop.example:8000"),),
        (HOST, ("host", "shop.example")),
        (HOST, ("origin", "http://shop.example")),
        (HOST, ("origin", "http://localhost:9000")),
        (HOST, ("origin", "https://localhost:8000")),
        (HOST, ("origin", "null")),
        (HOST, OWN, ("origin", "http://shop.example")),
        (HOST, ("sec-fetch-site", "cross-site")),
        (HOST, ("sec-fetch-site", "same-site")),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_page_is_refused(page: Page, method: str, headers: tuple[tuple[str, str], ...]) -> None:
    answer = page.ask(method, ACTION, BODY, headers=(*headers, JSON, LENGTH))
    assert (answer.status, page.lines) == (403, [])


@pytest.mark.parametrize("client", ["192.168.0.7", "10.0.0.1", "2001:db8::1", "", "::ffff:192.168.0.7"])
def test_another_machine_is_refused(page: Page, client: str) -> None:
    assert page.ask("GET", f"{PREFIX}/", client=client).status == 403


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_not(page: Page, client: str) -> None:
    assert page.ask("GET", f"{PREFIX}/api/app", client=client).status == 200


def test_a_link_to_the_page_may_be_followed_from_anywhere(page: Page) -> None:
    link = (HOST, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"))
    assert page.ask("GET", f"{PREFIX}/api/app", headers=link).status == 200
    assert page.ask("POST", ACTION, BODY, headers=(*link, JSON, LENGTH)).status == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [("", 415), ("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/json; charset=x", 200)],
)
def test_an_action_must_be_json_which_no_form_can_send(page: Page, kind: str, status: int) -> None:
    answer = page.ask("POST", ACTION, BODY, headers=(HOST, OWN, ("content-type", kind), LENGTH))
    assert answer.status == status


@pytest.mark.parametrize(("length", "status"), [("", 411), ("-1", 411), ("x", 411), ("1048577", 413)])
def test_an_action_says_its_length(page: Page, length: str, status: int) -> None:
    answer = page.ask("POST", ACTION, BODY, headers=(HOST, OWN, JSON, ("content-length", length)))
    assert answer.status == status


def test_a_body_that_is_longer_than_it_says_is_refused(page: Page) -> None:
    assert page.ask("POST", ACTION, bytes(1024 * 1024 + 1), headers=(HOST, OWN, JSON, LENGTH)).status == 422


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post_changes_anything(page: Page, method: str) -> None:
    answer: Any = page.ask(method, ACTION, BODY, headers=(HOST, OWN, JSON, LENGTH))
    assert (answer.status, page.lines) == (405, [])


@pytest.mark.parametrize("path", ["/../journal.py", "/%2e%2e/site.py", "/..%2fsite.py", "//etc/passwd", "/static/"])
def test_no_other_file_is_served(page: Page, path: str) -> None:
    assert page.ask("GET", f"{PREFIX}{path}").status == 404
