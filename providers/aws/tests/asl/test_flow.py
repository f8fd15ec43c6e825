"""Shapes of states: what statements become, and that there are no more of them than must be."""

from __future__ import annotations

from typing import Any

from cloudless.ir.statement import Call, FanOut, Gather, Now, Send, Sleep, Uuid, Wait
from cloudless_aws.compile.asl.writer import STEPS
from providers.aws.tests.asl.programs import Emitted, emitted


def main(body: str, given: str = "n: int", result: str = "int") -> Emitted:
    lines = "\n".join(f"        {line}" for line in body.strip().split("\n"))
    return emitted(f"""
    @app.orchestration
    def main({given}) -> {result}:
{lines}
""")


def kinds(found: Emitted) -> list[str]:
    return [f"{one['Type']} {name}" for name, one in found.states.items()]


def test_every_statement_that_is_a_step_is_made() -> None:
    assert STEPS.keys() == {Call, FanOut, Gather, Now, Send, Sleep, Uuid, Wait}


def test_a_step_that_is_returned_is_one_state() -> None:
    found = main("return step(n)")
    assert kinds(found) == ["Pass start", "Task step", "Fail failed"]
    task = found.states["step"]
    assert (task["Output"], task["End"]) == ({"v": "{% $states.result.Payload.v %}"}, True)
    assert "Assign" not in task and "Next" not in task


def test_values_are_assigned_on_the_way_out_of_the_state_before() -> None:
    found = main("a = step(n)\nb = n + 1\nstep(b)\nreturn a")
    assert kinds(found) == ["Pass start", "Task step", "Task step 2", "Fail failed"]
    assert found.states["step"]["Assign"] == {"a": "{% $states.result.Payload.v %}", "b": "{% $n + 1 %}"}


def test_values_of_one_another_are_assigned_one_after_the_other() -> None:
    found = main("a = n + 1\nb = a + 1\nreturn b")
    assigned = [one["Assign"] for one in found.of("Pass") if "Assign" in one]
    assert assigned == [{"n": "{% $states.input.args.n %}"}, {"a": "{% $n + 1 %}"}, {"b": "{% $a + 1 %}"}]


def test_large_values_are_not_assigned_at_once() -> None:
    found = main('a = f"{n} a"\nb = f"{n} b"\nreturn len(a) + len(b)')
    assert [list(one["Assign"]) for one in found.of("Pass") if "Assign" in one] == [["n"], ["a"], ["b"]]


def test_checks_one_after_another_are_rules_of_one_choice() -> None:
    found = main("return ns[0] + ns[1]", "ns: list[int]")
    (choice,) = found.of("Choice")
    tests = [rule["Condition"] for rule in choice["Choices"]]
    assert tests == ["{% $not($count($ns) > 0) %}", "{% $not($count($ns) > 1) %}"]
    assert {rule["Assign"]["raised"]["type"] for rule in choice["Choices"]} == {"IndexError"}


def test_a_loop_is_a_choice_whose_rule_assigns_the_item() -> None:
    found = main("for one in ns:\n    step(one)\nreturn 0", "ns: list[int]")
    assert kinds(found) == ["Pass start", "Choice for one", "Task step", "Fail failed", "Pass return"]
    assert found.states["start"]["Assign"]["turn"] == -1
    (rule,) = found.states["for one"]["Choices"]
    assert rule == {
        "Condition": "{% $turn + 1 < $count($ns) %}",
        "Assign": {"one": "{% $ns[$turn + 1] %}", "turn": "{% $turn + 1 %}"},
        "Next": "step",
    }
    assert found.states["step"]["Next"] == "for one"


def test_what_is_no_variable_is_evaluated_once_before_the_loop() -> None:
    found = main("for one in ns + [n]:\n    step(one)\nreturn 0", "ns: list[int], n: int")
    (rule,) = found.states["for one"]["Choices"]
    assert found.states["begin for one"]["Assign"] == {"items": "{% $append($ns, [$n]) %}", "turn": -1}
    assert rule["Condition"] == "{% $turn + 1 < $count($items) %}"


def test_a_range_counts() -> None:
    found = main("for i in range(n, 0, -2):\n    step(i)\nreturn 0")
    (rule,) = found.states["for i"]["Choices"]
    assert rule["Condition"] == "{% $n + ($turn + 1) * -2 > 0 %}"
    assert rule["Assign"]["i"] == "{% $n + ($turn + 1) * -2 %}"


def test_what_the_loop_assigns_is_kept_before_it() -> None:
    found = main("for i in range(n):\n    n = n + step(i)\nreturn n")
    assert found.states["start"]["Assign"]["n"] == "{% $states.input.args.n %}"
    assert found.states["begin for i"]["Assign"] == {"stop": "{% $n %}", "turn": -1}
    assert found.states["for i"]["Choices"][0]["Condition"] == "{% $turn + 1 < $stop %}"


def test_a_range_from_nothing_is_the_turn() -> None:
    found = main("for i in range(3):\n    step(i)\nreturn 0")
    (rule,) = found.states["for i"]["Choices"]
    assert rule["Condition"] == "{% $turn + 1 < 3 %}"
    assert rule["Assign"] == {"i": "{% $turn + 1 %}", "turn": "{% $turn + 1 %}"}


