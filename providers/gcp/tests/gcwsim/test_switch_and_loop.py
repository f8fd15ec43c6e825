"""Deciding and looping."""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import Case, assign, echoing, id_of, post, steps
from providers.gcp.tests.gcwsim.pages import (
    CONDITIONS,
    ERRORS,
    ITERATION,
    JUMPS,
    QUOTAS,
    SAMPLES,
    SCHEMA,
    TROUBLESHOOTING,
    VARIABLES,
)

SCOPE = f"{VARIABLES}#variable_scope"
SRC = f"{SAMPLES}/src"
SUM: dict[str, Any] = assign(sum="${sum + v}")


def loop(*listed: Any, **fields: Any) -> dict[str, Any]:
    return {"for": {"value": "v", **fields, "steps": list(listed)}}


def when(condition: str, **content: Any) -> dict[str, Any]:
    return {"condition": f"${{{condition}}}", **content}


SWITCH = [
    Case(
        "the first condition that holds decides",
        CONDITIONS,
        steps(
            s={"switch": [when("false", next="a"), when("true", next="b"), when("true", next="a")]},
            a={"return": "a"},
            b={"return": "b"},
        ),
        result="b",
    ),
    Case(
        "only one condition is carried out",
        CONDITIONS,
        steps(
            i=assign(s=""),
            w={"switch": [when("true", **assign(s='${s + "a"}')), when("true", **assign(s='${s + "b"}'))]},
            r={"return": "${s}"},
        ),
        result="a",
    ),
    Case(
        "without a condition that holds comes the next step",
        CONDITIONS,
        steps(s={"switch": [when("false", **{"return": 1})]}, r={"return": 2}),
        result=2,
    ),
    Case(
        "without a condition that holds comes the switch's next",
        f"{SRC}/step_conditional_jump.workflows.yaml",
        steps(s={"switch": [when("false", next="b")], "next": "c"}, b={"return": "b"}, c={"return": "c"}),
        result="c",
    ),
    Case(
        "after steps of a condition comes the next step",
        f"{SRC}/step_switch_embedded.workflows.yaml",
        steps(i=assign(a=1), s={"switch": [when("a == 1", steps=steps(x=assign(a="${a + 7}")))]}, r={"return": "${a}"}),
        result=8,
    ),
    Case(
        "steps of a condition return",
        f"{SRC}/step_switch_embedded.workflows.yaml",
        steps(
            i=assign(a=1),
            s={"switch": [when("a==1", steps=steps(x=assign(a="${a+7}"), y={"return": '${"to:"+string(a)}'}))]},
            r={"return": 0},
        ),
        result="to:8",
    ),
    Case(
        "a step's next holds for a switch too",
        JUMPS,
        steps(
            s={"switch": [when("true", **assign(y="small"))], "next": "out"}, b={"return": "b"}, out={"return": "${y}"}
        ),
        result="small",
    ),
    Case(
        "true is a condition",
        SCHEMA,
        steps(s={"switch": [{"condition": True, "return": 1}]}, r={"return": 2}),
        result=1,
    ),
    Case(
        "a condition raises",
        f"{SRC}/parallel_error_handling.workflows.yaml",
        steps(s={"switch": [when("1 % 2 != 0", **{"raise": "how odd!"})]}),
        raised="how odd!",
    ),
    Case(
        "a condition calls",
        SCHEMA,
        steps(s={"switch": [when("true", **post(body={"k": 1}))]}, r={"return": "${r.body.k}"}),
        http=echoing(),
        result=1,
    ),
    Case("51 conditions", QUOTAS, steps(s={"switch": [when("false", next="end")] * 51}), refused="51 conditions"),
    Case("50 conditions", QUOTAS, steps(s={"switch": [when("false", next="end")] * 50}, r={"return": 1}), result=1),
    Case("no condition", CONDITIONS, steps(s={"switch": [{"next": "end"}]}), refused="'condition' is missing"),
    Case("an empty switch", SCHEMA, steps(s={"switch": []}), refused="a list of conditions"),
    Case(
        "a condition that is a number",
        CONDITIONS,
        steps(s={"switch": [when("1", next="end")]}),
        unspecified="type integer",
    ),
    Case(
        "a condition that is null",
        CONDITIONS,
        steps(i=assign(x=None), s={"switch": [when("x", next="end")]}),
        unspecified="type null",
    ),
    Case(
        "a condition assigns and jumps",
        f"{SRC}/quickstart.workflows.yaml",
        steps(s={"switch": [when("true", **assign(x=1), next="r")]}, n=assign(x=2), r={"return": "${x}"}),
        result=1,
    ),
    Case(
        "next beside steps in a condition",
        CONDITIONS,
        steps(s={"switch": [when("true", steps=steps(a=assign(x=1)), next="r")]}, r={"return": 1}),
        open="'next' beside",
    ),
]

