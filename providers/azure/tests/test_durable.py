"""What the engine asks for comes true on Durable Functions, with all that goes wrong there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dateutil.parser import parse  # type: ignore[import-untyped]

from cloudless.errors import InternalError
from cloudless.ir.expression import List, Var
from cloudless.ir.handler import Retry
from cloudless.ir.statement import Except, For, Gather, Now, Range, Return, Sleep, Try, Wait
from cloudless.passes.definition import identity
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable import definitions
from cloudless_azure.runtime.durable_time import read_times_quickly
from providers.azure.tests.durable.chaos import Chaos, CrashAt, Hostile
from providers.azure.tests.durable.executions import Executions
from providers.azure.tests.durable.host import Host, plain
from providers.azure.tests.durable.programs import ANY, Plain, branch, call, const, fan_out, orchestration, program

ITEMS = Var("items")
DAY_S = 86_400


class Failed(Exception):
    """What a function of a table raises."""


class Table:
    """Functions by name, as the activity finds them. calls: (name, arguments, key), also of repetitions."""

    def __init__(self, **functions: Callable[..., Any]) -> None:
        self._functions = functions
        self.calls: list[tuple[str, Plain, str]] = []

    def carry_out(self, request: Plain) -> str:
        self.calls.append((request["target"], request["args"], request["ctx"]["key"]))
        try:
            return json.dumps({"v": self._functions[request["target"]](**request["args"])})
        except Failed as problem:
            error: Plain = {"type": "Failed", "mro": ["Failed", "Exception"], "message": str(problem), "data": {}}
            return json.dumps({"err": error})

    def executions(self, chaos: Chaos | None = None, **takes_s: float) -> Executions:
        return Executions(self.carry_out, latency=lambda request: takes_s.get(request["target"], 0), chaos=chaos)


def fails(**arguments: Any) -> None:
    raise Failed(json.dumps(arguments))


def odd_only(n: int) -> int:
    if n % 2 == 0:
        raise Failed(str(n))
    return n


def echo(x: Any) -> Any:
    return x


def add(n: int) -> int:
    return n + 1


def ran(definition: Plain, table: Table | None = None, chaos: Chaos | None = None, **arguments: Any) -> Executions:
    executions = (table or Table(add=add)).executions(chaos)
    executions.start(definition, arguments)
    executions.host.run()
    return executions


COUNT = program(
    For("loop", "i", Range(const(0), const(5), 1), (call("n", "add", n=Var("n")),)), Return(Var("n")), calls=["add"]
)
"""Five steps, one after the other."""


def test_steps_are_carried_out_one_after_the_other() -> None:
    table = Table(add=add)
    executions = ran(COUNT, table, n=0)
    assert executions.outcome() == {"v": 5}
    assert [arguments["n"] for _, arguments, _ in table.calls] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T00:00:00.500000Z",
        {"__class__": "Popen", "__module__": "subprocess", "__data__": "rm -rf /"},
        "cloudless:{",
        [None, True, 1.5, "é😀", {"": []}],
    ],
)
def test_values_arrive_as_they_are(value: Any) -> None:
    """Neither the extension's dates nor the SDK's classes get hold of them."""
    given = program(
        call("back", "echo", x=Var("x")),
        Wait("seen", "go"),
        Return(List((Var("back"), Var("seen")), ANY)),
        calls=["echo"],
    )
    executions = Table(echo=echo).executions()
    executions.start(given, {"x": value})
    executions.send("e1", "go", value, at_s=1)
    executions.host.run()
    assert executions.outcome() == {"v": [value, value]}


def test_an_error_is_the_outcome_and_its_object_stands_in_the_status() -> None:
    executions = ran(program(call("", "fails", n=const(1)), calls=["fails"]), Table(fails=fails))
    assert executions.host.instances["e1"].status == "Failed"
    assert executions.outcome() == {
        "err": {"type": "Failed", "mro": ["Failed", "Exception"], "message": '{"n": 1}', "data": {}}
    }


def test_an_error_is_caught_by_class() -> None:
    given = program(Try((call("", "fails"),), (Except(("Failed",), "e", (Return(const("caught")),)),)), calls=["fails"])
    assert ran(given, Table(fails=fails)).outcome() == {"v": "caught"}


def test_retries_wait_longer_each_time() -> None:
    retry = Retry(attempts=4, delay_s=10, factor=3, max_delay_s=60, on=("builtins:Exception",))
    table = Table(fails=fails)
    executions = ran(program(call("", "fails", retry=retry), calls=["fails"]), table)
    assert (len(table.calls), len({key for *_, key in table.calls})) == (4, 1)
    assert executions.host.now_s == 10 + 30 + 60


def test_a_step_that_takes_too_long_is_given_up_and_its_late_end_keeps_nothing_waiting() -> None:
    given = program(
        Try((call("", "slow", timeout_s=5),), (Except(("TimeoutError",), "", (call("n", "add", n=const(1)),)),)),
        Return(Var("n")),
        calls=["slow", "add"],
    )
    executions = Table(slow=lambda: 1, add=add).executions(slow=60)
    instance = executions.start(given, {})
    executions.host.run()
    assert (executions.outcome(), instance.ended_s) == ({"v": 2}, 5)


def test_what_an_old_task_brings_is_not_held_up_by_a_newer_one() -> None:
    """Left to itself the extension would await the two hours before it came to what follows the one hour."""
    one = orchestration("one", call("", "add", n=const(1)), call("", "two_hours"), calls=["add", "two_hours"])
    other = orchestration("other", call("", "one_hour"), call("", "last"), calls=["one_hour", "last"])
    given = program(Gather((), (branch("one"), branch("other"))), children=[one, other])
    began_s: dict[str, float] = {}

    def carry_out(request: Plain) -> str:
        began_s[request["target"]] = executions.host.now_s
        return '{"v": null}'

    takes_s = {"one_hour": 3_600, "two_hours": 7_200}
    executions = Executions(carry_out, latency=lambda request: takes_s.get(request["target"], 1))
    executions.start(given, {})
    executions.host.run()
    assert began_s == {"add": 0, "one_hour": 0, "two_hours": 1, "last": 3_600}


EARLY = program(
    call("slow", "slow"),
    call("n", "add", n=const(1)),
    Wait("a", "go"),
    Wait("b", "go"),
    Return(List((Var("n"), Var("a"), Var("b")), ANY)),
    calls=["slow", "add"],
)


@pytest.mark.parametrize("seed", range(4))
def test_events_are_kept_in_order_however_early_they_come(seed: int) -> None:
    executions = Table(slow=lambda: 1, add=add).executions(Hostile(seed), slow=100)
    executions.start(EARLY, {})
    for at_s, name, payload, id in ((1, "go", 1, "x"), (2, "other", 9, ""), (3, "go", 1, "x"), (4, "go", 2, "y")):
        executions.send("e1", name, payload, at_s=at_s, event_id=id)
    executions.host.run()
    assert executions.outcome() == {"v": [2, 1, 2]}


@pytest.mark.parametrize("data", [None, 7, "no JSON", "[]", '{"payload": 1}'])
def test_an_event_that_is_not_ours_does_no_harm(data: Any) -> None:
    executions = Table().executions()
    executions.start(program(Wait("a", "go"), Return(Var("a"))), {})
    executions.host.send("e1", wire.EVENT, data, at_s=1)
    executions.send("e1", "go", "ours", at_s=2)
    executions.host.run()
    assert executions.outcome() == {"v": "ours"}


@pytest.mark.parametrize("strings_around", [-1, 1, 2])
def test_an_event_is_understood_however_often_it_was_wrapped(strings_around: int) -> None:
    text = wire.event("go", "ours")
    data = json.loads(text) if strings_around < 0 else text
    for _ in range(strings_around):
        data = json.dumps(data)
    executions = Table().executions()
    executions.start(program(Wait("a", "go"), Return(Var("a"))), {})
    executions.host.send("e1", wire.EVENT, data, at_s=1)
    executions.host.run()
    assert executions.outcome() == {"v": "ours"}


def test_an_order_that_is_not_ours_fails_by_name() -> None:
    executions = Table().executions()
    instance = executions.host.start(wire.ORCHESTRATOR, [1], "e1")
    executions.host.run()
    assert instance.status == "Failed"
    assert "no order of ours" in instance.output


def test_a_wait_that_ends_in_time_leaves_no_timer_behind() -> None:
    executions = Table().executions()
    instance = executions.start(program(Wait("a", "go", const(40 * DAY_S)), Return(Var("a"))), {})
    executions.send("e1", "go", 1, at_s=10 * DAY_S)
    executions.host.run()
    assert (executions.outcome(), instance.ended_s) == ({"v": 1}, 10 * DAY_S)
    assert [one["isCanceled"] for one in instance.actions if "isCanceled" in one] == [False, True]


def test_a_wait_may_end_without_an_event() -> None:
    executions = ran(program(Wait("a", "go", const(40 * DAY_S))))
    found = executions.outcome()
    assert found
    assert found["err"]["type"] == "TimeoutError"
    assert executions.host.now_s == 40 * DAY_S


def test_a_long_sleep_is_made_of_short_timers_and_ends_on_time() -> None:
    executions = ran(program(Now("a"), Sleep(const(30 * DAY_S)), Now("b"), Return(List((Var("a"), Var("b")), ANY))))
    assert executions.outcome() == {"v": ["2026-01-01T00:00:00.000000Z", "2026-01-31T00:00:00.000000Z"]}
    assert executions.host.instances["e1"].turns == 6


def test_a_sleep_beyond_all_dates_is_a_long_one() -> None:
    executions = Table().executions()
    instance = executions.start(program(Sleep(const(2**50))), {})
    executions.host.run(until_s=30 * DAY_S)
    assert instance.status == "Running"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("count", "instances"), [(0, 1), (200, 1), (201, 4), (401, 6)])
def test_a_large_fan_out_is_carried_out_by_several_instances(count: int, instances: int, seed: int) -> None:
    table = Table(add=add)
    given = program(fan_out("found", ITEMS, "add"), Return(Var("found")), calls=["add"])
    executions = ran(given, table, Hostile(seed, 0) if seed else None, items=list(range(count)))
    assert executions.outcome() == {"v": list(range(1, count + 1))}
    assert len(executions.host.instances) == instances
    assert {key for *_, key in table.calls} == {f"e1/main:0[{index}]:1" for index in range(count)}


def test_of_a_large_fan_out_the_first_error_is_raised_when_all_have_ended() -> None:
    table = Table(odd_only=odd_only)
    given = program(fan_out("found", ITEMS, "odd_only"), Return(Var("found")), calls=["odd_only"])
    found = ran(given, table, items=[1, *range(1, 400)]).outcome()
    assert found
    assert found["err"]["message"] == "2"
    assert len(table.calls) == 400


def test_of_a_large_fan_out_what_succeeded_can_be_had() -> None:
    given = program(fan_out("found", ITEMS, "odd_only", collect=True), Return(Var("found")), calls=["odd_only"])
    found = ran(given, Table(odd_only=odd_only), items=list(range(300))).outcome()
    assert found
    assert [one["value"] for one in found["v"]] == [n if n % 2 else None for n in range(300)]


@pytest.mark.parametrize("limit", [7, 100, 150, 250])
def test_a_large_fan_out_keeps_its_limit(limit: int) -> None:
    began_s: list[float] = []

    def carry_out(request: Plain) -> str:
        began_s.append(executions.host.now_s)
        return '{"v": null}'

    executions = Executions(carry_out, latency=lambda request: 10)
    executions.start(program(fan_out("found", ITEMS, "add", limit=limit), calls=["add"]), {"items": list(range(300))})
    executions.host.run()
    most = max(sum(at_s - 10 < other_s <= at_s for other_s in began_s) for at_s in began_s)
    assert len(began_s) == 300
    assert limit / 2 <= most <= limit


def test_a_branch_of_a_large_fan_out_may_be_an_orchestration() -> None:
    child = orchestration(
        "child",
        call("a", "add", n=Var("n")),
        Sleep(const(5)),
        call("b", "add", n=Var("a")),
        Return(Var("b")),
        calls=["add"],
    )
    given = program(fan_out("found", ITEMS, "child"), Return(Var("found")), children=[child])
    executions = ran(given, items=list(range(201)))
    assert executions.outcome() == {"v": list(range(2, 203))}
    assert executions.host.now_s == 5


def test_a_step_that_the_platform_loses_is_tried_twice_more() -> None:
    def dies() -> None:
        raise MemoryError("killed")

    table = Table(dies=dies)
    executions = ran(program(call("", "dies"), calls=["dies"]), table)
    found = executions.outcome()
    assert found
    assert found["err"]["mro"] == ["Crashed", "PlatformError", "Exception"]
    assert (len(table.calls), executions.host.now_s) == (3, 3)


def test_an_activity_that_fails_all_the_same_is_a_crash() -> None:
    assert wire.reply_in(Exception("Activity function 'cl_activity' failed"))["err"]["type"] == "Crashed"
    assert wire.reply_in("not JSON")["err"]["type"] == "Crashed"
    assert wire.reply_in("{}")["err"]["type"] == "Crashed"


def test_an_execution_has_a_time_limit_that_no_handler_sees() -> None:
    given = program(
        Try((Sleep(const(20 * DAY_S)),), (Except(("Exception",), "", (Return(const("no")),)),)), timeout_s=10 * DAY_S
    )
    executions = ran(given)
    assert executions.outcome() == {
        "err": {
            "type": "TimeoutError",
            "mro": ["TimeoutError", "OSError", "Exception"],
            "message": "execution 'e1' took longer than 864000 s",
            "data": {},
        }
    }
    assert executions.host.instances["e1"].ended_s == 10 * DAY_S


def test_an_execution_that_ends_in_time_leaves_no_timer_behind() -> None:
    executions = ran(program(Return(const(1)), timeout_s=DAY_S))
    assert (executions.outcome(), executions.host.now_s) == ({"v": 1}, 0)
    executions = ran(program(Sleep(const(5)), Return(const(1)), timeout_s=DAY_S))
    assert (executions.outcome(), executions.host.instances["e1"].ended_s) == ({"v": 1}, 5)


def test_an_execution_keeps_the_definition_that_it_was_started_with() -> None:
    executions = Table(add=add).executions()
    executions.start(program(Sleep(const(10)), Return(const("old"))), {}, "one")
    executions.host.run(until_s=5)
    executions.start(program(Sleep(const(10)), Return(const("new"))), {}, "two")
    executions.host.run()
    assert (executions.outcome("one"), executions.outcome("two")) == ({"v": "old"}, {"v": "new"})


LONG = program(
    Try(
        (
            fan_out("found", List(tuple(const(n) for n in range(4)), ANY), "odd_only", limit=2),
        ),
        (Except(("Failed",), "e", (Sleep(const(5)), call("n", "add", n=const(1)))),),
    ),
    Wait("go", "go", const(60)),
    call("m", "add", n=Var("go"), retry=Retry(attempts=2, delay_s=2)),
    Return(List((Var("n"), Var("m")), ANY)),
    calls=["odd_only", "add"],
)  # fmt: skip


def long_run(chaos: Chaos | None) -> tuple[Executions, Table]:
    table = Table(odd_only=odd_only, add=add)
    executions = table.executions(chaos, odd_only=1)
    executions.start(LONG, {})
    executions.send("e1", "go", 7, at_s=30)
    executions.host.run()
    return executions, table


@pytest.mark.parametrize("number", range(20))
def test_a_crash_at_any_turn_or_activity_changes_nothing_but_repeats_a_step_under_its_key(number: int) -> None:
    _, plain = long_run(None)
    for chaos in (CrashAt(turn=number), CrashAt(activity=number)):
        executions, table = long_run(chaos)
        assert executions.outcome() == {"v": [2, 8]}
        assert executions.host.instances["e1"].ended_s == 30
        assert set(map(str, table.calls)) == set(map(str, plain.calls))
        assert executions.host.repeated == chaos.came


@pytest.mark.parametrize("seed", range(20))
def test_no_order_and_no_number_of_crashes_changes_anything(seed: int) -> None:
    executions, table = long_run(Hostile(seed, 0.3))
    assert executions.outcome() == {"v": [2, 8]}
    assert len({key for *_, key in table.calls}) == 6


def test_definitions_are_files_and_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / f"{identity(COUNT)}.json").write_text(json.dumps(COUNT))
    load = definitions(tmp_path)
    assert load(identity(COUNT)) is load(identity(COUNT))
    with pytest.raises(InternalError, match="definition abc is not in this package"):
        load("abc")


FUNCTION_APP = """
import azure.durable_functions as df
from cloudless_azure.runtime.durable import definitions, orchestrator
from cloudless_azure.runtime.durable_step import activity

