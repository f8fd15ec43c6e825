"""Errors: raising, catching, retrying; answers of servers and what they are in a workflow."""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import (
    LOST,
    UNREACHABLE,
    Case,
    answering,
    assign,
    echoing,
    id_of,
    post,
    steps,
    value,
)
from providers.gcp.tests.gcwsim.exchange import Response
from providers.gcp.tests.gcwsim.pages import (
    CATCHING,
    ERRORS,
    HTTP,
    JUMPS,
    KNOWN_ISSUES,
    QUOTAS,
    RAISING,
    RETRYING,
    SAMPLES,
    STDLIB,
    VARIABLES,
)

SRC = f"{SAMPLES}/src"
DEFAULT = f"{STDLIB}/http/default_retry"
BACKOFF = {"initial_delay": 1, "max_delay": 5, "multiplier": 2}


def attempt(content: Any, *handling: dict[str, Any], name: str = "e", **more: Any) -> dict[str, Any]:
    """A try with an except."""
    return {"try": content, **more, "except": {"as": name, "steps": list(handling)}}


def give(text: str) -> dict[str, Any]:
    return {"give": {"return": f"${{{text}}}"}}


def retry(predicate: str, max_retries: Any = 5, backoff: Any = BACKOFF) -> dict[str, Any]:
    return {"predicate": f"${{{predicate}}}", "max_retries": max_retries, "backoff": backoff}


def counted(policy: Any, *after: dict[str, Any], raises: Any = "again") -> list[Any]:
    """Steps that count how often something is tried which always fails."""
    return steps(
        i=assign(n=0),
        t={
            "try": {"steps": steps(a=assign(n="${n + 1}"), b={"raise": raises})},
            "retry": policy,
            "except": {"as": "e", "steps": list(after)},
        },
    )


ANY = {"always": {"params": ["e"], "steps": value("true")}}

