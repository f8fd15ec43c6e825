"""HTTP endpoints: what a request gives to its handler, what an answer is, who is let in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloudless.conformance.apps import SECRETS, endpoints
from cloudless.conformance.body import NASTY
from cloudless.conformance.harness import HttpTarget, Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.request import BODY_MOST
from cloudless.testing import Answer, Client

JSON = {"content-type": "application/json"}
UUID = "6a0e2a3e-7f0d-4e0a-9a53-0d3f3c1c7b11"


def http(target: Target) -> Client:
    """The client of a target that has endpoints."""
    assert isinstance(target, HttpTarget)
    return target.http


def token(target: Target, auth: Any, lifetime: timedelta = timedelta(hours=1), **claims: Any) -> str:
    """A token of a target that has endpoints."""
    assert isinstance(target, HttpTarget)
    return target.token(auth, lifetime, **claims)


def wrong(answer: Answer) -> list[tuple[str, str]]:
    """Where the values of a request did not fit, e.g. [("query", "limit")]."""
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return [(error["in"], error["field"]) for error in answer.json()["errors"]]


def cookie(text: str) -> tuple[str, set[str]]:
    """A cookie and its attributes, which servers put into an order and a case of their own."""
    value, *attributes = text.split("; ")
    return value, {one.lower() for one in attributes}


class HttpSuite(Suite):
    """What every endpoint does on every cloud."""

    entry = "cloudless.conformance.apps.endpoints:app"

    # --- paths and methods

    @needs("http")
    @covers("HTTP")
    def test_each_method_of_a_path_has_its_endpoint(self, target: Target) -> None:
        line = {"name": "pen", "count": 2}
        assert http(target).get("/").json() == "root"
        assert http(target).get("/items/7").json() == {"id": "7"}
        assert http(target).put("/items/7?dry=true", json=line).json() == {"id": "7", "name": "pen", "dry": True}
        assert http(target).patch("/items/7", json={"a": 1}).json() == {"id": "7", "fields": {"a": 1}}
        created = http(target).post("/items", json=line)
        assert (created.status, created.json()) == (201, {"name": "pen", "count": 3})

    @needs("http")
    @covers("HTTP")
    def test_what_returns_nothing_answers_204_without_a_body(self, target: Target) -> None:
        answer = http(target).delete("/items/7")
        assert (answer.status, answer.body) == (204, b"")
        assert notes(target, "delete") == [{"id": "7"}]

    @needs("http")
    @covers("HTTP")
    def test_a_literal_goes_before_a_parameter(self, target: Target) -> None:
        assert http(target).get("/items/new").json() == "the form"
        assert http(target).get("/items/newer").json() == {"id": "newer"}
        assert http(target).get("/shelves/top/a").json() == {"top": "a", "page": None}
        assert http(target).get("/shelves/b/a").json() == {"shelf": "b", "item": "a"}
        assert http(target).delete("/items/new").status == 405

    @needs("http")
    @covers("HTTP", "wrong path")
    @pytest.mark.parametrize("path", ["/nothing", "/items/7/", "/items/", "/items/7/parts", "/Items"])
    def test_paths_are_exact(self, target: Target, path: str) -> None:
        assert http(target).get(path).status == 404

    @needs("http")
    @covers("HTTP", "wrong method")
    def test_a_method_that_a_path_has_not_is_405_with_those_that_it_has(self, target: Target) -> None:
        answer = http(target).post("/items/7", json={})
        assert answer.status == 405
        assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"

    @needs("http")
    @covers("HTTP")
    def test_head_is_get_without_the_body(self, target: Target) -> None:
        answer = http(target).head("/items/7")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["content-type"] == "application/json"

    @needs("http")
    @covers("HTTP")
    def test_options_says_what_a_path_has(self, target: Target) -> None:
        answer = http(target).options("/items/7")
        assert (answer.status, answer.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT")

    @needs("http")
    @covers("HTTP", "encodings")
    @pytest.mark.parametrize(
        ("path", "id"),
        [
            ("/items/a%20b", "a b"),
            ("/items/a+b", "a+b"),
            ("/items/%C3%A9%F0%9F%98%80", "é😀"),
            ("/items/100%25", "100%"),
            ("/items/a%2520b", "a%20b"),
            ("/items/a%23b", "a#b"),
            ("/items/%7Bid%7D", "{id}"),
            ("/items/a;b=c,d@e:f!$&'()*", "a;b=c,d@e:f!$&'()*"),
            ("/%69tems/7", "7"),
        ],
    )
    def test_path_parameters_are_decoded_once(self, target: Target, path: str, id: str) -> None:
        assert http(target).get(path).json() == {"id": id}

    @needs("http")
    @covers("HTTP", "encodings")
    @pytest.mark.parametrize("path", ["/items/a%2Fb", "/items/%FF", "/items/a%00b"])
    def test_a_path_that_clouds_would_read_differently_reaches_no_handler(self, target: Target, path: str) -> None:
        assert http(target).get(path).status in {400, 404}

    @needs("http", "http.raw_path")
    @covers("HTTP", "encodings")
    def test_a_broken_escape_reaches_no_handler(self, target: Target) -> None:
        assert http(target).get("/items/50%25%zz").status in {400, 404}

    @needs("http", "http.dot_segments")
    @covers("HTTP", "encodings")
    def test_a_dot_segment_reaches_no_handler(self, target: Target) -> None:
        assert http(target).get("/items/..").status in {400, 404}

    @needs("http", "http.slashes")
    @covers("HTTP", "wrong path")
    def test_adjacent_slashes_are_not_one(self, target: Target) -> None:
        assert http(target).get("//items").status == 404

    # --- queries

    @needs("http")
    @covers("HTTP")
    def test_arguments_come_from_the_query_as_what_they_are(self, target: Target) -> None:
        asked = "limit=5&ratio=1e-1&deep=true&text=a&colour=blue&day=2026-03-01&order=down&tag=x&tag=y&n=1&n=2"
        assert http(target).get(f"/items?{asked}").json() == {
            "limit": 5, "ratio": 0.1, "deep": True, "text": "a", "colour": "blue", "day": "2026-03-01", "order": "down",
            "tags": ["x", "y"], "numbers": [1, 2],
        }  # fmt: skip

    @needs("http")
    @covers("HTTP")
    def test_what_is_absent_keeps_its_default_and_what_is_unknown_is_ignored(self, target: Target) -> None:
        found = http(target).get("/items?other=1").json()
        assert (found["limit"], found["text"], found["tags"]) == (10, None, [])

    @needs("http")
    @covers("HTTP", "encodings")
    @pytest.mark.parametrize("text", [*NASTY, "a b", "a+b&c=d", "100%", ""])
    def test_every_text_in_a_query_arrives_unchanged(self, target: Target, text: str) -> None:
        assert http(target).get("/items", query={"text": text}).json()["text"] == text

    @needs("http")
    @covers("HTTP", "encodings")
    def test_a_plus_in_a_query_is_a_space(self, target: Target) -> None:
        assert http(target).get("/items?text=a+b%2Bc").json()["text"] == "a b+c"

    @needs("http")
    @covers("HTTP", "wrong values")
    def test_every_value_that_does_not_fit_is_told_at_once(self, target: Target) -> None:
        answer = http(target).get("/items?limit=x&deep=perhaps&colour=green&n=1&n=two&day=2026-02-30&text=a&text=b")
        assert wrong(answer) == [
            ("query", "limit"), ("query", "deep"), ("query", "text"), ("query", "colour"), ("query", "day"),
            ("query", "n"),
        ]  # fmt: skip
        assert wrong(http(target).get("/items/7/parts/1.5")) == [("path", "part"), ("path", "id")]
        assert http(target).get(f"/items/{UUID}/parts/1").json() == {"id": UUID, "part": 1}

    @needs("http")
    @covers("HTTP")
    def test_a_choice_of_numbers_is_read(self, target: Target) -> None:
        assert http(target).get("/sizes/2").json() == 2
        assert wrong(http(target).get("/sizes/3")) == [("path", "size")]

    # --- headers and cookies

    @needs("http")
    @covers("HTTP")
    def test_arguments_come_from_headers_and_cookies(self, target: Target) -> None:
        sent = {"USER-AGENT": "test/1", "x-NUMBER": "7"}
        answer = http(target).get("/headers", headers=sent, cookies={"session": "a=b", "ui-theme": "dark"})
        assert answer.json() == {"agent": "test/1", "number": 7, "session": "a=b", "theme": "dark"}
        answer = http(target).get("/headers", headers={"user-agent": "test/1"})
        assert answer.json() == {"agent": "test/1", "number": 0, "session": "", "theme": None}

    @needs("http")
    @covers("HTTP", "wrong values")
    def test_a_header_that_does_not_fit_is_told(self, target: Target) -> None:
        answer = http(target).get("/headers", headers={"x-number": "many", "user-agent": "test/1"})
        assert wrong(answer) == [("header", "x-number")]

    @needs("http")
    @covers("HTTP", "encodings")
    def test_a_header_that_is_repeated_arrives_joined(self, target: Target) -> None:
        answer = http(target).post("/request", headers=[("X-Many", "a"), ("X-Many", "b, c")])
        assert [part.strip() for part in answer.json()["repeated"].split(",")] == ["a", "b", "c"]
        assert http(target).get("/lists", headers=[("X-Tag", "a"), ("X-Tag", "b, c")]).json() == ["a", "b", "c"]

    # --- bodies

    @needs("http")
    @covers("HTTP", "encodings")
    @pytest.mark.parametrize("value", [*NASTY, None, 0, 1.5, True, [], {}, {"é": [1, {"": None}]}])
    def test_every_json_value_comes_back_unchanged(self, target: Target, value: Any) -> None:
        answer = http(target).post("/echo", json=value)
        assert (answer.status, answer.json() if answer.body else None) == (204 if value is None else 200, value)

    @needs("http")
    @covers("HTTP", "encodings")
    @pytest.mark.parametrize(
        "kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"]
    )
    def test_the_type_of_a_json_body_may_be_written_in_several_ways(self, target: Target, kind: str) -> None:
        assert http(target).post("/count", body="41", headers={"content-type": kind}).json() == 42

    @needs("http")
    @covers("HTTP", "encodings")
    @pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", bytes(range(256)), b'{"a": 1}'])
    def test_every_byte_of_a_binary_body_comes_back(self, target: Target, body: bytes) -> None:
        answer = http(target).post("/bytes", body=body, headers={"content-type": "application/octet-stream"})
        assert (answer.status, answer.body) == (200, body[::-1])
        assert answer.headers["content-type"] == "application/octet-stream"

    @needs("http")
    @covers("HTTP", "encodings")
    def test_a_form_is_read(self, target: Target) -> None:
        answer = http(target).post("/request?a=1&a=2&b=", form={"text": "a b&é+"})
        assert answer.json()["form"] == {"text": ["a b&é+"]}
        assert answer.json()["query"] == {"a": ["1", "2"], "b": [""]}

    @needs("http")
    @covers("HTTP", "wrong values")
    def test_a_body_that_does_not_fit_is_told_field_by_field(self, target: Target) -> None:
        assert wrong(http(target).post("/items", json={"count": "many"})) == [("body", "name"), ("body", "count")]
        assert wrong(http(target).put("/items/7?dry=x", json=[])) == [("body", ""), ("query", "dry")]
        assert wrong(http(target).post("/count", json="1")) == [("body", "")]
        assert notes(target, "create") == []

    @needs("http")
    @covers("HTTP", "wrong values")
    def test_a_body_that_is_absent_is_told_unless_it_has_a_default(self, target: Target) -> None:
        (error,) = http(target).post("/items", headers=JSON).json()["errors"]
        assert (error["in"], error["message"]) == ("body", "is missing")
        assert http(target).patch("/items/7").json() == {"id": "7", "fields": None}

    @needs("http")
    @covers("HTTP", "wrong values")
    @pytest.mark.parametrize("body", ["{", '{"name": "a",}', "\ufeff1", "'a'"])
    def test_what_is_no_json_is_400(self, target: Target, body: str) -> None:
        for path in ("/items", "/echo"):
            answer = http(target).post(path, body=body, headers=JSON)
            assert (answer.status, answer.json()["title"]) == (400, "Bad Request")
        for value in (b"NaN", b'"\xff"'):
            assert http(target).post("/echo", body=value, headers=JSON).status == 400

    @needs("http")
    @covers("HTTP", "wrong values")
    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
    def test_a_body_of_another_type_is_415(self, target: Target, kind: str) -> None:
        answer = http(target).post("/items", body='{"name": "pen"}', headers={"content-type": kind})
        assert (answer.status, kind in answer.json()["detail"]) == (415, True)

    @needs("http")
    @covers("HTTP", "size")
    def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_413(self, target: Target) -> None:
        kind = {"content-type": "application/octet-stream"}
        assert len(http(target).post("/bytes", body=b"x" * BODY_MOST, headers=kind).body) == BODY_MOST
        answer = http(target).post("/bytes", body=b"x" * (BODY_MOST + 1), headers=kind)
        assert answer.status == 413
        assert "4,194,305 bytes, the limit is 4,194,304" in answer.json()["detail"]

    @needs("http")
    @covers("HTTP", "size")
    def test_an_answer_over_the_limit_is_500(self, target: Target) -> None:
        assert len(http(target).get(f"/large?size={BODY_MOST}").body) == BODY_MOST
        assert http(target).get(f"/large?size={BODY_MOST + 1}").status == 500

    @needs("http")
    @covers("HTTP")
    def test_a_binary_body_that_is_absent_keeps_its_default(self, target: Target) -> None:
        assert [http(target).post("/later").status, http(target).post("/later", body=b"a").status] == [202, 202]
        assert notes(target, "later") == [{"text": "nothing"}, {"text": "a"}]

    # --- answers

    @needs("http")
    @covers("HTTP")
    def test_an_answer_that_the_program_keeps_is_the_same_each_time(self, target: Target) -> None:
        assert http(target).head("/kept", headers={"Origin": endpoints.ORIGIN}).body == b""
        for _ in range(2):
            answer = http(target).get("/kept", headers={"Origin": endpoints.ORIGIN, "x-correlation-id": "one"})
            assert answer.json() == {"kept": True}
            assert answer.headers["access-control-allow-origin"] == endpoints.ORIGIN
            assert answer.headers["x-correlation-id"] == "one"

    @needs("http")
    @covers("HTTP")
    def test_a_response_is_answered_as_it_is(self, target: Target) -> None:
        answer = http(target).get("/response?status=203")
        assert (answer.status, answer.text, answer.headers["x-total"]) == (203, "é", "1")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert [part.strip() for part in answer.headers["x-many"].split(",")] == ["a", "b"]
        assert answer.cookies == {"session": "s1", "theme": "dark"}
        assert http(target).get("/total").json() == "1.10"

    @needs("http")
    @covers("HTTP")
    def test_cookies_are_safe_unless_said_otherwise(self, target: Target) -> None:
        first, second = [value for name, value in http(target).get("/response").header_list if name == "set-cookie"]
        assert cookie(first) == ("session=s1", {"path=/", "max-age=3600", "secure", "httponly", "samesite=lax"})
        assert cookie(second) == ("theme=dark", {"path=/", "secure", "samesite=lax"})

    @needs("http")
    @covers("HTTP", "exception")
    @pytest.mark.parametrize(
        ("kind", "status", "detail"),
        [
            ("missing", 404, "no item 7"),
            ("gone", 410, "it was there"),
            ("teapot", 418, "short and stout"),
            ("unavailable", 503, "try again in a moment"),
        ],
    )
    def test_declared_exceptions_have_their_status(self, target: Target, kind: str, status: int, detail: str) -> None:
        answer = http(target).get(f"/failures/{kind}")
        assert (answer.status, answer.json()["status"], answer.json()["detail"]) == (status, status, detail)

    @needs("http")
    @covers("HTTP", "exception")
    @pytest.mark.parametrize("kind", ["library", "unknown"])
    def test_any_other_exception_is_500_and_tells_nothing(self, target: Target, kind: str) -> None:
        answer = http(target).get(f"/failures/{kind}")
        assert answer.status == 500
        assert "secret" not in answer.text

    @needs("http")
    @covers("HTTP", "crash")
    def test_a_crash_is_a_5xx_and_never_tried_again(self, target: Target) -> None:
        assert http(target).get("/failures/crash").status >= 500
        assert http(target).get("/items/7").status == 200

    # --- who may call

    @needs("http")
    @covers("HTTP")
    def test_a_valid_token_lets_in_and_its_claims_are_the_identity(self, target: Target) -> None:
        valid = token(target, endpoints.bearer, sub="ada")
        assert http(target).get("/me", token=valid).json() == {"sub": "ada"}
        assert http(target).get("/me", headers={"authorization": f"bearer  {valid} "}).status == 200

    @needs("http")
    @covers("HTTP", "denied")
    def test_no_token_and_one_that_is_none_are_401(self, target: Target) -> None:
        for sent in ("", "Basic YTpi", "Bearer", "Bearer a.b.c"):
            answer = http(target).get("/me", headers={"authorization": sent} if sent else {})
            assert answer.status == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")

    @needs("http")
    @covers("HTTP", "denied")
    @pytest.mark.parametrize(
        ("claims", "why"),
        [
            ({"exp": 1}, "it has expired"),
            ({"nbf": 32_000_000_000}, "it does not count yet"),
            ({"iss": "https://evil.example"}, "invalid issuer"),
            ({"aud": "others"}, "audience doesn't match"),
            ({"exp": "soon"}, "exp"),
        ],
    )
    def test_a_token_with_wrong_claims_is_401_and_says_why(
        self, target: Target, claims: dict[str, Any], why: str
    ) -> None:
        answer = http(target).get("/me", token=token(target, endpoints.bearer, **claims))
        assert (answer.status, why in answer.json()["detail"]) == (401, True)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]

    @needs("http")
    @covers("HTTP", "denied")
    def test_a_token_without_the_scope_is_403(self, target: Target) -> None:
        answer = http(target).post("/write", json={"a": 1}, token=token(target, endpoints.writer, scope="read write"))
        assert answer.status == 403
        assert 'error="insufficient_scope", scope="write items"' in answer.headers["www-authenticate"]
        assert notes(target, "write") == []
        granted = token(target, endpoints.writer, scope="read items write")
        assert http(target).post("/write", json={"a": 1}, token=granted).json() == {"a": 1}

    @needs("http", "secret")
    @covers("HTTP", "denied")
    def test_an_api_key_lets_in_who_knows_it(self, target: Target) -> None:
        assert http(target).get("/keyed", headers={"X-Api-Key": SECRETS["known"]}).json() == 1
        for sent in ({}, {"x-api-key": ""}, {"x-api-key": SECRETS["known"][:-1]}, {"x-api-key": "é"}):
            assert http(target).get("/keyed", headers=sent).status == 401

    @needs("http")
    @covers("HTTP", "denied")
    def test_an_async_function_says_who_is_let_in_as_well(self, target: Target) -> None:
        assert http(target).get("/guests", cookies={"guest": "eve"}).json() == "eve"
        assert http(target).get("/guests").status == 401

    @needs("http", "secret")
    @covers("HTTP", "denied")
    def test_a_function_says_who_is_let_in(self, target: Target) -> None:
        assert http(target).get("/custom", headers={"x-customer": "ada"}).json() == {"name": "ada", "key": "s"}
        assert http(target).get("/custom").status == 401
        answer = http(target).get("/custom", headers={"x-customer": "blocked"})
        assert (answer.status, answer.json()["detail"]) == (403, "you may not")

    @needs("http")
    @covers("HTTP", "denied")
    def test_who_is_not_let_in_learns_nothing_of_the_arguments(self, target: Target) -> None:
        assert http(target).post("/write", body="{", headers=JSON).status == 401

    # --- CORS

    @needs("http")
    @covers("HTTP", "other origin")
    def test_a_page_of_a_named_origin_may_read_answers(self, target: Target) -> None:
        for path in ("/items/7", "/nothing-but-405"):
            answer = http(target).get(path.replace("/nothing-but-405", "/count"), headers={"Origin": endpoints.ORIGIN})
            assert answer.headers["access-control-allow-origin"] == endpoints.ORIGIN
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert answer.headers["access-control-expose-headers"] == "X-Total"
            assert "Origin" in answer.headers["vary"]

    @needs("http")
    @covers("HTTP", "other origin")
    def test_a_page_of_another_origin_may_not(self, target: Target) -> None:
        for origin in ("https://evil.example", f"{endpoints.ORIGIN}.evil.example", "null"):
            answer = http(target).get("/items/7", headers={"Origin": origin})
            assert "access-control-allow-origin" not in answer.headers
            assert "Origin" in answer.headers["vary"]

    @needs("http")
    @covers("HTTP", "other origin")
    def test_a_preflight_says_what_a_page_may_send(self, target: Target) -> None:
        asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
        answer = http(target).options("/items/7", headers={"Origin": endpoints.ORIGIN, **asked})
        assert answer.status == 204
        assert answer.headers["access-control-allow-origin"] == endpoints.ORIGIN
        assert answer.headers["access-control-allow-methods"] == "DELETE, GET, PATCH, PUT"
        assert answer.headers["access-control-allow-headers"] == "authorization, content-type"
        assert answer.headers["access-control-max-age"] == "3600"
        other = http(target).options("/items/7", headers={"Origin": "https://evil.example", **asked})
        assert "access-control-allow-origin" not in other.headers
        assert "access-control-allow-methods" not in other.headers

    # --- tracing

    @needs("http", "queue")
    @covers("HTTP", "tracing")
    def test_the_trace_and_the_correlation_of_a_request_go_on_with_its_messages(self, target: Target) -> None:
        trace = "0af7651916cd43dd8448eb211c80319c"
        sent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "x-correlation-id": "order-7"}
        answer = http(target).post("/jobs", json={"n": 1}, headers=sent)
        assert (answer.status, answer.headers["x-correlation-id"]) == (202, "order-7")
        target.run()
        (note,) = notes(target, "work")
        assert (note["trace"], note["correlation"]) == (trace, "order-7")

    @needs("http", "queue")
    @covers("HTTP", "tracing")
    def test_a_request_without_a_trace_begins_one(self, target: Target) -> None:
        answer = http(target).post("/jobs", json={"n": 1}, headers={"traceparent": "00-zz-b7-01"})
        target.run()
        (note,) = notes(target, "work")
        assert note["correlation"] == answer.headers["x-correlation-id"] != ""
        assert len(note["trace"]) == 32