def test_rounds_of_a_while_are_counted_only_where_keys_tell_them() -> None:
    counted = main("while n > 0:\n    n = step(n)\nreturn n")
    plain = main("while n > 0:\n    n = n - 1\nreturn n")
    assert counted.states["start"]["Assign"]["turn"] == 0
    assert "turn" not in plain.states["start"]["Assign"]
    assert "$turn" not in str(plain.document)


def test_handlers_are_rules_by_name_and_the_last_one_takes_all() -> None:
    found = main(
        "try:\n    return step(n)\nexcept Declined:\n    return 1\n"
        "except (KeyError, Failure) as e:\n    return len(str(e))\nexcept Exception:\n    return 3"
    )
    choice = found.states[found.states["step"]["Catch"][0]["Next"]]
    assert [rule["Condition"] for rule in choice["Choices"]] == [
        "{% 'Declined' in $raised.mro %}",
        "{% 'KeyError' in $raised.mro or 'Failure' in $raised.mro %}",
    ]
    assert choice["Choices"][1]["Assign"] == {"e": "{% $raised %}"}
    assert found.states[choice["Default"]] == {"Type": "Pass", "Output": {"v": 3}, "End": True}
    assert "Fail" not in {one["Type"] for one in found.states.values()}


def test_what_no_handler_takes_goes_on() -> None:
    found = main("try:\n    return step(n)\nexcept Declined:\n    return 1")
    assert found.states["except"]["Default"] == "failed"


def test_every_way_through_a_finally_tells_where_it_goes() -> None:
    body = "if i == n:\n            break\n        step(i)"
    found = main(f"for i in range(3):\n    try:\n        {body}\n    finally:\n        other(i)\nreturn n")
    ways = {one["Assign"]["way"]: one["Assign"]["kept"] for one in _assigning(found, "way")}
    assert ways == {"next": None, "break loop_1": None, "raise": "{% $raised %}"}
    after = found.states[found.states["other"]["Next"]]
    assert [rule["Condition"] for rule in after["Choices"]] == ["{% $way = 'raise' %}", "{% $way = 'break loop_1' %}"]
    assert len([one for one in found.of("Task") if "other" in one["Arguments"]["FunctionName"]]) == 1


def test_a_finally_that_one_way_leads_through_asks_nothing() -> None:
    found = main("try:\n    m = n + 1\nfinally:\n    step(n)\nreturn m")
    assert "way" not in str(found.document)
    assert found.of("Choice") == []


def test_branches_settle_and_the_first_error_goes_on() -> None:
    found = main("a, b = gather(step(n), other(n))\nreturn a + b")
    parallel = found.states["gather"]
    outputs = [[one["Output"] for one in branch["States"].values()] for branch in parallel["Branches"]]
    value = {"v": "{% $states.result.Payload.v %}"}
    assert outputs == [[value, {"err": "{% $raised_2 %}"}], [value, {"err": "{% $raised_3 %}"}]]
    settled = found.states[parallel["Next"]]
    assert settled["Choices"][0]["Condition"] == "{% $exists($states.input.err) %}"
    assert settled["Choices"][0]["Assign"] == {"raised": "{% ($states.input.err)[0] %}"}
    assert found.states[settled["Default"]]["Assign"] == {
        "a": "{% ($states.input)[0].v %}",
        "b": "{% ($states.input)[1].v %}",
    }


def test_a_fan_out_is_a_map_in_order_of_the_items() -> None:
    found = main("xs = fan_out((step(one) for one in ns), max_concurrency=3)\nreturn len(xs)", "ns: list[int]")
    (many,) = found.of("Map")
    assert (many["Items"], many["MaxConcurrency"]) == ("{% $ns %}", 3)
    assert many["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
    first = many["ItemProcessor"]["States"][many["ItemProcessor"]["StartAt"]]
    assert set(first["Assign"].values()) == {"{% $states.input.item %}", "{% $states.input.index %}"}
    results = found.states[found.states[many["Next"]]["Default"]]
    assert results["Assign"] == {"xs": "{% $append([], $map($states.input, function($branch) { $branch.v })[]) %}"}


def test_an_orchestration_that_is_called_runs_in_its_callers_machine() -> None:
    found = emitted("""
    @app.orchestration
    def part(n: int) -> int:
        m = step(n)
        return m + 1
    @app.orchestration
    def main(n: int) -> int:
        a = part(n)
        b = part(a)
        return b
    """)
    assert [name for name, one in found.states.items() if one["Type"] == "Task"] == ["part: step", "part: step 2"]
    keys = [task["Arguments"]["Payload"]["ctx"]["key"] for task in found.of("Task")]
    assert keys == [
        "{% $states.context.Execution.Name & '/main:0/part:0' %}",
        "{% $states.context.Execution.Name & '/main:1/part:0' %}",
    ]


def test_time_and_sleep() -> None:
    found = main("sleep(timedelta(seconds=n))\nsleep(timedelta(days=1))\nmoment = now()\nid = uuid4()\nreturn n")
    assert [one["Seconds"] for one in found.of("Wait")] == ["{% $min([$n, 99999999]) %}", 86_400]
    assigned: dict[str, Any] = found.of("Wait")[1]["Assign"]
    assert assigned["moment"] == "{% $substringBefore($now(), 'Z') & '000Z' %}"


def _assigning(found: Emitted, name: str) -> list[Any]:
    """Whatever assigns a variable: states, rules and catchers."""
    parts = [part for one in found.states.values() for part in (one, *one.get("Choices", ()), *one.get("Catch", ()))]
    return [part for part in parts if name in part.get("Assign", {})]