durable = df.DFApp()
orchestrate = orchestrator(definitions(FOLDER))
carry_out = activity(STEPS)

@durable.orchestration_trigger(context_name="context")
def cl_orchestrator(context):
    return (yield from orchestrate(context))

@durable.activity_trigger(input_name="order")
def cl_activity(order: str) -> str:
    return carry_out(order)
"""


def test_a_function_app_has_one_orchestrator_and_one_activity(tmp_path: Path) -> None:
    """As Microsoft's decorators make them."""
    (tmp_path / f"{identity(COUNT)}.json").write_text(json.dumps(COUNT))
    space: Plain = {"FOLDER": tmp_path, "STEPS": Table(add=add).carry_out}
    exec(FUNCTION_APP, space)
    found = {one.get_function_name(): one.get_user_function() for one in space["durable"].get_functions()}
    replay = found["cl_orchestrator"]
    host = Host({wire.ORCHESTRATOR: lambda instance, body: replay(body)}, {wire.ACTIVITY: plain(found["cl_activity"])})
    instance = host.start(wire.ORCHESTRATOR, wire.Order(identity(COUNT), arguments={"n": 3}).text(), "e1")
    host.run()
    assert (list(found), json.loads(instance.output)) == (["cl_orchestrator", "cl_activity"], {"v": 8})


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123Z"])
def test_times_of_histories_are_read_as_before_but_not_by_guessing(text: str) -> None:
    """As Newtonsoft writes them: seven digits, or none where they are zero."""
    events: Any = import_module("azure.durable_functions.models.history.HistoryEvent")
    Table().executions()
    assert events.dt_parse is not parse
    assert events.dt_parse(text) == parse(text)


def test_a_sdk_that_reads_times_in_another_way_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.durable_functions.models.history.HistoryEvent", ModuleType("other"))
    read_times_quickly()
    assert not hasattr(sys.modules["azure.durable_functions.models.history.HistoryEvent"], "dt_parse")
