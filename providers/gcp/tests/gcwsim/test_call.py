"""Calling: subworkflows, functions, main."""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import Case, assign, id_of, main, put, steps, value
from providers.gcp.tests.gcwsim.pages import (
    CALLS,
    CONNECTORS,
    PARALLEL,
    QUOTAS,
    RUNTIME_ARGUMENTS,
    SAMPLES,
    SCHEMA,
    STDLIB,
    SUBWORKFLOWS,
    VARIABLES,
)

SCOPE = f"{VARIABLES}#variable_scope"
SRC = f"{SAMPLES}/src"
SUM: dict[str, Any] = assign(sum="${sum + v}")


def loop(*listed: Any, **fields: Any) -> dict[str, Any]:
    return {"for": {"value": "v", **fields, "steps": list(listed)}}


def when(condition: str, **content: Any) -> dict[str, Any]:
    return {"condition": f"${{{condition}}}", **content}


ADD = {"params": ["a", {"b": 10}], "steps": steps(r={"return": "${a + b}"})}
CALL = [
    Case(
        "a subworkflow takes arguments by name",
        f"{SRC}/subworkflow.workflows.yaml",
        {
            "main": {"steps": steps(c={"call": "add", "args": {"b": 2, "a": 1}, "result": "x"}, r={"return": "${x}"})},
            "add": ADD,
        },
        result=3,
    ),
    Case(
        "a parameter has a default",
        SUBWORKFLOWS,
        {
            "main": {"steps": steps(c={"call": "add", "args": {"a": 1}, "result": "x"}, r={"return": "${x}"})},
            "add": ADD,
        },
        result=11,
    ),
    Case(
        "a subworkflow that returns nothing gives null",
        SUBWORKFLOWS,
        {
            "main": {"steps": steps(c={"call": "f", "result": "x"}, r={"return": "${x}"})},
            "f": {"steps": steps(a=assign(y=1))},
        },
        result=None,
    ),
    Case(
        "variables of main are not a subworkflow's",
        SUBWORKFLOWS,
        {"main": {"steps": steps(a=assign(x=1), c={"call": "f"})}, "f": {"steps": steps(r={"return": "${x}"})}},
        refused="symbol 'x'",
    ),
    Case(
        "a subworkflow has its own variables",
        SUBWORKFLOWS,
        {
            "main": {"steps": steps(a=assign(x=1), c={"call": "f"}, r={"return": "${x}"})},
            "f": {"steps": steps(a=assign(x=2))},
        },
        result=1,
    ),
    Case(
        "arguments are copies",
        f"{VARIABLES}#passing_by_value",
        {
            "main": {
                "steps": steps(
                    a=assign(m={"x": 1}),
                    c={"call": "f", "args": {"m": "${m}"}, "result": "n"},
                    r={"return": "${[m, n]}"},
                )
            },
            "f": {"params": ["m"], "steps": steps(a=put(("m.x", 2)), r={"return": "${m}"})},
        },
        result=[{"x": 1}, {"x": 2}],
    ),
    Case(
        "a list is turned round",
        f"{SRC}/list_reverse.workflows.yaml",
        {
            "main": {
                "steps": steps(c={"call": "turn", "args": {"source": [1, 2, 3]}, "result": "o"}, r={"return": "${o}"})
            },
            "turn": {
                "params": ["source"],
                "steps": steps(
                    i=assign(dst=[]),
                    l=loop({"p": assign(dst="${list.prepend(dst, v)}")}, **{"in": "${source}"}),
                    r={"return": "${dst}"},
                ),
            },
        },
        result=[3, 2, 1],
    ),
    Case(
        "a function that does not block is called",
        CALLS,
        steps(
            c={"call": "text.replace_all", "args": {"source": "aXb", "substr": "X", "repl": "-"}, "result": "x"},
            r={"return": "${x}"},
        ),
        result="a-b",
    ),
    Case(
        "main takes the argument",
        RUNTIME_ARGUMENTS,
        main(value('"Hello " + args.firstName')),
        argument={"firstName": "Ada"},
        result="Hello Ada",
    ),
    Case("main's argument may be a list", RUNTIME_ARGUMENTS, main(value("args[0]")), argument=[7], result=7),
    Case("main's argument may be missing", RUNTIME_ARGUMENTS, main(value("default(args, 3)")), result=3),
    Case(
        "an argument that is missing",
        SUBWORKFLOWS,
        {"main": {"steps": steps(c={"call": "add"})}, "add": ADD},
        refused="'a' is missing",
    ),
    Case(
        "an argument that is not known",
        SUBWORKFLOWS,
        {"main": {"steps": steps(c={"call": "add", "args": {"a": 1, "c": 2}})}, "add": ADD},
        refused="unknown argument 'c'",
    ),
    Case(
        "an argument of a function that is not known",
        f"{STDLIB}/http/get",
        steps(c={"call": "http.get", "args": {"url": "https://x", "body": 1}}),
        refused="unknown argument 'body'",
    ),
    Case(
        "an argument of a function that is missing",
        f"{STDLIB}/http/request",
        steps(c={"call": "http.request", "args": {"url": "https://x"}}),
        refused="'method' is missing",
    ),
    Case("a function that is not there", CALLS, steps(c={"call": "nosuch"}), refused="no function and no subworkflow"),
    Case(
        "two parameters of main",
        RUNTIME_ARGUMENTS,
        {"main": {"params": ["a", "b"], "steps": value("1")}},
        refused="one parameter",
    ),
    Case(
        "a parameter twice",
        SCHEMA,
        {"main": {"steps": value("f(1, 2)")}, "f": {"params": ["a", "a"], "steps": value("a")}},
        refused="a second parameter",
    ),
    Case(
        "an unknown key of a workflow",
        SUBWORKFLOWS,
        {"main": {"steps": value("1"), "parms": []}},
        refused="unknown key 'parms'",
    ),
    Case(
        "21 calls inside one another",
        QUOTAS,
        {"main": {"steps": steps(c={"call": "f"})}, "f": {"steps": steps(c={"call": "f"})}},
        tag="RecursionError",
    ),
    Case(
        "20 calls inside one another",
        QUOTAS,
        {
            "main": {"steps": value("f(18)")},
            "f": {
                "params": ["n"],
                "steps": steps(
                    s={"switch": [when("n == 0", **{"return": "deep"})]},
                    c={"call": "f", "args": {"n": "${n - 1}"}, "result": "x"},
                    r={"return": "${x}"},
                ),
            },
        },
        result="deep",
    ),
    Case(
        "an argument for a main that takes none",
        RUNTIME_ARGUMENTS,
        value("1"),
        argument=1,
        unspecified="main without params",
    ),
    Case(
        "a default that is an expression",
        SUBWORKFLOWS,
        {"main": {"steps": value("f()")}, "f": {"params": [{"a": "${1}"}], "steps": value("a")}},
        open="a default that is an expression",
    ),
    Case("calling main", SUBWORKFLOWS, {"main": {"steps": steps(c={"call": "main"})}}, open="calling main"),
    Case(
        "a connector that nobody modelled",
        CONNECTORS,
        steps(c={"call": "googleapis.pubsub.v1.projects.topics.publish", "args": {"topic": "t"}}),
        open="the connector googleapis.pubsub",
    ),
    Case(
        "a result that is no variable",
        VARIABLES,
        steps(c={"call": "sys.now", "result": "m.x"}),
        refused="no name of a variable",
    ),
    Case(
        "a result in a branch that is not shared",
        PARALLEL,
        steps(
            i=assign(x=1),
            p={"parallel": {"for": {"value": "v", "in": [1], "steps": steps(c={"call": "sys.now", "result": "x"})}}},
        ),
        refused="'x' is not shared",
    ),
]

CASES = CALL


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_calling(case: Case) -> None:
    case.check()
