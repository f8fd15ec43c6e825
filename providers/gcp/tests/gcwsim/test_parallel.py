"""Parallel steps: branches, iterations, shared variables, limits, errors, and interleavings."""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import Case, assign, echoing, id_of, post, put, steps, value
from providers.gcp.tests.gcwsim.exchange import Request
from providers.gcp.tests.gcwsim.pages import DOCS, ERRORS, PARALLEL, QUOTAS, SAMPLES, SCHEMA
from providers.gcp.tests.gcwsim.run import run

SRC = f"{SAMPLES}/src"
SHARED = f"{PARALLEL}#shared_variables"
LIMITS = f"{PARALLEL}#concurrency_limits"


def branches(*listed: list[Any], **fields: Any) -> dict[str, Any]:
    """A parallel step whose branches are b0, b1 and so on."""
    named = [{f"b{at}": {"steps": one}} for at, one in enumerate(listed)]
    return {"parallel": {**fields, "branches": named}}


def each(values: Any, *listed: dict[str, Any], index: str = "", **fields: Any) -> dict[str, Any]:
    """A parallel loop over values."""
    names = {"value": "v", **({"index": index} if index else {})}
    return {"parallel": {**fields, "for": {**names, "in": values, "steps": list(listed)}}}


def caught(parallel: dict[str, Any], text: str) -> dict[str, Any]:
    return {"try": {"steps": steps(p=parallel)}, "except": {"as": "e", "steps": steps(r={"return": f"${{{text}}}"})}}


