"""Routines: the order of their steps, and how many things one of them does."""

from __future__ import annotations

import json
from typing import Any

from cloudless.conformance.orchestrations.module import loaded
from cloudless.conformance.orchestrations.world import Reply, World
from cloudless_gcp.compile.workflows.parameter import pack
from cloudless_gcp.compile.workflows.routine import ASSIGNMENTS_MAX, CONDITIONS_MAX, Line, Routine
from cloudless_gcp.compile.workflows.variable import LENGTH_MAX, Names
from providers.gcp.tests.workflows.oracles import modelled
from providers.gcp.tests.workflows.oracles.emitted import text_of
from providers.gcp.tests.workflows.programs import HEAD


def routine(*lines: Line) -> dict[str, Any]:
    """Lines by labels 1, 2 …, the first one first."""
    made = Routine("main", [], Names())
    for label, line in enumerate(lines, 1):
        made.put(label, line)
    made.start = 1
    plain = made.plain
    assert plain.keys() == {"steps"}
    return {name: body for step in plain["steps"] for name, body in step.items()}


def test_next_is_said_only_where_another_step_follows() -> None:
    found = routine(
        Line("one", 3, assign=({"x": 1},)), Line("two", None, {"return": 1}), Line("three", 2, assign=({"x": 2},))
    )
    assert list(found) == ["one", "three", "two"]
    assert not any("next" in body for body in found.values())


def test_what_rules_lead_to_is_read_first_unless_it_is_aside() -> None:
    end, other = Line("end_of", None, {"return": 1}), Line("other", None, {"return": 2})
    assert list(routine(Line("if_", 2, rules=(("${t}", 3),)), end, other)) == ["if_", "other", "end_of"]
    aside = Line("check", 2, rules=(("${t}", 3),), is_aside=True)
    assert list(routine(aside, end, other)) == ["check", "end_of", "other"]


def test_a_step_that_does_nothing_does_something() -> None:
    assert routine(Line("loop", 1)) == {"loop": {"assign": [{"idle": None}], "next": "loop"}}


def test_no_step_assigns_or_tests_more_than_it_may() -> None:
    many = tuple({f"x{number}": number} for number in range(2 * ASSIGNMENTS_MAX + 1))
    rules = tuple((f"${{t == {number}}}", 3) for number in range(CONDITIONS_MAX + 1))
    found = routine(Line("set", 2, assign=many), Line("find", 3, rules=rules), Line("end_of", None, {"return": 1}))
    counts = [len(body["assign"]) for body in found.values() if "assign" in body]
    assert counts == [ASSIGNMENTS_MAX, ASSIGNMENTS_MAX, 1]
    assert [one for body in found.values() for one in body.get("assign", [])] == list(many)
    assert [len(body["switch"]) for body in found.values() if "switch" in body] == [CONDITIONS_MAX, 1]


def test_two_steps_never_have_one_name() -> None:
    found = routine(
        Line("a b", 2, assign=({"x": 1},)), Line("a-b", 3, assign=({"x": 2},)), Line("A_B", None, {"return": 1})
    )
    assert list(found) == ["a_b", "a_b_2", "A_B_3"]


def test_names_are_no_words_of_the_language_and_not_long() -> None:
    names = Names(apart={"routine"})
    assert [names.fresh(one) for one in ("list", "1st", "routine", "é", "")] == [
        "list_2", "_1st", "routine_2", "_", "__2",
    ]  # fmt: skip
    assert len(names.fresh("x" * 99)) == LENGTH_MAX


def test_a_routine_with_many_parameters_takes_a_map_of_them() -> None:
    made = Routine("main_1", ["run", "key", *"abcdefghi"], Names())
    made.start = made.add(Line("end_of", None, {"return": "${a}"}))
    plain = made.plain
    assert plain["params"] == ["run", "key", "given"]
    assert plain["steps"] == [
        {"read": {"assign": [*({one: f"${{given.{one}}}"} for one in "abcdefghi"), {"given": None}]}},
        {"end_of": {"return": "${a}"}},
    ]


def test_who_calls_such_a_routine_gives_a_map_wherever_that_is() -> None:
    arguments = {"run": "${run}", "key": "${key}", "x": 1, "call": {"call": "many"}}
    call = {"call": "many", "args": arguments}
    other = {"call": "few", "args": arguments}
    steps = [
        {"one": call},
        {"two": {"try": {"steps": [{"three": dict(call)}]}, "except": {"as": "e", "steps": [{"four": dict(call)}]}}},
        {"five": {"parallel": {"branches": [{"b": {"steps": [{"six": dict(call)}]}}]}}},
        {"seven": {"parallel": {"for": {"steps": [{"eight": dict(call)}]}}}},
        {"nine": other},
    ]
    routines: dict[str, dict[str, Any]] = {
        "main": {"steps": steps},
        "many": {"params": ["run", "key", "given"], "steps": []},
    }
    pack(routines)
    packed = {"run": "${run}", "key": "${key}", "given": {"x": 1, "call": {"call": "many"}}}
    text = json.dumps(routines)
    assert text.count(json.dumps({"call": "many", "args": packed})) == 5
    assert text.count(json.dumps({"call": "few", "args": arguments})) == 1


def test_an_orchestration_with_many_parameters_gets_all_of_them() -> None:
    program = f"""{HEAD}
@app.orchestration
def child(a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int, i: int) -> int:
    return step(a + 2 * b + 4 * c + 8 * d + 16 * e + 32 * f + 64 * g + 128 * h + 256 * i)
@app.orchestration
def main(n: int) -> int:
    first = child(n, 0, 0, 0, 0, 0, 0, 0, 1)
    both, second = gather(child(n, 1, 0, 0, 0, 0, 0, 0, first), other(first))
    return both + second
"""
    world = World({"n": 1}, {"step": (Reply(2),), "other": (Reply(4),)})
    with loaded(program) as module:
        text = text_of(module.application())
        observed = modelled.run(text, module, world)
    assert json.loads(text)["child"]["params"] == ["run", "key", "given"]
    assert observed.outcome == {"v": 6}
    assert {call.arguments for call in observed.calls} == {'{"n": 2}', '{"n": 257}', '{"n": 515}'}
