"""Assigning, and going from one step to another."""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import Case, assign, id_of, put, steps
from providers.gcp.tests.gcwsim.pages import (
    CHEAT_SHEET,
    ERRORS,
    ITERATION,
    JUMPS,
    MAPS,
    QUOTAS,
    SAMPLES,
    SCHEMA,
    STEPS,
    SUBWORKFLOWS,
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


ASSIGN = [
    Case(
        "assignments follow one another",
        CHEAT_SHEET,
        steps(a=assign(x=1, y="${x + 1}"), r={"return": "${[x, y]}"}),
        result=[1, 2],
    ),
    Case(
        "a variable is assigned again",
        CHEAT_SHEET,
        steps(a={"assign": [{"x": 1}, {"x": "${x + 1}"}]}, r={"return": "${x}"}),
        result=2,
    ),
    Case(
        "keys of a map are assigned",
        CHEAT_SHEET,
        steps(
            a=put(("m", {"a": 1}), ("k", "d"), ("m.b", 2), ('m["c"]', 3), ("m[k]", 4), ('m[k + "3"]', 5)),
            r={"return": "${m}"},
        ),
        result={"a": 1, "b": 2, "c": 3, "d": 4, "d3": 5},
    ),
    Case(
        "indices of a list are assigned",
        CHEAT_SHEET,
        steps(
            a=put(("l", [0, 1, 2]), ("i", 0), ("l[0]", "a"), ("l[i + 1]", "b"), ("l[len(l) - 1]", "c")),
            r={"return": "${l}"},
        ),
        result=["a", "b", "c"],
    ),
    Case(
        "lists within lists are assigned",
        CHEAT_SHEET,
        steps(a=put(("l", [[10, 11], [20]]), ("l[0][1]", "x")), r={"return": "${l}"}),
        result=[[10, "x"], [20]],
    ),
    Case(
        "maps within maps are assigned",
        CHEAT_SHEET,
        steps(a=put(("m", {"n": {"a": 1}}), ("m.n.b", 2), ('m["n"]["c"]', 3)), r={"return": "${m}"}),
        result={"n": {"a": 1, "b": 2, "c": 3}},
    ),
    Case(
        "an assigned map is a copy",
        f"{VARIABLES}#passing_by_value",
        steps(a=put(("m", {"x": [1]}), ("n", "${m}"), ("n.x[0]", 2)), r={"return": "${[m, n]}"}),
        result=[{"x": [1]}, {"x": [2]}],
    ),
    Case(
        "an assigned list is a copy",
        f"{VARIABLES}#passing_by_value",
        steps(a=put(("l", [1]), ("n", "${l}"), ("l[0]", 2)), r={"return": "${[l, n]}"}),
        result=[[2], [1]],
    ),
    Case(
        "a literal stays as it was",
        f"{VARIABLES}#passing_by_value",
        steps(
            i=assign(n=0),
            a=put(("m", {"x": 0}), ("m.x", "${m.x + 1}"), ("n", "${n + 1}")),
            c={"switch": [when("n < 3", next="a")]},
            r={"return": "${m}"},
        ),
        result={"x": 1},
    ),
    Case("an index behind the end cannot be assigned", ERRORS, steps(a=put(("l", [1]), ("l[1]", 2))), tag="IndexError"),
    Case("a key of a number cannot be assigned", ERRORS, steps(a=put(("x", 1), ("x.k", 2))), tag="TypeError"),
    Case(
        "a key in a map that is not there",
        MAPS,
        steps(a=put(("m", {}), ("m.a.b", 1))),
        unspecified="assigning within 'a'",
    ),
    Case("a negative index is assigned", ERRORS, steps(a=put(("l", [1]), ("l[-1]", 1))), unspecified="the index -1"),
    Case("a name that begins with a digit", f"{VARIABLES}#variable_names", steps(a=put(("1x", 1))), refused="no name"),
    Case("a name with a hyphen", f"{VARIABLES}#variable_names", steps(a=put(("a-b", 1))), refused="not expected"),
    Case("a key of a variable that nobody assigns", TROUBLESHOOTING, steps(a=put(("m.x", 1))), refused="symbol 'm'"),
    Case("no assignment", SCHEMA, steps(a={"assign": []}), refused="a list of assignments"),
    Case("two targets in one assignment", SCHEMA, steps(a={"assign": [{"x": 1, "y": 2}]}), refused="one target"),
    Case("51 assignments", QUOTAS, steps(a=put(*((f"v{at}", at) for at in range(51)))), refused="51 assignments"),
    Case(
        "50 assignments", QUOTAS, steps(a=put(*((f"v{at}", at) for at in range(50))), r={"return": "${v49}"}), result=49
    ),
]

FLOW = [
    Case("the end of the steps returns null", STEPS, steps(a=assign(x=1)), result=None),
    Case("return ends the workflow", STEPS, steps(a={"return": 1}, b={"return": 2}), result=1),
    Case("return of null ends the workflow", STEPS, steps(a={"return": None}, b={"return": 2}), result=None),
    Case(
        "next leads forward",
        f"{SRC}/step_explicit.workflows.yaml",
        steps(a={**assign(x=1), "next": "c"}, b={"return": "b"}, c={"return": "c"}),
        result="c",
    ),
    Case(
        "next leads back",
        JUMPS,
        steps(i=assign(n=0), inc=assign(n="${n + 1}"), c={"switch": [when("n < 3", next="inc")]}, r={"return": "${n}"}),
        result=3,
    ),
    Case("next: end ends the workflow", JUMPS, steps(a={**assign(x=1), "next": "end"}, b={"return": 2}), result=None),
    Case(
        "a step may do nothing but jump",
        SCHEMA,
        steps(a={"next": "c"}, b={"return": "b"}, c={"return": "c"}),
        result="c",
    ),
    Case(
        "steps within a step",
        f"{STEPS}#nested_steps",
        steps(o={"steps": steps(a=assign(n=1), b=assign(n="${n + 1}"))}, r={"return": "${n}"}),
        result=2,
    ),
    Case("a step that is not there", TROUBLESHOOTING, steps(a={"next": "nowhere"}), refused="no step 'nowhere'"),
    Case("two steps of one name", STEPS, [{"a": assign(x=1)}, {"a": assign(x=2)}], refused="a second step 'a'"),
    Case("an unknown key", STEPS, steps(a={"asign": []}), refused="unknown key 'asign'"),
    Case(
        "two kinds in one step", STEPS, steps(a={**assign(x=1), "return": 1}), refused="assign and return in one step"
    ),
    Case("a step that does nothing", STEPS, steps(a={}), refused="does nothing"),
    Case("a result without a call", SCHEMA, steps(a={**assign(x=1), "result": "y"}), refused="'result' without 'call'"),
    Case(
        "an except without a try",
        SCHEMA,
        steps(a={**assign(x=1), "except": {"as": "e"}}),
        refused="'except' without 'try'",
    ),
    Case("no steps", SCHEMA, {"main": {"steps": []}}, refused="at least one step"),
    Case("no main", SUBWORKFLOWS, {"other": {"steps": steps(a=assign(x=1))}}, refused="no workflow 'main'"),
    Case("two keys where a step has one", STEPS, [{"a": assign(x=1), "b": assign(x=1)}], refused="a step is a map"),
    Case("a step name with a hyphen", STEPS, [{"a-b": assign(x=1)}], open="the name 'a-b'"),
    Case(
        "a jump out of nested steps",
        JUMPS,
        steps(o={"steps": steps(a={"next": "r"})}, r={"return": 1}),
        open="a jump to 'r'",
    ),
    Case(
        "a jump into nested steps",
        JUMPS,
        steps(n={"next": "a"}, o={"steps": steps(a=assign(x=1))}),
        open="a jump to 'a'",
    ),
    Case(
        "a jump out of a loop",
        ITERATION,
        steps(l=loop({"a": {"next": "r"}}, **{"in": [1]}), r={"return": 1}),
        open="a jump to 'r' out of 'for'",
    ),
    Case(
        "a jump out of try",
        JUMPS,
        steps(t={"try": {"steps": steps(a={"next": "r"})}, "except": {"as": "e"}}, r={"return": 1}),
        open="a jump to 'r' out of 'try'",
    ),
    Case(
        "next: end ends a subworkflow alone",
        f"{SRC}/connectors/connector_compute.workflows.yaml",
        {
            "main": {"steps": steps(a={"call": "f", "result": "x"}, r={"return": "${[x, 1]}"})},
            "f": {"steps": steps(b={"next": "end"}, c={"raise": "no"})},
        },
        result=[None, 1],
    ),
    Case(
        "next after return", STEPS, steps(a={"return": 1, "next": "b"}, b={"return": 2}), open="'next' after 'return'"
    ),
]

CASES = [*ASSIGN, *FLOW]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_assigning_and_jumping(case: Case) -> None:
    case.check()
