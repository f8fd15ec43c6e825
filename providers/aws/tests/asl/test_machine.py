"""State machines: what they are started with, what they invoke, how they end."""

from __future__ import annotations

import json

from cloudless.ir import Application, Orchestration
from cloudless.ir.orchestration import Argument
from cloudless.ir.statement import NOWHERE
from cloudless.ir.type import INT, LIST, NONE, Type
from cloudless_aws import failures
from cloudless_aws.compile.asl import Targets, machine
from providers.aws.tests.asl.oracles import statics
from providers.aws.tests.asl.oracles.emitted import TARGETS
from providers.aws.tests.asl.programs import emitted

NOTHING = """
    @app.orchestration
    def main(n: int) -> None:
        return None
"""
ALL = """
    @app.orchestration
    def child(n: int) -> int:
        return other(n)
    @app.orchestration(timeout=timedelta(days=2))
    def main(n: int) -> int:
        step(n)
        orders.send({"n": n}, delay=timedelta(seconds=5), attributes={"of": f"{n}"})
        approval.wait(timeout=timedelta(hours=1))
        return child(best([n]))
"""
ENDLESS = """
    @app.orchestration
    def main() -> None:
        while True:
            sleep(timedelta(seconds=5))
"""


def test_one_that_asks_for_nothing_is_two_states() -> None:
    found = emitted(NOTHING, digest="ab12")
    assert found.document["Comment"] == "main ab12"
    assert found.document["QueryLanguage"] == "JSONata"
    start, end = found.states.values()
    assert start["Assign"] == {"n": "{% $states.input.args.n %}"}
    assert end == {"Type": "Pass", "Output": {"v": None}, "End": True}
    assert (found.machine.functions, found.machine.worker, found.machine.events) == ((), False, ())


def test_an_argument_that_is_not_given_has_its_default() -> None:
    main = Orchestration(
        name="main", module="", qualname="", body=(), result=Type(NONE), span=NOWHERE,
        parameters=(Argument("ns", Type(LIST, Type(INT)), required=False, default=[1, 2]),),
    )  # fmt: skip
    text = machine(Application(name="shop", orchestrations=(main,)), "main", {}, TARGETS).text
    start = json.loads(text)["States"]["start"]
    assert start["Assign"]["ns"] == "{% $exists($states.input.args.ns) ? $states.input.args.ns : [1, 2] %}"


def test_what_it_invokes_is_told_of_callees_too() -> None:
    found = emitted(ALL)
    assert found.machine.functions == ("other", "step")
    assert found.machine.worker
    assert found.machine.events == ("approval",)
    assert found.document["TimeoutSeconds"] == 2 * 86_400


def test_functions_are_named_by_the_stage() -> None:
    targets = Targets(function=lambda name: f"f-{name}:live", worker="w:live", broker="b:wait", partition="aws-cn")
    tasks = emitted(ALL, targets=targets).of("Task")
    named = [(task["Resource"], task["Arguments"]["FunctionName"]) for task in tasks]
    invoke = "arn:aws-cn:states:::lambda:invoke"
    wait = f"{invoke}.waitForTaskToken"
    assert named == [(invoke, "f-step:live"), (invoke, "w:live"), (wait, "b:wait"), (invoke, "w:live"),
                     (invoke, "f-other:live")]  # fmt: skip


def test_a_step_tells_who_asks_and_how_errors_are_named() -> None:
    step, *_ = emitted(ALL).of("Task")
    assert step["Arguments"]["Payload"] == {
        "args": {"n": "{% $n %}"},
        "ctx": {
            "execution": "{% $states.context.Execution.Name %}",
            "step": "0",
            "key": "{% $states.context.Execution.Name & '/main:0' %}",
            "from": "{% $from %}",
            "attempt": "{% $states.context.State.RetryCount + 1 %}",
            "retry": ["PlatformError"],
        },
    }


def test_a_message_is_the_workers() -> None:
    _, send, *_ = emitted(ALL).of("Task")
    payload = send["Arguments"]["Payload"]
    assert payload.pop("ctx")["orchestration"] == "main"
    assert payload == {
        "op": "send", "resource": "orders", "body": {"n": "{% $n %}"}, "attributes": {"of": "{% $string($n) %}"},
        "delay_s": 5, "group": "",
    }  # fmt: skip


def test_an_event_is_waited_for_with_a_token_in_the_name_of_who_was_started() -> None:
    wait = emitted(ALL).of("Task")[2]
    payload = wait["Arguments"]["Payload"]
    assert (wait["TimeoutSeconds"], payload["op"], payload["event"]) == (3_600, "wait", "approval")
    assert payload["orchestration"] == "main"
    assert payload["token"] == "{% $states.context.Task.Token %}"


def test_every_task_has_one_catcher_which_knows_the_platforms_errors() -> None:
    found = emitted(ALL)
    table = found.document["States"]["start"]["Assign"]["platform"]
    assert table["States.Timeout"] == ["TimeoutError", "OSError", "Exception"]
    assert table["else"] == ["Crashed", "PlatformError", "Exception"]
    assert table.keys() == {*failures.PLATFORM, "else"}
    for task in found.of("Task"):
        (catcher,) = task["Catch"]
        assert (catcher["ErrorEquals"], catcher["Next"]) == (["States.ALL"], "failed")


def test_one_without_an_end_has_a_state_that_nothing_comes_to(node: statics.Node) -> None:
    found = emitted(ENDLESS)
    assert statics.problems(found.machine.text, node) == []
    assert found.document["States"][found.document["StartAt"]]["Choices"][0]["Condition"] == "{% false %}"


def test_text_is_json_with_a_line_for_each_member() -> None:
    found = emitted(ALL)
    assert json.loads(found.machine.text) == found.document
    assert found.machine.text.startswith(b'{\n  "Comment": "main",\n  "QueryLanguage": "JSONata",\n')
    assert found.machine.text.endswith(b"}\n")