CATCH = [
    Case(
        "a raised map keeps its keys",
        RAISING,
        steps(t=attempt({"raise": {"code": 55, "message": "boom", "own": [1]}}, give("[e.code, e.message, e.own]"))),
        result=[55, "boom", [1]],
    ),
    Case(
        "a raised map may be an answer",
        f"{SRC}/error_retry_http_other.workflows.yaml",
        steps(t=attempt({"steps": steps(c=post(), r={"raise": "${r}"})}, give("e.code"))),
        http=answering(Response(202, {})),
        result=202,
    ),
    Case("a raised string is that string", RAISING, steps(t=attempt({"raise": "oops"}, give("e"))), result="oops"),
    Case("a raised string fails the workflow", RAISING, steps(r={"raise": "oops"}), raised="oops"),
    Case(
        "a raised map fails the workflow",
        RAISING,
        steps(r={"raise": {"code": 55, "message": "m"}}),
        raised={"code": 55, "message": "m"},
    ),
    Case(
        "an error is raised again as it is",
        f"{SRC}/error_catch.workflows.yaml",
        steps(t=attempt({"raise": {"code": 7}}, {"r": {"raise": "${e}"}})),
        raised={"code": 7},
    ),
    Case(
        "what is raised while handling is not caught there",
        CATCHING,
        steps(t=attempt({"raise": "a"}, {"r": {"raise": "b"}})),
        raised="b",
    ),
    Case(
        "an error goes up to the next try",
        CATCHING,
        steps(t=attempt({"steps": steps(i=attempt({"raise": "a"}, {"r": {"raise": "b"}}, name="f"))}, give("e"))),
        result="b",
    ),
    Case(
        "an error of a subworkflow is caught outside",
        CATCHING,
        {"main": {"steps": steps(t=attempt({"call": "f"}, give("e")))}, "f": {"steps": steps(r={"raise": "deep"})}},
        result="deep",
    ),
    Case(
        "an error in an expression is caught",
        ERRORS,
        steps(i=assign(m={}), t=attempt(assign(x="${m.k}"), give("[e.tags[0], get_type(e.message)]"))),
        result=["KeyError", "string"],
    ),
    Case(
        "a try without an error goes on",
        CATCHING,
        steps(t=attempt(assign(x=1), give('"no"')), r={"return": "${x}"}),
        result=1,
    ),
    Case(
        "handling goes on behind the try",
        CATCHING,
        steps(t=attempt({"raise": "a"}, {"h": assign(y=1)}), r={"return": "on"}),
        result="on",
    ),
    Case(
        "the steps of except are optional",
        CATCHING,
        steps(t={"try": {"raise": "a"}, "except": {"as": "e"}}, r={"return": "on"}),
        result="on",
    ),
    Case(
        "a jump out of except",
        f"{SRC}/error_catch.workflows.yaml",
        steps(
            t=attempt({"raise": {"code": 404}}, {"k": {"switch": [{"condition": "${e.code == 404}", "next": "lost"}]}}),
            f={"return": "found"},
            lost={"return": "lost"},
        ),
        result="lost",
    ),
    Case(
        "return within except",
        CATCHING,
        steps(t=attempt({"raise": "a"}, {"r": {"return": 1}}), z={"return": 2}),
        result=1,
    ),
    Case(
        "return within try",
        CATCHING,
        steps(t=attempt({"steps": steps(r={"return": 1})}, give("e")), z={"return": 2}),
        result=1,
    ),
    Case(
        "a variable of try is there afterwards",
        f"{VARIABLES}#variable_scope",
        steps(t=attempt({"steps": steps(a=assign(x=1))}, {"h": assign(y=1)}), r={"return": "${x}"}),
        result=1,
    ),
    Case(
        "a variable from before is assigned in except",
        f"{VARIABLES}#variable_scope",
        steps(i=assign(x=0), t=attempt({"raise": "a"}, {"h": assign(x="${e}")}), r={"return": "${x}"}),
        result="a",
    ),
    Case(
        "one name for the errors of two tries",
        CATCHING,
        steps(t={"try": {"raise": "a"}, "except": {"as": "e"}}, u=attempt({"raise": "b"}, give("e"))),
        result="b",
    ),
    Case(
        "a variable of except outside of it",
        f"{VARIABLES}#variable_scope",
        steps(t=attempt({"raise": "a"}, {"h": assign(y=1)}), r={"return": "${y}"}),
        refused="symbol 'y'",
    ),
    Case(
        "the error outside of except",
        f"{VARIABLES}#variable_scope",
        steps(t={"try": {"raise": "a"}, "except": {"as": "e"}}, r={"return": "${e}"}),
        refused="symbol 'e'",
    ),
    Case(
        "a loop right in try",
        KNOWN_ISSUES,
        steps(t=attempt({"for": {"value": "v", "in": [1], "steps": steps(a=assign(x=1))}}, give("e"))),
        refused="loop step name should not be empty",
    ),
    Case(
        "try without retry and except",
        CATCHING,
        steps(t={"try": assign(x=1)}),
        open="without 'retry' and without 'except'",
    ),
    Case(
        "except without as",
        CATCHING,
        steps(t={"try": {"raise": "a"}, "except": {"steps": steps(a=assign(x=1))}}),
        open="without 'as'",
    ),
    Case(
        "a parallel step right in try",
        CATCHING,
        steps(t=attempt({"parallel": {"for": {"value": "v", "in": [1], "steps": steps(a=assign(x=1))}}}, give("1"))),
        open="right in 'try'",
    ),
    Case(
        "an error with the name of a variable",
        VARIABLES,
        steps(e=assign(e=1), t=attempt({"raise": "a"}, give("e"))),
        open="the error 'e' has the name",
    ),
    Case(
        "nested errors of one name",
        VARIABLES,
        steps(t=attempt({"raise": "a"}, {"u": attempt({"raise": "b"}, give("e"))})),
        open="the error 'e' has the name",
    ),
    Case(
        "a jump out of try",
        JUMPS,
        steps(t=attempt({"steps": steps(a={"next": "r"})}, give("e")), r={"return": 1}),
        open="out of 'try'",
    ),
    Case("raising a number", RAISING, steps(r={"raise": 5}), unspecified="raising a value of type integer"),
    Case(
        "the code of an error without one",
        ERRORS,
        steps(t=attempt(assign(x="${1 / 0}"), give("e.code"))),
        unspecified="'code' of",
    ),
    Case(
        "whether an error has a code",
        ERRORS,
        steps(t=attempt(assign(x="${1 / 0}"), give('"code" in e'))),
        unspecified="whether",
    ),
    Case(
        "map.get of an error's code",
        ERRORS,
        steps(t=attempt(assign(x="${1 / 0}"), give('map.get(e, "code")'))),
        unspecified="'code' of",
    ),
]