CALL = steps(c=post(body={"v": "${v}"}))[0]
SUM = {"add": assign(s="${s + v}")}
RUNS = [
    Case(
        "branches write what they share",
        f"{SRC}/parallel_shared_variables.workflows.yaml",
        steps(
            i=assign(input=["a", "b"], m={}),
            p=branches(
                steps(c0=post(body="${input[0]}", result="local"), a0=put(('m["x"]', "${local.body}"), ("temp", 1))),
                steps(c1=post(body="${input[1]}", result="local"), a1=put(('m["y"]', "${local.body}"), ("temp", 2))),
                shared=["m"],
            ),
            r={"return": "${m}"},
        ),
        http=echoing(1),
        result={"x": "a", "y": "b"},
        took_s=1,
    ),
    Case(
        "a call writes a shared variable",
        f"{SRC}/parallel_branch.workflows.yaml",
        steps(
            i=assign(a=None, b=None),
            p=branches(steps(c0=post(body=1, result="a")), steps(c1=post(body=2, result="b")), shared=["a", "b"]),
            r={"return": "${[a.body, b.body]}"},
        ),
        http=echoing(),
        result=[1, 2],
    ),
    Case(
        "iterations add up in a shared variable",
        f"{SRC}/parallel_aggregate.workflows.yaml",
        steps(i=assign(s=0), p=each([1, 2, 3, 4, 5, 6], CALL, SUM, shared=["s"]), r={"return": "${s}"}),
        http=echoing(1),
        result=21,
        took_s=1,
    ),
    Case(
        "iterations write each to its own index",
        f"{SRC}/parallel_for_range.workflows.yaml",
        steps(
            i=assign(l=["", "", ""]),
            p={
                "parallel": {
                    "shared": ["l"],
                    "for": {
                        "value": "v",
                        "range": "${[0, len(l) - 1]}",
                        "steps": [CALL, {"set": put(("l[v]", "${r.body.v}"))}],
                    },
                }
            },
            r={"return": "${l}"},
        ),
        http=echoing(),
        result=[0, 1, 2],
    ),
    Case(
        "a parallel loop has an index",
        PARALLEL,
        steps(
            z=assign(m={}),
            p=each(["a", "b"], {"s": put(("m[v]", "${i}"))}, index="i", shared=["m"]),
            r={"return": "${m}"},
        ),
        result={"a": 0, "b": 1},
    ),
    Case(
        "a parallel loop over nothing", PARALLEL, steps(p=each("${[]}", {"a": assign(x=1)}), r={"return": 1}), result=1
    ),
    Case(
        "a variable from outside is read",
        PARALLEL,
        steps(i=assign(x=5, s=0), p=each([1, 2], {"a": assign(s="${s + x * v}")}, shared=["s"]), r={"return": "${s}"}),
        result=15,
    ),
    Case(
        "variables of iterations are their own",
        SHARED,
        steps(
            i=assign(s=0),
            p=each([1, 2, 3], {"a": assign(t="${v * 10}")}, CALL, {"b": assign(s="${s + t}")}, shared=["s"]),
            r={"return": "${s}"},
        ),
        http=echoing(1),
        result=60,
    ),
    Case(
        "the limit holds for one step",
        LIMITS,
        steps(p=each([1, 2, 3, 4, 5, 6], CALL, concurrency_limit=2)),
        http=echoing(1),
        result=None,
        took_s=3,
    ),
    Case(
        "the limit may be an expression",
        LIMITS,
        steps(i=assign(n=3), p=each([1, 2, 3, 4, 5, 6], CALL, concurrency_limit="${n}")),
        http=echoing(1),
        result=None,
        took_s=2,
    ),
    Case(
        "20 run at once",
        QUOTAS,
        steps(i=assign(l=list(range(41))), p=each("${l}", CALL)),
        http=echoing(1),
        result=None,
        took_s=3,
    ),
    Case(
        "parallel steps within parallel steps",
        PARALLEL,
        steps(
            i=assign(s=0),
            p={
                "parallel": {
                    "shared": ["s"],
                    "for": {
                        "value": "w",
                        "in": [1, 2],
                        "steps": steps(q=each([10, 20], CALL, {"a": assign(s="${s + v * w}")}, shared=["s"])),
                    },
                }
            },
            r={"return": "${s}"},
        ),
        http=echoing(1),
        result=90,
        took_s=1,
    ),
    Case(
        "a loop within a branch",
        PARALLEL,
        steps(
            i=assign(s=0),
            p=each(
                [1, 2],
                {"l": {"for": {"value": "w", "range": [1, 3], "steps": steps(a=assign(s="${s + v * w}"))}}},
                shared=["s"],
            ),
            r={"return": "${s}"},
        ),
        result=18,
    ),
    Case(
        "sleeping takes the time of the longest",
        f"{DOCS}/execute-parallel-steps",
        steps(p=each([1, 3, 2], {"s": {"call": "sys.sleep", "args": {"seconds": "${v}"}}})),
        result=None,
        took_s=3,
    ),
    Case(
        "an error within a branch is handled there",
        f"{SRC}/parallel_operations.workflows.yaml",
        steps(
            i=assign(s=0),
            p=each(
                [1, 2],
                {"t": {"try": {"raise": "a"}, "except": {"as": "e", "steps": steps(a=assign(s="${s + v}"))}}},
                shared=["s"],
            ),
            r={"return": "${s}"},
        ),
        result=3,
    ),
    Case(
        "an error that no branch handles",
        f"{SRC}/parallel_error_handling.workflows.yaml",
        steps(
            t=caught(
                {
                    "parallel": {
                        "for": {
                            "value": "num",
                            "range": [0, 5],
                            "steps": steps(c={"switch": [{"condition": "${num % 2 != 0}", "raise": "how odd!"}]}),
                        }
                    }
                },
                '["UnhandledBranchError" in e.tags, len(e.branches)]',
            )
        ),
        result=[True, 3],
    ),
    Case(
        "the other branches go on",
        PARALLEL,
        steps(
            i=assign(s=0),
            t=caught(
                each(
                    [1, 2, 3, 4],
                    {"w": {"switch": [{"condition": "${v == 2}", "raise": "bad"}]}},
                    CALL,
                    SUM,
                    shared=["s"],
                    exception_policy="continueAll",
                ),
                "s",
            ),
        ),
        http=echoing(1),
        result=8,
        took_s=1,
    ),
    Case(
        "an error that nobody handles fails the workflow",
        ERRORS,
        steps(p=branches(steps(a={"raise": "x"}), steps(b=assign(y=1)))),
        tag="UnhandledBranchError",
    ),
    Case(
        "an error of a branch within a branch",
        ERRORS,
        steps(
            p=branches(
                steps(q={"parallel": {"for": {"value": "w", "in": [1], "steps": steps(a={"raise": "x"})}}}),
                steps(b=assign(y=1)),
            )
        ),
        tag="UnhandledBranchError",
    ),
    Case(
        "parallel steps three deep through subworkflows",
        ERRORS,
        {
            "main": {
                "steps": steps(
                    i=assign(x=None),
                    p=each([1], {"c": {"call": "f", "result": "x"}}, shared=["x"]),
                    r={"return": "${x}"},
                )
            },
            "f": {
                "steps": steps(
                    i=assign(y=None),
                    p=each([1], {"c": {"call": "g", "result": "y"}}, shared=["y"]),
                    r={"return": "${y}"},
                )
            },
            "g": {"steps": steps(t=caught(each([1], {"a": assign(z=1)}), "e.tags"))},
        },
        result=["ParallelNestingError"],
    ),
]

