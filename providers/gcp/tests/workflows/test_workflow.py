"""Workflows: what they are started with, what they ask of whom, how they end, what is refused."""

from __future__ import annotations

import json

import pytest

from cloudless.conformance.orchestrations.module import loaded
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Orchestration
from cloudless.ir.orchestration import Argument
from cloudless.ir.statement import NOWHERE
from cloudless.ir.type import INT, LIST, NONE, Type
from cloudless_gcp.compile.workflows import Targets, workflow
from cloudless_gcp.compile.workflows.workflow import SOURCE_MAX
from providers.gcp.tests.workflows.oracles.emitted import TARGETS
from providers.gcp.tests.workflows.programs import HEAD, emitted

NOTHING = """
    @app.orchestration
    def main(n: int) -> None:
        return None
"""
ALL = """
    @app.orchestration
    def child(n: int) -> int:
        return other(n)
    @app.orchestration
    def main(n: int) -> int:
        step(n)
        orders.send({"n": n}, delay=timedelta(seconds=5), attributes={"of": f"{n}"})
        approval.wait(timeout=timedelta(hours=1))
        return child(best([n]))
"""


def test_the_first_call_asks_the_broker_whether_this_is_the_execution() -> None:
    found = emitted(NOTHING, digest="ab12")
    (begin,) = found.calls("ask")
    assert begin["args"]["to"] == TARGETS.broker
    assert begin["args"]["body"] == {
        "op": "begin",
        "orchestration": "main",
        "execution": "${input.id}",
        "native": f'${{"{TARGETS.workflow}/executions/" + sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}}',
        "definition": "ab12",
        "input": "${input}",
    }
    steps = found.steps()
    assert steps["begun"]["switch"] == [{"condition": '${"taken" in answer}', "next": "taken"}]
    assert steps["taken"] == {"return": {"taken": True}}
    assert {"n": "${answer.args.n}"} in steps["read"]["assign"]
    assert (found.workflow.functions, found.workflow.worker, found.workflow.events) == ((), False, ())


def test_an_argument_that_is_not_given_has_its_default() -> None:
    main = Orchestration(
        name="main", module="", qualname="", body=(), result=Type(NONE), span=NOWHERE,
        parameters=(Argument("ns", Type(LIST, Type(INT)), required=False, default=[1, 2]),),
    )  # fmt: skip
    made = workflow(Application(name="shop", orchestrations=(main,)), "main", {}, TARGETS)
    (read,) = [step["read"] for step in json.loads(made.text)["main"]["steps"] if "read" in step]
    assert read["assign"][1:] == [
        {"given": {"ns": [1, 2]}},
        {"given": "${map.merge(given, answer.args)}"},
        {"answer": None},
        {"ns": "${given.ns}"},
        {"given": None},
    ]


def test_what_it_calls_is_told_of_callees_too() -> None:
    found = emitted(ALL).workflow
    assert found.functions == ("other", "step")
    assert found.worker
    assert found.events == ("approval",)


def test_a_step_tells_whom_and_what_and_under_which_key() -> None:
    step = emitted(ALL).steps()["s0_call_step"]
    assert step == {
        "call": "ask",
        "args": {
            "run": "${run}",
            "to": "shop-dev-step",
            "body": {"args": {"n": "${n}"}},
            "id": "0",
            "key": '${key + ":0"}',
        },
    }


def test_a_message_is_the_workers() -> None:
    send = emitted(ALL).steps()["s1_send_orders"]
    assert send["args"]["to"] == TARGETS.worker
    assert send["args"]["body"] == {
        "op": "send", "resource": "orders", "body": {"n": "${n}"}, "attributes": {"of": "${string(n)}"}, "delay_s": 5,
        "group": "", "ctx": {"orchestration": "main"},
    }  # fmt: skip


def test_a_pure_function_is_the_workers() -> None:
    pure = next(one for one in emitted(ALL).calls("ask") if one["args"]["body"].get("op") == "pure")
    assert pure["args"]["body"] == {"op": "pure", "name": "best", "args": {"ns": ["${n}"]}}


