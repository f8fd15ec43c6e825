# mypy: ignore-errors
# pyright: basic, reportPrivateUsage=false, reportAttributeAccessIssue=false, reportOptionalCall=false
"""Mutants of HTTP: the gateway in memory, and the runtime behind it."""

from __future__ import annotations

from typing import Any

from cloudless import request
from cloudless.runtime import arguments, cors, endpoint, guard, route, router, token
from tests.mutants.fault import Fault, collector, patch, wrap

FAULTS: dict[str, Fault] = {}
fault = collector(FAULTS, cases="TestHttp")


@fault
def a_slash_at_the_end_is_ignored() -> None:
    wrap(
        router.Router,
        "_route",
        lambda old, self, path, segments: old(self, path.rstrip("/"), [*segments, ""]) or old(self, path, segments),
    )
    wrap(
        router,
        "segments_of",
        lambda old, path: old(path.rstrip("/") if len(path) > 1 else path),
    )


@fault
def parameters_go_before_literals() -> None:
    patch(router.Router, "_route", lambda self, path, segments: next(
        (one for one in [*self._others, *self._literal.values()] if one.match(segments) is not None), None
    ))  # fmt: skip


@fault
def path_parameters_are_decoded_twice() -> None:
    def twice(old: Any, path: str) -> list[str]:
        return ["/".join(old(part)) if "%" in part and part != "100%" else part for part in old(path)]

    wrap(router, "segments_of", twice)


@fault
def path_parameters_are_not_decoded() -> None:
    wrap(router, "segments_of", lambda old, path: path.split("/"))


@fault
def a_hidden_slash_is_let_through() -> None:
    import re

    patch(route, "_HIDDEN", re.compile(r"(?!)"))


@fault
def head_has_a_body() -> None:
    def serve(old: Any, self: Any, asked: Any, segments: list[str]) -> Any:
        method, asked.method = asked.method, "GET" if asked.method == "HEAD" else asked.method
        try:
            return old(self, asked, segments)
        finally:
            asked.method = method

    wrap(endpoint.Endpoint, "serve", serve)


@fault
def a_wrong_method_is_404() -> None:
    wrap(endpoint, "problem", lambda old, status, *rest, **more: old(404 if status == 405 else status, *rest, **more))


@fault
def only_the_first_wrong_value_is_told() -> None:
    wrap(arguments.Unfit, "__init__", lambda old, self, problems: old(self, problems[:1]))


@fault
def the_first_of_repeated_values_wins() -> None:
    patch(arguments, "_one", lambda values: values[0])


@fault
def repeated_headers_are_overwritten() -> None:
    patch(request, "joined", lambda headers: {name.lower(): value for name, value in request.header_pairs(headers)})


@fault
def headers_have_case() -> None:
    patch(request, "joined", lambda headers: dict(request.header_pairs(headers)))


@fault
def any_content_type_is_json() -> None:
    patch(request.Request, "content_type", property(lambda self: "application/json"))


@fault
def a_body_may_have_any_size() -> None:
    patch(endpoint, "BODY_MOST", 1 << 40)


@fault
def broken_json_is_422() -> None:
    wrap(
        arguments.Refused,
        "__init__",
        lambda old, self, status, detail: old(self, 422 if status == 400 else status, detail),
    )


@fault
def exceptions_tell_their_text() -> None:
    def told(old: Any, self: Any, error: Exception) -> Any:
        answer = old(self, error)
        if answer.status == 500:
            answer.body = str(error).encode()
        return answer

    wrap(endpoint.Endpoint, "_refusal", told)


@fault
def declared_errors_are_exact_classes_only() -> None:
    patch(
        endpoint.Endpoint,
        "_declared",
        lambda self, error: self._statuses.get(type(error)) if type(error).__name__ != "Gone" else 404,
    )


@fault
def nothing_returned_is_200() -> None:
    def response(old: Any, self: Any, value: Any) -> Any:
        answer = old(self, value)
        answer.status = 200 if answer.status == 204 else answer.status
        return answer

    wrap(endpoint.Endpoint, "_response", response)


@fault
def expired_tokens_count() -> None:
    patch(token.Verifier, "_check_times", lambda self, claims: None)


@fault
def tokens_of_any_audience_count() -> None:
    import jwt

    def decode(old: Any, text: str, key: Any, **options: Any) -> Any:
        del options["audience"]
        options["options"] = {**options["options"], "verify_aud": False}
        return old(text, key, **options)

    wrap(jwt, "decode", decode)


@fault
def scopes_are_not_asked_for() -> None:
    patch(guard, "scopes_of", lambda claims: {"write"})


@fault
def an_empty_api_key_counts() -> None:
    wrap(guard, "_key_number", lambda old, auth, asked: 1 if not asked.headers.get("x-api-key") else old(auth, asked))


@fault
def a_caller_whom_nobody_knows_is_let_in() -> None:
    patch(guard, "_asked", lambda identity: identity)


@fault
def arguments_are_told_before_who_is_calling() -> None:
    def outcome(old: Any, self: Any, asked: Any, cause: Any) -> Any:
        self._arguments.of(asked)
        return old(self, asked, cause)

    wrap(endpoint.Endpoint, "_outcome", outcome)


@fault
def every_origin_may_read() -> None:
    patch(cors, "_allowed", lambda rules, asked: asked.headers.get("origin", ""))


@fault
def caches_are_not_told_of_origins() -> None:
    def add(old: Any, rules: Any, asked: Any, answer: Any) -> None:
        old(rules, asked, answer)
        answer.headers = [(name, value) for name, value in answer.headers if (name, value) != ("vary", "Origin")]

    wrap(endpoint, "add_headers", add)


@fault
def a_preflight_is_405() -> None:
    patch(endpoint, "is_preflight", lambda asked: False)


@fault
def the_trace_of_a_request_is_lost() -> None:
    patch(endpoint, "trace_of_parent", lambda text: "")


@fault
def the_correlation_of_a_request_is_lost() -> None:
    patch(endpoint, "word", lambda text: "")


@fault
def cookies_are_open_to_scripts() -> None:
    wrap(
        request.Response,
        "set_cookie",
        lambda old, self, name, value, **more: old(self, name, value, **{**more, "http_only": False}),
    )


@fault
def set_cookies_are_joined() -> None:
    def serve(old: Any, self: Any, asked: Any, segments: list[str]) -> Any:
        answer = old(self, asked, segments)
        cookies = ", ".join(value for name, value in answer.headers if name == "set-cookie")
        others = [pair for pair in answer.headers if pair[0] != "set-cookie"]
        answer.headers = [*others, ("set-cookie", cookies)] if cookies else others
        return answer

    wrap(endpoint.Endpoint, "serve", serve)
