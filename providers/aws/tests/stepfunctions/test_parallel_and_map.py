"""Parallel and Map of the model of Step Functions, as the pages say."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.tests.stepfunctions.cases import (
    END,
    GUIDE,
    QUERY,
    RECORDED,
    SPEC,
    Case,
    answers,
    call,
    done,
    echo,
    flow,
    id_of,
    machine,
    raises,
    slow,
    wait_for_token,
)
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.run import Running, run

INDEX = "{% $states.context.Map.Item.Index %}"
VALUE = "{% $states.context.Map.Item.Value %}"
ECHO = {"f": echo}
SLOW = {"s": slow(3, "slow"), "q": slow(1, "quick")}


def mapping(items: Any, states: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    processor = flow(states or {"i": {"Type": "Pass", **END}})
    given = {} if items is None else {"Items": items}
    ways = {} if "Next" in fields else END
    return {"Type": "Map", **given, "ItemProcessor": processor, **ways, **fields}


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    ways = {} if "Next" in fields else END
    return {"Type": "Parallel", "Branches": [flow(one) for one in branches], **ways, **fields}


CASES = [
    Case(
        "every branch gets the input, and the outputs come in the branches' order",
        f"{SPEC}#parallel-state",
        {"p": parallel({"a": done("{% $sum($states.input) %}")}, {"b": done("{% $states.input[0] %}")})},
        value=[3, 2],
        output=[5, 3],
    ),
    Case(
        "the order is not that of the ends",
        f"{SPEC}#parallel-state",
        {"p": parallel({"a": call("s")}, {"b": call("q")})},
        functions=SLOW,
        output=["slow", "quick"],
        took_s=3,
    ),
    Case(
        "Arguments are the input of every branch",
        f"{SPEC}#parallel-state",
        {"p": parallel({"a": {"Type": "Pass", **END}}, {"b": {"Type": "Succeed"}}, Arguments={"k": "{% 1 + 1 %}"})},
        output=[{"k": 2}, {"k": 2}],
    ),
    Case(
        "Output and Assign may use the result",
        f"{SPEC}#parallel-state",
        {
            "p": parallel(
                {"a": done(1)},
                {"b": done(2)},
                Output="{% $sum($states.result) %}",
                Assign={"r": "{% $states.result %}"},
                Next="z",
            ),
            "z": done(["{% $states.input %}", "{% $r %}"]),
        },
        output=[3, [1, 2]],
    ),
    Case(
        "a Succeed ends its branch only",
        f"{SPEC}#parallel-state",
        {"p": parallel({"a": {"Type": "Succeed"}}, {"b": done(2)}, Next="z"), "z": done("{% $states.input %}")},
        value=1,
        output=[1, 2],
    ),
    Case(
        "a branch that fails ends the others",
        f"{SPEC}#parallel-state",
        {"p": parallel({"a": call("s")}, {"b": call("bad")})},
        functions={**SLOW, "bad": raises("E", after_s=1)},
        error="E",
        cause="because",
        took_s=1,
    ),
    Case(
        "branches may have branches",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"p": parallel({"q": parallel({"a": {"Type": "Pass", **END}})})},
        value=[[1], [2]],
        output=[[[[1], [2]]]],
    ),
    Case(
        "every item is processed, and the outputs come in the items' order",
        f"{SPEC}#map-state",
        {"m": mapping("{% $states.input.xs %}", {"i": done("{% $states.input * 2 %}")})},
        value={"xs": [1, 2, 3]},
        output=[2, 4, 6],
    ),
    Case(
        "Items may be a constant",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"m": mapping([1, "{% 2 %}"])},
        output=[1, 2],
    ),
    Case(
        "without Items the input is mapped",
        f"{SPEC}#selecting-items",
        {"m": mapping(None)},
        value=[1, None],
        output=[1, None],
    ),
    Case("no items give no outputs", f"{SPEC}#map-state", {"m": mapping([])}, output=[]),
    *(
        Case(
            f"an item may be {item!r}",
            f"{SPEC}#map-state",
            {"m": mapping("{% $states.input %}")},
            value=[item],
            output=[item],
        )
        for item in (None, "a", [1, 2], [[1]], [], {"b": 1})
    ),
    *(
        Case(
            f"Items must not be {value!r}",
            f"{RECORDED}/scenarios/test_base_scenarios.py",
            {"m": mapping("{% $states.input %}")},
            value=value,
            error=QUERY,
            cause=f"returned an unexpected result type. Expected 'array', but was '{kind}' for value:",
        )
        for value, kind in ((1, "number"), ("x", "string"), (True, "boolean"), (None, "null"), ({"a": 1}, "object"))
    ),
    Case(
        "an input to map must be an array",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"m": mapping(None)},
        value={"foo": "bar"},
        error=QUERY,
        cause='Map state input must be an array but was: {"foo":"bar"}',
    ),
    Case(
        "ItemSelector makes the input of an iteration",
        f"{SPEC}#selecting-items",
        {"m": mapping("{% $states.input.xs %}", ItemSelector={"v": VALUE, "i": INDEX, "c": "{% $states.input.c %}"})},
        value={"xs": ["a", "b"], "c": 9},
        output=[{"v": "a", "i": 0, "c": 9}, {"v": "b", "i": 1, "c": 9}],
    ),
    Case(
        "item and index are for ItemSelector, and for no state of an iteration",
        f"{GUIDE}/input-output-contextobject.html",
        {"m": mapping(["a"], {"i": done("{% $exists($states.context.Map) %}")})},
        output=[False],
    ),
    Case(
        "a Map in a Map has items of its own",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"m": mapping([[1, 2], [3]], {"n": mapping("{% $states.input %}", ItemSelector=[VALUE, INDEX])})},
        output=[[[1, 0], [2, 1]], [[3, 0]]],
    ),
    Case(
        "iterations run at once",
        f"{SPEC}#map-state",
        {"m": mapping([1, 2, 3], {"i": call("s")})},
        functions=SLOW,
        output=["slow"] * 3,
        took_s=3,
    ),
    Case(
        "MaxConcurrency bounds how many",
        f"{SPEC}#map-state",
        {"m": mapping([1, 2, 3], {"i": call("s")}, MaxConcurrency=2)},
        functions=SLOW,
        output=["slow"] * 3,
        took_s=6,
    ),
    Case(
        "MaxConcurrency may be an expression",
        f"{RECORDED}/evaluate_jsonata/test_base_evaluate_expressions.py",
        {"m": mapping([1, 2, 3], {"i": call("s")}, MaxConcurrency="{% 1 %}")},
        functions=SLOW,
        output=["slow"] * 3,
        took_s=9,
    ),
    Case(
        "MaxConcurrency must not be negative",
        f"{GUIDE}/state-map-inline.html",
        {"m": mapping([1], MaxConcurrency="{% -1 %}")},
        error=QUERY,
    ),
    Case(
        "at most 40 iterations run at once",
        f"{GUIDE}/state-map-inline.html",
        {"m": mapping("{% [1..41] %}", {"i": call("s", Output=1)}, MaxConcurrency=100)},
        functions=SLOW,
        output=[1] * 41,
        took_s=6,
    ),
    Case(
        "an iteration that fails ends the others",
        f"{GUIDE}/state-map-inline.html",
        {"m": mapping(["s", "bad"], {"i": call("{% $states.input %}")})},
        functions={**SLOW, "bad": raises("E", after_s=1)},
        error="E",
        cause="because",
        took_s=1,
    ),
    Case(
        "no iteration begins after one that failed",
        f"{GUIDE}/state-map-inline.html",
        {"m": mapping([1, 2], {"i": call("bad")}, MaxConcurrency=1)},
        functions={"bad": raises("E")},
        error="E",
        cause="because",
    ),
    Case(
        "a result beyond the quota ends the Map",
        f"{GUIDE}/service-quotas.html",
        {"m": mapping([1, 2], {"i": done("{% $pad('', 140000, 'x') %}")}, Output=1)},
        error="States.DataLimitExceeded",
    ),
    Case(
        "an iteration is input of the next state of its own flow",
        f"{SPEC}#map-state",
        {"m": mapping([1], {"i": {"Type": "Wait", "Seconds": 1, "Next": "j"}, "j": call("f", "{% $states.input %}")})},
        functions=ECHO,
        output=[1],
        took_s=1,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_parallel_and_map(case: Case, engine: Jsonata) -> None:
    case.check(engine)


def test_a_branch_that_was_ended_does_nothing_more(engine: Jsonata) -> None:
    late = {"w": {"Type": "Wait", "Seconds": 5, "Next": "t"}, "t": call("late")}
    bad = {"b": call("bad")}
    catch = [{"ErrorEquals": ["E"], "Next": "z"}]
    states = {"p": parallel(late, bad, Catch=catch), "z": {"Type": "Wait", "Seconds": 60, **END}}
    outcome = run(machine(states), {}, {"bad": raises("E"), "late": answers(1)}, engine)
    assert [one.function for one in outcome.calls] == ["bad"]


def test_a_token_of_a_branch_that_was_ended_is_closed(engine: Jsonata) -> None:
    states = {
        "p": parallel(
            {"t": wait_for_token()}, {"b": {"Type": "Wait", "Seconds": 1, "Next": "c"}, "c": {"Type": "Fail"}}
        )
    }
    running = Running(machine(states), {}, {"broker:wait": answers(None)}, engine)
    running.until()
    assert (running.execution.status, running.service.tokens) == ("FAILED", {})


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_what_a_seed_shuffles_changes_no_result(seed: int, engine: Jsonata) -> None:
    states = {"m": mapping([3, 1, 2], {"i": call("f", "{% $states.input %}")}, MaxConcurrency=2)}
    outcome = run(machine(states), {}, ECHO, engine, seed=seed)
    assert outcome.output == [3, 1, 2]


def test_seeds_shuffle_what_is_due_at_one_instant(engine: Jsonata) -> None:
    states = {"m": mapping(list(range(6)), {"i": call("f", "{% $states.input %}")})}
    orders = {
        tuple(one.payload for one in run(machine(states), {}, ECHO, engine, seed=seed).calls) for seed in range(5)
    }
    assert tuple(range(6)) in orders
    assert len(orders) > 1


def test_one_seed_gives_one_run(engine: Jsonata) -> None:
    states = {"m": mapping([1, 2, 3], {"i": done(["{% $uuid() %}", "{% $random() %}"])})}
    first, second = (run(machine(states), {}, {}, engine, seed=7) for _ in range(2))
    assert (first.output, first.events) == (second.output, second.events)
    assert first.output != run(machine(states), {}, {}, engine, seed=8).output