def test_an_event_is_waited_for_as_long_as_is_said() -> None:
    (wait,) = emitted(ALL).calls("wait_for")
    assert wait["args"] == {
        "run": "${run}", "event": "approval", "id": "2", "key": '${key + ":2"}', "most_s": 3_600,
    }  # fmt: skip


def test_functions_are_named_by_the_stage() -> None:
    targets = Targets(base="https://x/", function=lambda name: f"f-{name}", worker="w", broker="b")
    found = emitted(ALL, targets=targets)
    assert [one["args"]["to"] for one in found.calls("ask")] == ["b", "f-step", "w", "w"]
    (post,) = [step["post"] for step in found.steps("ask")["exchange"]["try"]["steps"] if "post" in step]
    assert post["args"]["auth"] == {"type": "OIDC", "audience": '${"https://x/" + to}'}


def test_every_step_is_a_line_of_the_source() -> None:
    found = emitted(ALL)
    steps = sum(len(routine["steps"]) for routine in found.document.values())
    assert len(found.workflow.text.splitlines()) == steps + 2 * len(found.document) + 2


def test_a_hundred_statements_are_at_most_half_of_what_may_be_said() -> None:
    body = "\n        ".join(
        ["try:", *[f"    n = step(n + {number})" for number in range(98)], "except Failure:", "    n = 0"]
    )
    found = emitted(f"""
    @app.orchestration
    def main(n: int) -> int:
        {body}
        return n
    """)
    assert len(found.workflow.text) <= 64_000


def test_a_source_that_is_too_long_is_refused_with_all_else() -> None:
    calls = "    step(1)\n" * 900
    deep = "".join(
        f"@app.orchestration\ndef deep{n}() -> int:\n    return {f'deep{n - 1}()' if n else 'step(1)'}\n"
        for n in range(19)
    )
    program = f"{HEAD}{deep}@app.orchestration\ndef main() -> None:\n{calls}    deep18()\n"
    with loaded(program) as module, pytest.raises(DefinitionError) as refused:
        workflow(module.application(), "main", {}, TARGETS)
    told = [problem.message for problem in refused.value.problems]
    assert len(told) == 2
    assert told[0].endswith(f"Workflows takes {SOURCE_MAX:,}")
    assert told[1] == "orchestration 'main' makes 21 calls in one another, Workflows takes 20"


def test_a_key_of_a_class_that_would_be_evaluated_is_refused_at_its_line() -> None:
    program = f"""{HEAD}
from typing import TypedDict
Order = TypedDict("Order", {{"${{x}}": int}})
@app.function
def take(order: Order) -> int: ...
@app.orchestration
def main(n: int) -> int:
    order: Order = {{"${{x}}": n}}
    return take(order)
"""
    with loaded(program) as module, pytest.raises(DefinitionError) as refused:
        workflow(module.application(), "main", {}, TARGETS)
    (problem,) = refused.value.problems
    assert "which Workflows would evaluate" in problem.message
    assert problem.span.line == program.splitlines().index('    order: Order = {"${x}": n}') + 1


def test_an_expression_that_cannot_be_shorter_is_refused_at_its_line() -> None:
    """A key counts the rounds of every loop around its step."""
    loops = "".join(f"{'    ' * (n + 1)}for number_{n} in range(2):\n" for n in range(17))
    program = f"{HEAD}@app.orchestration\ndef main() -> None:\n{loops}{'    ' * 18}step(1)\n"
    with loaded(program) as module, pytest.raises(DefinitionError) as refused:
        workflow(module.application(), "main", {}, TARGETS)
    (problem,) = refused.value.problems
    assert "an expression of" in problem.message
    assert "characters, and Workflows takes 400" in problem.message
    assert problem.span.line == len(program.splitlines())


def test_a_time_out_of_a_step_is_that_of_its_request() -> None:
    found = emitted("""
    @app.orchestration
    def main(n: int) -> int:
        return step.options(timeout=timedelta(seconds=20), retry=Retry(attempts=3, on=(Declined,), factor=1.5))(n)
    """)
    args = found.steps()["s0_call_step"]["args"]
    assert args["most_s"] == 20
    assert args["again"] == {"on": ["Declined"], "attempts": 3, "delay_s": 1, "factor": 1.5, "most_s": 600}