SERVER = [
    Case(
        "an answer has code, headers and body",
        HTTP,
        steps(c=post(body={"k": [1]}), r={"return": '${[r.code, r.body.k, r.headers["Content-Type"]]}'}),
        http=echoing(),
        result=[200, [1], "application/json"],
    ),
    Case(
        "JSON of any kind is parsed",
        HTTP,
        steps(c=post(), r={"return": "${r.body}"}),
        http=answering(Response(200, [1, 2.5, None, "a"])),
        result=[1, 2.5, None, "a"],
    ),
    Case(
        "text is a string",
        HTTP,
        steps(c=post(), r={"return": "${r.body}"}),
        http=answering(Response(200, "hi", {"content-type": "text/plain; charset=utf-8"})),
        result="hi",
    ),
    Case(
        "code 400 and above is HttpError",
        CATCHING,
        steps(
            t=attempt(
                post(),
                give('["HttpError" in e.tags, e.code, e.body.error, get_type(e.message), e.headers["Content-Type"]]'),
            )
        ),
        http=answering(Response(404, {"error": "E"})),
        result=[True, 404, "E", "string", "application/json"],
    ),
    Case("HttpError fails the workflow", ERRORS, steps(c=post()), http=answering(Response(500, {})), tag="HttpError"),
    Case(
        "a server that is not there", ERRORS, steps(c=post()), http=answering(UNREACHABLE), tag="ConnectionFailedError"
    ),
    Case("a connection that is lost", ERRORS, steps(c=post()), http=answering(LOST), tag="ConnectionError"),
    Case(
        "a time-out",
        ERRORS,
        steps(c=post(timeout=10)),
        http=answering(Response(200, {}, after_s=11)),
        tag="TimeoutError",
        took_s=10,
    ),
    Case(
        "an answer in time",
        HTTP,
        steps(c=post(timeout=10)),
        http=answering(Response(200, {}, after_s=10)),
        result=None,
        took_s=10,
    ),
    Case(
        "an answer of more than 2 MB",
        QUOTAS,
        steps(c=post()),
        http=answering(Response(200, "x" * 2_000_000)),
        tag="ResourceLimitError",
    ),
    Case(
        "a body of another type",
        HTTP,
        steps(c=post(), r={"return": "${r.body}"}),
        http=answering(Response(200, b"x")),
        unspecified="'body' of",
    ),
    Case(
        "JSON that is none",
        HTTP,
        steps(c=post(), r={"return": "${r.body}"}),
        http=answering(Response(200, b"{", {"Content-Type": "application/json"})),
        unspecified="'body' of",
    ),
    Case(
        "another key of an answer",
        HTTP,
        steps(c=post(), r={"return": "${r.status}"}),
        http=echoing(),
        unspecified="'status' of",
    ),
    Case(
        "a header that was not sent",
        HTTP,
        steps(c=post(), r={"return": "${r.headers.Etag}"}),
        http=echoing(),
        unspecified="'Etag' of",
    ),
    Case("a redirection", HTTP, steps(c=post()), http=answering(Response(302, {})), unspecified="code 302"),
    Case(
        "the time-out where none is given",
        HTTP,
        steps(c=post()),
        http=answering(Response(200, {}, after_s=301)),
        unspecified="the time-out",
    ),
    Case(
        "a time-out of more than 1800 s",
        HTTP,
        steps(c=post(timeout=1801)),
        http=echoing(),
        unspecified="a time-out of 1801",
    ),
    Case(
        "a URL of another scheme",
        HTTP,
        steps(c={"call": "http.get", "args": {"url": "ftp://x"}}),
        unspecified="the URL",
    ),
    Case("an URL that is no string", ERRORS, steps(c={"call": "http.get", "args": {"url": 1}}), tag="TypeError"),
]