LOOPS = [
    Case(
        "a loop over a list",
        f"{SRC}/iterate_list.workflows.yaml",
        steps(i=assign(list=[1, 2, 3, 4, 5], sum=0), l=loop({"a": SUM}, **{"in": "${list}"}), r={"return": "${sum}"}),
        result=15,
    ),
    Case(
        "a loop over a list in its place",
        ITERATION,
        steps(i=assign(sum=0), l=loop({"a": SUM}, **{"in": [1, 2]}), r={"return": "${sum}"}),
        result=3,
    ),
    Case(
        "a loop over expressions",
        TROUBLESHOOTING,
        steps(i=assign(sum=0, x=4), l=loop({"a": SUM}, **{"in": ["${x}", 2]}), r={"return": "${sum}"}),
        result=6,
    ),
    Case(
        "a loop over nothing",
        ITERATION,
        steps(i=assign(sum=0), l=loop({"a": SUM}, **{"in": "${[]}"}), r={"return": "${sum}"}),
        result=0,
    ),
    Case(
        "an index begins at 0",
        ITERATION,
        steps(
            i=assign(l=[]),
            f=loop({"a": assign(l="${list.concat(l, [i, v])}")}, index="i", **{"in": ["a", "b"]}),
            r={"return": "${l}"},
        ),
        result=[[0, "a"], [1, "b"]],
    ),
    Case(
        "a loop over the keys of a map",
        f"{SRC}/iterate_map.workflows.yaml",
        steps(
            i=assign(map={"1": 10, "2": 20, "3": 30}, sum=0),
            f=loop({"a": assign(sum="${sum + map[v]}")}, **{"in": "${keys(map)}"}),
            r={"return": "${sum}"},
        ),
        result=60,
    ),
    Case(
        "a range has both its ends",
        f"{SRC}/iterate_for_range.workflows.yaml",
        steps(i=assign(sum=0), l=loop({"a": SUM}, range=[1, 9]), r={"return": "${sum}"}),
        result=45,
    ),
    Case(
        "a range of one number",
        ITERATION,
        steps(i=assign(sum=0), l=loop({"a": SUM}, range=[4, 4]), r={"return": "${sum}"}),
        result=4,
    ),
    Case(
        "a range that an expression gives",
        f"{SRC}/parallel_for_range.workflows.yaml",
        steps(i=assign(sum=0, l=[1, 1]), f=loop({"a": SUM}, range="${[0, len(l) - 1]}"), r={"return": "${sum}"}),
        result=1,
    ),
    Case(
        "a range of two expressions",
        TROUBLESHOOTING,
        steps(i=assign(sum=0, a=2, b=3), f=loop({"x": SUM}, range=["${a}", "${b}"]), r={"return": "${sum}"}),
        result=5,
    ),
    Case(
        "break leaves the loop",
        ITERATION,
        steps(
            i=assign(sum=0),
            l=loop({"c": {"switch": [when("v == 3", next="break")]}}, {"a": SUM}, range=[1, 5]),
            r={"return": "${sum}"},
        ),
        result=3,
    ),
    Case(
        "continue goes on with the next one",
        ITERATION,
        steps(
            i=assign(sum=0),
            l=loop({"c": {"switch": [when("v == 3", next="continue")]}}, {"a": SUM}, range=[1, 5]),
            r={"return": "${sum}"},
        ),
        result=12,
    ),
    Case(
        "break leaves the inner loop only",
        ITERATION,
        steps(
            i=assign(n=0),
            o={
                "for": {
                    "value": "w",
                    "range": [1, 3],
                    "steps": steps(
                        l=loop(
                            {"c": {"switch": [when("v == 2", next="break")]}}, {"a": assign(n="${n + 1}")}, range=[1, 5]
                        )
                    ),
                }
            },
            r={"return": "${n}"},
        ),
        result=3,
    ),
    Case(
        "break within steps of a condition",
        ITERATION,
        steps(
            i=assign(n=0),
            l=loop(
                {"c": {"switch": [when("v == 2", steps=steps(b={"next": "break"}))]}},
                {"a": assign(n="${n + v}")},
                range=[1, 3],
            ),
            r={"return": "${n}"},
        ),
        result=1,
    ),
    Case(
        "return within a loop",
        ITERATION,
        steps(l=loop({"c": {"switch": [when("v == 2", **{"return": "${v}"})]}}, range=[1, 3]), r={"return": 0}),
        result=2,
    ),
    Case(
        "return of null within a loop",
        ITERATION,
        steps(l=loop({"c": {"return": None}}, range=[1, 3]), r={"return": 0}),
        result=None,
    ),
    Case(
        "next: end within a loop",
        JUMPS,
        steps(l=loop({"c": {"next": "end"}}, range=[1, 3]), r={"return": 0}),
        result=None,
    ),
    Case(
        "jumps within the steps of a loop",
        JUMPS,
        steps(
            i=assign(n=0),
            l=loop({"a": {"next": "c"}}, {"b": assign(n=100)}, {"c": assign(n="${n + 1}")}, range=[1, 3]),
            r={"return": "${n}"},
        ),
        result=3,
    ),
    Case(
        "a variable from outside is assigned within",
        f"{SRC}/loop_scope.workflows.yaml",
        steps(
            i=assign(w="foo"),
            o={
                "for": {
                    "value": "x",
                    "in": [1, 2],
                    "steps": steps(
                        a=assign(s="${w}"),
                        n={"for": {"value": "y", "in": [5, 6], "steps": steps(b=assign(w="${y}", t="${s}"))}},
                    ),
                }
            },
            final={"return": ["${w}"]},
        ),
        result=[6],
    ),
    Case(
        "the same name in two loops",
        ITERATION,
        steps(
            i=assign(sum=0), a=loop({"b": SUM}, range=[1, 2]), c=loop({"d": SUM}, range=[1, 2]), r={"return": "${sum}"}
        ),
        result=6,
    ),
    Case(
        "a list that changes while it is gone through",
        f"{VARIABLES}#passing_by_value",
        steps(
            i=assign(l=[1, 2]), f=loop({"a": assign(l="${list.concat(l, v)}")}, **{"in": "${l}"}), r={"return": "${l}"}
        ),
        result=[1, 2, 1, 2],
    ),
    Case(
        "a loop over null",
        ERRORS,
        steps(i=assign(x=None), l=loop({"a": assign(y=1)}, **{"in": "${x}"})),
        tag="TypeError",
    ),
    Case(
        "a variable of a loop outside of it",
        SCOPE,
        steps(l=loop({"a": assign(t=1)}, range=[1, 2]), r={"return": "${t}"}),
        refused="symbol 't'",
    ),
    Case(
        "a loop's own variable outside of it",
        SCOPE,
        steps(l=loop({"a": assign(t=1)}, range=[1, 2]), r={"return": "${v}"}),
        refused="symbol 'v'",
    ),
    Case(
        "a loop's variable that is used outside too",
        ITERATION,
        steps(i=assign(v=1), l=loop({"a": assign(t=1)}, range=[1, 2])),
        refused="'v' is used outside of its loop too",
    ),
    Case(
        "one name in nested loops",
        ITERATION,
        steps(l=loop({"m": loop({"a": assign(t=1)}, range=[1, 2])}, range=[1, 2])),
        refused="'v' is used outside",
    ),
    Case("break outside of a loop", ITERATION, steps(a={"next": "break"}), refused="outside of a loop"),
    Case(
        "in and range",
        ITERATION,
        steps(l=loop({"a": assign(t=1)}, range=[1, 2], **{"in": []})),
        refused="either 'in' or 'range'",
    ),
    Case("neither in nor range", ITERATION, steps(l=loop({"a": assign(t=1)})), refused="either 'in' or 'range'"),
    Case(
        "no value", SCHEMA, steps(l={"for": {"in": [1], "steps": steps(a=assign(t=1))}}), refused="'value' is missing"
    ),
    Case(
        "a range of three", SCHEMA, steps(l=loop({"a": assign(t=1)}, range=[1, 2, 3])), refused="a beginning and an end"
    ),
    Case(
        "a loop over text",
        SCHEMA,
        steps(l=loop({"a": assign(t=1)}, **{"in": "abc"})),
        refused="a list or an expression",
    ),
    Case(
        "a loop over a map",
        ITERATION,
        steps(i=assign(m={}), l=loop({"a": assign(t=1)}, **{"in": "${m}"})),
        unspecified="keys()",
    ),
    Case(
        "a range whose end comes first",
        ITERATION,
        steps(l=loop({"a": assign(t=1)}, range=[1, 0])),
        unspecified="whether it is empty",
    ),
    Case(
        "a range of doubles",
        ITERATION,
        steps(l=loop({"a": assign(t=1)}, range=[1.0, 2.0])),
        unspecified="a range of doubles",
    ),
    Case(
        "an index of a range",
        ITERATION,
        steps(l=loop({"a": assign(t=1)}, range=[1, 2], index="i")),
        open="an index of a range",
    ),
    Case(
        "assigning to a loop's variable",
        ITERATION,
        steps(l=loop({"a": assign(v=1)}, range=[1, 2])),
        open="assigning to 'v'",
    ),
    Case(
        "a name that is assigned outside only after the loop",
        SCOPE,
        steps(l=loop({"a": assign(t=1)}, range=[1, 2]), b=assign(t=2)),
        open="but only later",
    ),
    Case(
        "what the last iteration assigned",
        SCOPE,
        steps(l=loop({"c": {"switch": [when("v == 2", **{"return": "${t}"})]}}, {"a": assign(t=1)}, range=[1, 2])),
        unspecified="the value of 't'",
    ),
]

CASES = [*SWITCH, *LOOPS]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_deciding_and_looping(case: Case) -> None:
    case.check()
