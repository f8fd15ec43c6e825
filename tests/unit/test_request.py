"""Request and Response, where no endpoint is needed to see them."""

from datetime import timedelta
from typing import Any

import pytest

from cloudless import Request, Response
from cloudless.errors import InvalidArgument, InvalidBody


def test_cookies_are_split_as_browsers_write_them() -> None:
    request = Request("GET", "/", headers=[("Cookie", 'a=1; b="two"; c='), ("cookie", "a=3; d=x=y; =none; e")])
    assert request.cookies == {"a": "1", "b": "two", "c": "", "d": "x=y", "e": ""}


def test_a_query_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="not percent-encoded UTF-8"):
        _ = Request("GET", "/", query_string="a=%FF").query
    with pytest.raises(InvalidArgument, match="not percent-encoded UTF-8"):
        _ = Request("GET", "/", query_string="a=\ud800").query


def test_a_body_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(InvalidBody, match="not UTF-8: byte 1 is 0xff"):
        Request("POST", "/", body=b"a\xff").text()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Response(status=99), "status=99"),
        (lambda: Response(status=600), "give a number from 200 to 599"),
        (lambda: Response(headers={"X-A": "a\r\nSet-Cookie: b=1"}), "without line breaks"),
        (lambda: Response(headers={"X A": "a"}), "header name 'X A'"),
        (lambda: Response(headers={"X-A": "€"}), "in Latin-1"),
        (lambda: Response("\ud800"), "lone surrogate U\\+D800"),
        (lambda: Response(object()), "cannot be written as JSON"),
        (lambda: Response().set_cookie("a", "b; Secure"), "no spaces, quotes, commas, semicolons"),
        (lambda: Response().set_cookie("a", "b", path="/; Secure"), "path '/; Secure'"),
        (lambda: Response().set_cookie("a", "b", secure=False, same_site="None"), "'None' with secure=True"),
    ],
)
def test_what_http_does_not_have_is_refused(make: Any, text: str) -> None:
    with pytest.raises(InvalidArgument, match=text):
        make()


def test_a_content_type_that_is_given_wins() -> None:
    assert Response("<p>", content_type="text/html").header("Content-Type") == "text/html"
    assert (
        Response({"a": 1}, headers={"Content-Type": "application/ld+json"}).header("content-type")
        == "application/ld+json"
    )
    assert Response({"a": 1}).headers == [("content-type", "application/json")]


def test_a_cookie_is_deleted_by_an_age_of_zero() -> None:
    answer = Response()
    answer.set_cookie("session", "", max_age=timedelta(0))
    assert answer.header("set-cookie") == "session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