REFUSED = [
    Case(
        "a variable that is not shared is written",
        SHARED,
        steps(i=assign(s=0), p=each([1], SUM)),
        refused="'s' is not shared",
    ),
    Case(
        "a key of a variable that is not shared is written",
        SHARED,
        steps(i=assign(m={}), p=each([1], {"a": put(("m.k", 1))})),
        refused="'m' is not shared",
    ),
    Case(
        "a variable of another branch",
        SHARED,
        steps(p=branches(steps(a=assign(t=1)), steps(b=assign(u="${t}")))),
        refused="symbol 't'",
    ),
    Case(
        "a variable of a branch behind the step",
        SHARED,
        steps(p=each([1], {"a": assign(t=1)}), r={"return": "${t}"}),
        refused="symbol 't'",
    ),
    Case(
        "sharing what is not there",
        SHARED,
        steps(p=each([1], {"a": assign(t=1)}, shared=["s"])),
        refused="'s' is no variable",
    ),
    Case(
        "eleven branches",
        QUOTAS,
        steps(p=branches(*([{f"a{at}": assign(x=1)}] for at in range(11)))),
        refused="11 branches",
    ),
    Case(
        "parallel steps three deep",
        QUOTAS,
        steps(
            p=each(
                [1],
                {
                    "q": {
                        "parallel": {
                            "for": {
                                "value": "w",
                                "in": [1],
                                "steps": steps(
                                    o={"parallel": {"for": {"value": "x", "in": [1], "steps": steps(a=assign(y=1))}}}
                                ),
                            }
                        }
                    }
                },
            )
        ),
        refused="more than 2 parallel steps",
    ),
    Case(
        "branches and for",
        PARALLEL,
        steps(p={"parallel": {"branches": [], "for": {"value": "v", "in": [1], "steps": steps(a=assign(x=1))}}}),
        refused="either 'branches' or 'for'",
    ),
    Case(
        "another policy",
        PARALLEL,
        steps(p=each([1], {"a": assign(x=1)}, exception_policy="unhandled")),
        refused="continueAll is the only policy",
    ),
    Case(
        "a limit of nothing",
        LIMITS,
        steps(p=each([1], {"a": assign(x=1)}, concurrency_limit=0)),
        refused="a positive integer",
    ),
    Case("an unknown key", PARALLEL, steps(p=each([1], {"a": assign(x=1)}, limit=1)), refused="unknown key 'limit'"),
    Case(
        "a branch without steps",
        PARALLEL,
        steps(p={"parallel": {"branches": [{"a": {}}, {"b": {"steps": steps(x=assign(x=1))}}]}}),
        refused="'steps' is missing",
    ),
    Case("one branch", SCHEMA, steps(p=branches(steps(a=assign(x=1)))), open="less than two branches"),
    Case("return within a branch", PARALLEL, steps(p=each([1], {"a": {"return": 1}})), open="'return' inside"),
    Case("next: end within a branch", PARALLEL, steps(p=each([1], {"a": {"next": "end"}})), open="'next: end' inside"),
    Case(
        "continue of a parallel loop",
        PARALLEL,
        steps(p=each([1], {"a": {"next": "continue"}})),
        open="of a parallel step",
    ),
    Case("break of a parallel loop", PARALLEL, steps(p=each([1], {"a": {"next": "break"}})), open="of a parallel step"),
    Case(
        "a jump out of a branch",
        PARALLEL,
        steps(p=each([1], {"a": {"next": "r"}}), r={"return": 1}),
        open="a jump to 'r'",
    ),
    Case(
        "sharing what the step around does not share",
        SHARED,
        steps(
            i=assign(s=0),
            p={"parallel": {"for": {"value": "w", "in": [1], "steps": steps(q=each([1], SUM, shared=["s"]))}}},
        ),
        open="which the parallel step around does not share",
    ),
    Case(
        "more than 100 errors",
        QUOTAS,
        steps(i=assign(l=list(range(101))), p=each("${l}", {"a": {"raise": "x"}})),
        unspecified="more than 100",
    ),
    Case(
        "a limit that is a string",
        LIMITS,
        steps(i=assign(n="2"), p=each([1], {"a": assign(x=1)}, concurrency_limit="${n}")),
        unspecified="a concurrency_limit",
    ),
    Case(
        "what is in a branch's error",
        PARALLEL,
        steps(t=caught(each([1], {"a": {"raise": "x"}}), "e.branches[0].id")),
        unspecified="'id' of a branch",
    ),
]