RETRY = [
    Case(
        "the default policy waits 1, 1.25, 1.5625 … seconds",
        DEFAULT,
        steps(t={"try": post(), "retry": "${http.default_retry}"}),
        http=answering(Response(503, {})),
        tag="HttpError",
        took_s=1 + 1.25 + 1.5625 + 1.953125 + 2.441406,
    ),
    Case(
        "the default policy tries again until it works",
        f"{SRC}/error_retry.workflows.yaml",
        steps(t={"try": post(), "retry": "${http.default_retry}"}, r={"return": "${r.body}"}),
        http=answering(Response(503, {}), Response(429, {}), UNREACHABLE, LOST, Response(502, {}), Response(200, 7)),
        result=7,
    ),
    Case(
        "the default policy leaves code 500",
        DEFAULT,
        steps(t={"try": post(), "retry": "${http.default_retry}"}),
        http=answering(Response(500, {}), Response(200, {})),
        tag="HttpError",
        took_s=0,
    ),
    Case(
        "the policy for what is not idempotent leaves lost connections",
        f"{STDLIB}/http/default_retry_non_idempotent",
        steps(t={"try": post(), "retry": "${http.default_retry_non_idempotent}"}),
        http=answering(LOST, Response(200, {})),
        tag="ConnectionError",
    ),
    Case(
        "the policy for what is not idempotent tries 503 again",
        f"{STDLIB}/http/default_retry_non_idempotent",
        steps(t={"try": post(), "retry": "${http.default_retry_non_idempotent}"}, r={"return": "${r.body}"}),
        http=answering(Response(503, {}), UNREACHABLE, Response(200, 7)),
        result=7,
        took_s=2.25,
    ),
    Case(
        "time-outs are tried again",
        f"{STDLIB}/http/default_retry_predicate",
        steps(t={"try": post(timeout=2), "retry": retry("http.default_retry_predicate")}, r={"return": "${r.body}"}),
        http=answering(Response(200, 1, after_s=3), Response(200, 2)),
        result=2,
        took_s=3,
    ),
    Case(
        "delays grow by the multiplier up to the maximum",
        RETRYING,
        {"main": {"steps": counted(retry("always"), give("n"))}, **ANY},
        result=6,
        took_s=1 + 2 + 4 + 5 + 5,
    ),
    Case(
        "max_retries does not count the first attempt",
        RETRYING,
        {"main": {"steps": counted(retry("always", 2), give("[n, e]"))}, **ANY},
        result=[3, "again"],
        took_s=3,
    ),
    Case(
        "no retries", RETRYING, {"main": {"steps": counted(retry("always", 0), give("n"))}, **ANY}, result=1, took_s=0
    ),
    Case("retry.never", f"{STDLIB}/retry/never", counted(retry("retry.never"), give("n")), result=1),
    Case("retry.always", f"{STDLIB}/retry/always", counted(retry("retry.always", 1), give("n")), result=2, took_s=1),
    Case(
        "a predicate looks at the error",
        f"{SRC}/error_retry_predicate.workflows.yaml",
        {
            "main": {"steps": counted(retry("mine"), give("n"), raises={"code": "${n}"})},
            "mine": {
                "params": ["e"],
                "steps": steps(
                    l={"call": "sys.log", "args": {"data": "${e.code}", "severity": "INFO"}},
                    w={"switch": [{"condition": "${e.code < 3}", "return": True}]},
                    o={"return": False},
                ),
            },
        },
        result=3,
        took_s=3,
    ),
    Case(
        "a predicate may call other predicates",
        f"{STDLIB}/http/default_retry_predicate",
        {
            "main": {"steps": steps(t={"try": post(), "retry": retry("mine")}, r={"return": "${r.body}"})},
            "mine": {"params": ["e"], "steps": value("http.default_retry_predicate(e)")},
        },
        http=answering(Response(503, {}), Response(200, 1)),
        result=1,
    ),
    Case(
        "values of a policy may be expressions",
        RETRYING,
        {
            "main": {
                "steps": [
                    {"v": assign(k=2)},
                    *counted(retry("always", "${k}", {**BACKOFF, "multiplier": "${k}"}), give("n")),
                ]
            },
            **ANY,
        },
        result=3,
        took_s=3,
    ),
    Case(
        "the default back-off",
        f"{STDLIB}/retry/default_backoff",
        {"main": {"steps": counted(retry("always", 2, "${retry.default_backoff}"), give("n"))}, **ANY},
        result=3,
        took_s=2.25,
    ),
    Case(
        "all steps of a try are done again",
        RETRYING,
        {"main": {"steps": counted(retry("always", 3), give("n"))}, **ANY},
        result=4,
    ),
    Case(
        "a retry without except fails with the error",
        RETRYING,
        {"main": {"steps": steps(t={"try": {"raise": "a"}, "retry": retry("always", 1)})}, **ANY},
        raised="a",
        took_s=1,
    ),
    Case(
        "a predicate that is not there",
        RETRYING,
        steps(t={"try": post(), "retry": retry("nobody")}),
        refused="is no predicate",
    ),
    Case(
        "a policy without a predicate",
        RETRYING,
        steps(t={"try": post(), "retry": {"max_retries": 1, "backoff": BACKOFF}}),
        open="a policy without 'predicate'",
    ),
    Case(
        "a back-off without a multiplier",
        RETRYING,
        steps(t={"try": post(), "retry": retry("retry.always", 1, {"initial_delay": 1, "max_delay": 2})}),
        open="without 'multiplier'",
    ),
    Case("another policy", RETRYING, steps(t={"try": post(), "retry": "${retry.always}"}), open="as a policy"),
    Case(
        "a predicate of no argument",
        RETRYING,
        {"main": {"steps": steps(t={"try": post(), "retry": retry("f")})}, "f": {"steps": value("true")}},
        open="does not take one argument",
    ),
    Case(
        "a predicate that gives null",
        RETRYING,
        {
            "main": {"steps": steps(t={"try": {"raise": "a"}, "retry": retry("f")})},
            "f": {"params": ["e"], "steps": steps(a=assign(x=1))},
        },
        unspecified="a predicate that gives null",
    ),
    Case(
        "a default predicate of a string",
        f"{STDLIB}/http/default_retry_predicate",
        steps(t={"try": {"raise": "a"}, "retry": "${http.default_retry}"}),
        unspecified="an error that is a string",
    ),
]

CASES = [*CATCH, *SERVER, *RETRY]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_an_error(case: Case) -> None:
    case.check()
