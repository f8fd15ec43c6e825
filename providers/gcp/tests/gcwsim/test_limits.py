"""Limits of a definition, of an execution and of its memory.

https://cloud.google.com/workflows/quotas
"""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import Case, answering, assign, id_of, post, steps, value
from providers.gcp.tests.gcwsim.definition import problems
from providers.gcp.tests.gcwsim.errors import ApiError
from providers.gcp.tests.gcwsim.exchange import Response
from providers.gcp.tests.gcwsim.pages import CHEAT_SHEET, QUOTAS, SCHEMA, SYNTAX, TROUBLESHOOTING, VARIABLES
from providers.gcp.tests.gcwsim.run import run
from providers.gcp.tests.gcwsim.value import size_of

MEMORY = f"{VARIABLES}#memory_usage"


def doubling(times: int, text: str) -> list[Any]:
    """Double a string so many times."""
    return steps(
        i=assign(s=text),
        l={"for": {"value": "v", "range": [1, times], "steps": steps(a=assign(s="${s + s}"))}},
        r={"return": "${len(s)}"},
    )


CASES = [
    Case("a string of more than 256 KB", CHEAT_SHEET, doubling(14, "x" * 16), tag="ResourceLimitError"),
    Case("a string of 131,072 bytes", CHEAT_SHEET, doubling(13, "x" * 16), result=131_072),
    Case(
        "variables of more than 512 KB",
        QUOTAS,
        steps(
            i=assign(a="x" * 60_000),
            l={
                "for": {
                    "value": "v",
                    "range": [1, 9],
                    "steps": steps(n=assign(b="${[a, a, a]}"), m={"assign": [{"c": "${[b, b, b]}"}]}),
                }
            },
        ),
        tag="ResourceLimitError",
    ),
    Case(
        "memory is free again when a variable is cleared",
        TROUBLESHOOTING,
        steps(
            i=assign(a="x" * 120_000),
            b=assign(b="${a + a}"),
            c=assign(b=None),
            d=assign(c="${a + a}"),
            r={"return": "${len(c)}"},
        ),
        result=240_000,
    ),
    Case(
        "memory is free again when a loop is left",
        f"{VARIABLES}#variable_scope",
        steps(
            i=assign(a="x" * 100_000),
            l={"for": {"value": "v", "range": [1, 9], "steps": steps(b=assign(t="${a + a}"))}},
            c=assign(d="${a + a}"),
            r={"return": 1},
        ),
        result=1,
    ),
    Case(
        "an answer counts once it is stored",
        QUOTAS,
        steps(c=post()),
        http=answering(Response(200, "x" * 600_000)),
        tag="ResourceLimitError",
    ),
    Case(
        "an answer that is not stored does not count",
        TROUBLESHOOTING,
        steps(c={"call": "http.get", "args": {"url": "https://x"}}, r={"return": 1}),
        http=answering(Response(200, "x" * 600_000)),
        result=1,
    ),
    Case(
        "100,000 steps", QUOTAS, steps(i=assign(n=0), a=assign(n="${n + 1}"), b={"next": "a"}), tag="ResourceLimitError"
    ),
    Case(
        "the limits are caught as errors",
        QUOTAS,
        steps(
            t={
                "try": {"steps": doubling(14, "x" * 16)},
                "except": {"as": "e", "steps": steps(z={"return": "${e.tags}"})},
            }
        ),
        result=["ResourceLimitError"],
    ),
    Case("a source of more than 128 KB", QUOTAS, steps(a=assign(x="y" * 130_000)), refused="a source of more than"),
    Case(
        "more than ten parameters",
        SCHEMA,
        {
            "main": {"steps": steps(r={"return": 1})},
            "many": {"params": [f"p{number}" for number in range(11)], "steps": steps(r={"return": "${p0}"})},
        },
        open="11 parameters, more than 10",
    ),
    Case("a key twice in a map", SYNTAX, '[{"a": {"return": 1, "return": 2}}]', open="twice in one map"),
    Case("no JSON", SYNTAX, "- a: {return: 1}", refused="no JSON"),
    Case("text is a definition too", SCHEMA, '{"main": {"steps": [{"a": {"return": "x"}}]}}', result="x"),
]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_a_limit(case: Case) -> None:
    case.check()


@pytest.mark.parametrize(
    ("given", "size"),
    [
        (1, 8),
        (1.5, 8),
        (True, 8),
        ("This is a string of 28 bytes", 36),
        ("ä", 10),
        ([1, 2], 8 + 16),
        (["a", [1]], 8 + 9 + 16),
        ({"k": 1, "l": "ab"}, 8 + (9 + 8) + (9 + 10)),
        (b"abc", 11),
    ],
)
def test_memory_is_counted_as_documented(given: Any, size: int) -> None:
    """Documented at https://cloud.google.com/workflows/docs/reference/syntax/variables#memory_usage."""
    assert size_of(given) == size


def test_an_argument_of_more_than_32_kb_is_refused() -> None:
    with pytest.raises(ApiError, match="32,000"):
        run({"main": {"params": ["a"], "steps": value("1")}}, "x" * 32_000)


def test_all_problems_are_told_at_once() -> None:
    definition = {
        "main": {"steps": steps(a=assign(x="${y}"), b={"next": "z"}, c={"call": "nobody"})},
        "f": {"steps": steps(a={"what": 1})},
    }
    found = {(one.code, one.path) for one in problems(definition)}
    assert found == {
        ("INVALID", "main/a/assign/0"),
        ("INVALID", "main/b/next"),
        ("INVALID", "main/c/call"),
        ("INVALID", "f/a/what"),
        ("INVALID", "f/a"),
    }