CASES = [*RUNS, *REFUSED]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_a_parallel_step(case: Case) -> None:
    case.check()


def test_no_more_than_the_limit_are_in_flight() -> None:
    definition = steps(
        p=each(
            list(range(9)),
            CALL,
            {"s": {"call": "http.get", "args": {"url": "https://server/done"}}},
            concurrency_limit=4,
        )
    )
    seen: list[int] = []
    for seed in range(5):
        outcome = run(definition, http=echoing(1)(), seed=seed)
        seen.append(max(_in_flight(outcome.requests)))
    assert seen == [4] * 5


def _in_flight(requests: list[Request]) -> list[int]:
    """How many iterations have begun and not ended, after each request."""
    running, counts = 0, [0]
    for request in requests:
        running += 1 if request.method == "POST" else -1
        counts.append(running)
    return counts


def test_a_seed_shuffles_the_order_of_requests_and_gives_it_again() -> None:
    definition = steps(p=each(list(range(8)), CALL))
    orders = [
        [request.body["v"] for request in run(definition, http=echoing(1)(), seed=seed).requests]
        for seed in (0, 1, 2, 1)
    ]
    assert orders[0] == list(range(8))
    assert orders[1] != orders[0] != orders[2] != orders[1]
    assert orders[3] == orders[1]
    assert all(sorted(order) == orders[0] for order in orders)


def test_what_is_read_in_one_assignment_and_written_in_the_next_may_be_lost() -> None:
    racing = steps(
        i=assign(s=0),
        p=each([1, 2, 3, 4], {"a": {"assign": [{"t": "${s}"}, {"s": "${t + v}"}]}}, shared=["s"]),
        r={"return": "${s}"},
    )
    results = {run(racing, seed=seed).result for seed in range(20)}
    assert run(racing, seed=0).result == 10
    assert any(result < 10 for result in results)


def test_what_is_read_and_written_in_one_assignment_is_never_lost() -> None:
    definition = steps(
        i=assign(s=0), p=each([1, 2, 3, 4], {"a": assign(s="${s + v}")}, shared=["s"]), r={"return": "${s}"}
    )
    assert {run(definition, seed=seed).result for seed in range(20)} == {10}


def test_keys_come_in_any_order() -> None:
    orders = {tuple(run(value("keys(m)", m={"a": 1, "b": 2, "c": 3}), seed=seed).result) for seed in range(20)}
    assert len(orders) > 3
